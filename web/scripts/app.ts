import { begin } from "./parts/page";

begin();
