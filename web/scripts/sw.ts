// The service worker of the application, whose scope is /m/.
import { installPush } from "./sw-push";

declare const self: ServiceWorkerGlobalScope;

installPush(self);
