// The service worker of /m: the app opens without network and shows what it saw last, with its time. The network
// always comes first; a page is kept only as long as its reader is signed in on this phone, and only one reader's.
// What it keeps stands under the build's own name, and another build's is removed: no page meets foreign files.
import { installPush } from "./sw-push";

declare const self: ServiceWorkerGlobalScope;
declare const build: { version: string; assets: string[] }; // put in by build.mjs

const languages = ["kk", "kk-Latn", "ru", "en"];

const name = (what: string): string => `m-${build.version}-${what}`;
const pages = name("pages");
const assets = name("assets");
const reader = "/m/reader"; // an entry beside the pages: whose they are, and how long they may be shown
const leaving = "m-leaving"; // there while somebody has signed out whom the service still takes for signed in
const spoken = "/m/language"; // an entry beside the files: what was read last
const patience = 10_000; // milliseconds; a line that says nothing for so long is no line
const most = 24; // pages

const isPage = (path: string): boolean =>
  /^\/m\/(history|messages|profile|messages\/[\w-]+|applications\/[\w-]+)?$/.test(path);
const offlinePage = (language: string): string => `/m/offline/${language}`;

installPush(self, { name: "Мекенжай", icon: build.assets.find((one) => one.startsWith("/assets/app-192")) });

self.addEventListener("install", (event) => {
  void self.skipWaiting(); // pages and workers of different builds get along
  event.waitUntil(prepare());
});

async function prepare(): Promise<void> {
  const cache = await caches.open(assets);
  const wanted = [...build.assets, ...languages.map(offlinePage)];
  await Promise.all(wanted.map(async (address) => {
    const answer = await fetch(address);
    if (answer.ok) await cache.put(address, answer).catch(noRoom);
  }));
}

self.addEventListener("activate", (event) => event.waitUntil(takeOver()));

/** The pages that an older worker kept are asked for anew: theirs want files that are gone. */
async function takeOver(): Promise<void> {
  const old = (await caches.keys()).filter((one) => /^m-.*-(pages|assets)$/.test(one) && one !== pages && one !== assets);
  const paths = new Set<string>();
  for (const one of old) {
    if (one.endsWith("-pages")) for (const { url } of await (await caches.open(one)).keys()) paths.add(new URL(url).pathname);
    await caches.delete(one);
  }
  await self.clients.claim();
  for (const path of [...paths].filter(isPage)) {
    const answer = await fetch(path, { headers: { Accept: "text/html" } }).catch(() => undefined);
    if (answer) await remember(answer);
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (build.assets.includes(url.pathname)) return event.respondWith(file(request));
  if (!url.pathname.startsWith("/m/")) return;
  if (request.method === "POST" && url.pathname === "/m/sign-out") return event.respondWith(signOut(request));
  if (request.method === "GET" && request.headers.get("Accept")?.startsWith("text/html")) {
    event.respondWith(page(event, url));
  } else if (request.mode === "navigate") {
    // A form that was sent without our script: whether it arrived, the page itself will tell.
    event.respondWith(fetch(request).catch(() => apology()));
  }
});

async function file(request: Request): Promise<Response> {
  return (await (await caches.open(assets)).match(request, { ignoreVary: true })) ?? fetch(request);
}

/** The phone forgets at once, with or without network. */
async function signOut(request: Request): Promise<Response> {
  await inTurn(() => caches.delete(pages));
  try {
    return await fetch(request);
  } catch {
    await (await caches.open(leaving)).put("/m/sign-out", new Response(""));
    return apology();
  }
}

/** Before anything else is shown, the service hears of who has signed out without network. */
async function leave(): Promise<void> {
  if (!(await caches.has(leaving))) return;
  const profile = await fetch("/m/profile", { headers: { Accept: "text/html" } });
  const csrf = (await profile.text()).match(/action="\/m\/sign-out"[^]*?name="csrf" value="([^"]+)"/)?.[1];
  if (csrf) await fetch("/m/sign-out", { method: "POST", body: new URLSearchParams({ csrf }) });
  await caches.delete(leaving);
}

