// Threads by name, as top, gdb and perf show them.
#pragma once

#include <pthread.h>

namespace mekenjai::base {

/// Names the calling thread; at most 15 characters.
inline void name_thread(const char* name) { pthread_setname_np(pthread_self(), name); }

}  // namespace mekenjai::base
