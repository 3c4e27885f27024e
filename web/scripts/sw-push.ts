// What the service worker does with pushes: it shows what the push says, opens the page that it speaks of, and tells the
// service when the browser has got another address. The words come with the push, in the language of the person's choice;
// nothing in them is about anybody.
import { fieldsOf } from "./parts/subscription";

interface Note {
  kind: "news" | "consent";
  lang?: string;
  title?: string;
  body?: string;
  open?: string;
}

/** How notifications look beside their words. */
export interface Looks {
  name?: string; // stands where a push has no title
  icon?: string;
  badge?: string;
}

export function installPush(worker: ServiceWorkerGlobalScope, looks: Looks = {}): void {
  worker.addEventListener("push", (event) => event.waitUntil(show(worker, noteOf(event.data), looks)));
  worker.addEventListener("notificationclick", (event) => {
    event.notification.close();
    event.waitUntil(open(worker, pathOf(event.notification.data)));
  });
  worker.addEventListener("pushsubscriptionchange", (event) => {
    // Not every browser says what it has now.
    const { newSubscription } = event as Event & { newSubscription?: PushSubscription | null };
    (event as ExtendableEvent).waitUntil(renew(worker, newSubscription ?? undefined));
  });
}

function noteOf(data: PushMessageData | null): Note {
  try {
    const note = data?.json() as Note | undefined;
    if (note?.kind === "consent" || note?.kind === "news") return note;
  } catch {
    // no note of ours
  }
  return { kind: "news" };
}

/** A path of our own, whatever the push says. */
function pathOf(open: unknown): string {
  return typeof open === "string" && /^\/(?![/\\])/.test(open) ? open : "/messages";
}

/** A browser wants something to be shown for every push; a later one of the same kind takes its place. */
function show(worker: ServiceWorkerGlobalScope, note: Note, looks: Looks): Promise<void> {
  const options: NotificationOptions & { renotify: boolean } = { tag: note.kind, renotify: true, data: pathOf(note.open) };
  if (note.body) options.body = note.body;
  if (note.lang) options.lang = note.lang;
  if (looks.icon) options.icon = looks.icon;
  if (looks.badge) options.badge = looks.badge;
  return worker.registration.showNotification(note.title ?? looks.name ?? "Мекенжай", options);
}

/** Pages on which nothing is being filled in or signed: one of them may be turned over. */
const calm = /^(\/m)?\/(history|messages(\/.*)?|consents|homes|profile)?$/;

async function open(worker: ServiceWorkerGlobalScope, path: string): Promise<void> {
  const target = new URL(path, worker.location.origin);
  const door = path.startsWith("/m/");
  const windows = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  for (const window of windows) {
    const { pathname } = new URL(window.url);
    if (pathname.startsWith("/m/") !== door || !calm.test(pathname)) continue;
    try {
      const turned = await window.navigate(target.href);
      await turned?.focus();
      return;
    } catch {
      // it belongs to no worker yet, or the browser does not let us
    }
  }
  await worker.clients.openWindow(target.href);
}

async function renew(worker: ServiceWorkerGlobalScope, fresh?: PushSubscription): Promise<void> {
  const state = await fetch("/push", { headers: { Accept: "application/json" } });
  if (!state.ok) return;
  const { public_key: applicationServerKey, csrf } = (await state.json()) as { public_key: string; csrf: string };
  const subscription =
    fresh ?? (await worker.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey }));
  const body = new URLSearchParams({ csrf, renewal: "1", ...fieldsOf(subscription) });
  await fetch("/push/subscriptions", { method: "POST", body });
}