async function page(event: FetchEvent, url: URL): Promise<Response> {
  try {
    await leave();
    const answer = await inTime(fetch(event.request));
    event.waitUntil(remember(answer.clone(), event.resultingClientId || event.clientId));
    return answer;
  } catch {
    return last(url.pathname);
  }
}

function inTime(answer: Promise<Response>): Promise<Response> {
  return Promise.race([answer, new Promise<never>((_, reject) => setTimeout(() => reject(new Error("late")), patience))]);
}

/** What was seen last, marked as old; where nothing was, a page that says so. No longer than the service would show it. */
async function last(path: string): Promise<Response> {
  const cache = await caches.open(pages);
  const seen = await cache.match(path);
  if (!seen) return apology();
  const { since = 0, left = 0 } = await whose(cache);
  // A span by the phone's own clock, whatever day it believes to have.
  const gone = (Date.now() - since) / 1000;
  if (gone >= 0 && gone < left) return old(seen);
  await caches.delete(pages);
  return apology();
}

interface Reader {
  person?: string;
  since?: number; // milliseconds
  left?: number; // seconds of the session
}

async function whose(cache: Cache): Promise<Reader> {
  return ((await (await cache.match(reader))?.json()) ?? {}) as Reader;
}

async function apology(): Promise<Response> {
  const cache = await caches.open(assets);
  const last = await (await cache.match(spoken))?.text();
  for (const one of [...(last ? [last] : []), ...self.navigator.languages.map((one) => one.split("-")[0] ?? ""), ...languages]) {
    const known = await cache.match(offlinePage(one));
    if (known) return old(known);
  }
  return Response.error();
}

async function old(seen: Response): Promise<Response> {
  const html = (await seen.text()).replace("<html ", "<html data-stale ").replace(" data-offline hidden", " data-offline");
  return new Response(html, { headers: seen.headers });
}

let turn: Promise<unknown> = Promise.resolve();

/** One after the other, as they came: what is forgotten does not come back with a slower answer. */
function inTurn(act: () => Promise<unknown>): Promise<unknown> {
  turn = turn.catch(() => undefined).then(act);
  return turn;
}

const remember = (answer: Response, client?: string): Promise<unknown> => inTurn(() => keep(answer, client));

/** Keeps a page for its reader. Whoever is signed out, or somebody else, finds nothing of the one before. */
async function keep(answer: Response, client?: string): Promise<void> {
  const person = answer.headers.get("Mekenjai-Person");
  if (!person) return;
  await speak(answer.headers.get("Content-Language"));
  if (person === "none") return void (await caches.delete(pages));
  let cache = await caches.open(pages);
  if ((await whose(cache)).person !== person) {
    await caches.delete(pages);
    cache = await caches.open(pages);
  }
  const left = Number(answer.headers.get("Mekenjai-Left"));
  await cache.put(reader, new Response(JSON.stringify({ person, since: Date.now(), left }))).catch(noRoom);
  const { pathname, search } = new URL(answer.url);
  if (answer.status !== 200 || search !== "" || !isPage(pathname)) return;
  try {
    // A body that was unpacked goes without the head's word of how it was packed.
    const headers = new Headers(answer.headers);
    for (const one of ["Content-Encoding", "Content-Length"]) headers.delete(one);
    await cache.delete(pathname); // the newest is the last one
    await cache.put(pathname, new Response(await answer.text(), { headers }));
    for (const spare of (await cache.keys()).filter(({ url }) => isPage(new URL(url).pathname)).slice(0, -most)) await cache.delete(spare);
    await tell(client, { kind: "saved", path: pathname });
  } catch (error) {
    noRoom(error);
    await tell(client, { kind: "full" });
  }
}

async function speak(language: string | null): Promise<void> {
  const cache = await caches.open(assets);
  if (!language || (await (await cache.match(spoken))?.text()) === language) return;
  await cache.put(spoken, new Response(language)).catch(noRoom);
}

function noRoom(error: unknown): void {
  if (!(error instanceof DOMException && error.name === "QuotaExceededError")) throw error;
}

async function tell(client: string | undefined, what: { kind: string; path?: string }): Promise<void> {
  if (client) (await self.clients.get(client))?.postMessage(what);
}
