// The one object that carries the precompiled header.
