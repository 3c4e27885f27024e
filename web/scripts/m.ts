// The app in the hand: pages of /m come without a reload, back works, a pull refreshes, a double tap sends once, and
// a form that meets no network is kept. Everything here only adds: whatever goes wrong ends in an ordinary navigation,
// and without script the pages work as they are. No decision is made by the phone's clock.
import { canKeep, drop, dropAll, keep, keptSteps, type Step } from "./parts/kept";
import { begin } from "./parts/page";

const slowAfter = 300; // milliseconds until the line says that something is coming
const patience = 30_000; // a line that says nothing for so long is no line
const awayFor = 30_000; // what was hidden for so long is asked for again
const pullFar = 72; // pixels
const tryAgain = [5_000, 10_000, 20_000, 60_000];

const root = document.documentElement;
const calm = matchMedia("(prefers-reduced-motion: reduce)");
/** What belongs to the app rather than to one of its pages. */
const stays = (one: Element): boolean => one.matches("[data-stay], dialog");
const of = <T extends HTMLElement>(name: string): T | null => document.querySelector<T>(`[data-${name}]`);

// --- asking for pages --------------------------------------------------------------------------------------------

interface Came {
  url: URL;
  document: Document;
  status: number;
  redirected: boolean;
  stale: boolean; // from the worker's cache: there is no network
}

const isOurs = (url: URL): boolean => url.origin === location.origin && url.pathname.startsWith("/m/");
/** Pages with a script and a policy of their own, and files. */
const goesAlone = (url: URL): boolean => /\/(eds|qr|signatures)(\/|$)/.test(url.pathname) || url.searchParams.has("lang");
/** Paths of the scripts and styles that a page needs: other ones mean another kind of page or another release. */
const needs = (page: Document): string =>
  [...page.querySelectorAll("script[src], link[rel=stylesheet]")].map((one) => one.getAttribute("src") ?? one.getAttribute("href")).join();
const swaps = !document.querySelector("main ~ script[src], main script[src], body link[rel=stylesheet]");

function within(time: number): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort("late"), time);
  return controller.signal;
}

async function ask(url: URL, signal: AbortSignal, body?: URLSearchParams): Promise<Came> {
  const answer = await fetch(url, {
    headers: { Accept: "text/html" }, signal, cache: "no-store", ...(body && { method: "POST", body }),
  });
  const html = await answer.text();
  const page = new DOMParser().parseFromString(html, "text/html");
  return {
    url: new URL(answer.url), document: page, status: answer.status, redirected: answer.redirected,
    stale: page.documentElement.hasAttribute("data-stale"),
  };
}

let going: AbortController | undefined;

/** One page at a time: a further tap calls off the one before. Nothing where it was called off. */
async function go(url: URL, body?: URLSearchParams): Promise<Came | undefined> {
  going?.abort();
  const mine = (going = new AbortController());
  const slow = setTimeout(() => progress(true), slowAfter);
  const late = setTimeout(() => mine.abort("late"), patience);
  try {
    return await ask(url, mine.signal, body);
  } catch (error) {
    if (going === mine) throw error;
    return undefined;
  } finally {
    clearTimeout(late);
    clearTimeout(slow);
    if (going === mine) progress(false);
  }
}

function progress(on: boolean): void {
  const line = of("progress");
  if (line) line.hidden = !on;
}

// --- showing them ------------------------------------------------------------------------------------------------

type How = "push" | "replace" | "back" | "refresh";

let shown = location.pathname + location.search;
let place: number | undefined; // where the page was read that "back" leads to, until it is shown

function swap({ document: page }: Came): void {
  for (const old of [...document.body.children]) if (!stays(old)) old.remove();
  document.body.append(...[...page.body.children].filter((one) => !stays(one)));
  document.title = page.title;
  document.body.dataset.page = page.body.dataset.page;
  for (const name of ["data-person", "data-stale"]) {
    const value = page.documentElement.getAttribute(name);
    if (value === null) root.removeAttribute(name);
    else root.setAttribute(name, value);
  }
}

/** Takes over what came, if it is a page of the app as this document knows it; otherwise the browser goes there. */
async function show(came: Came, how: How, hash = ""): Promise<void> {
  const { url, document: page } = came;
  const fits = isOurs(url) && page.querySelector("main") && page.documentElement.lang === root.lang && needs(page) === needs(document);
  if (!fits) return location.assign(url.href + hash);
  const scrolled = how === "back" ? (place ?? 0) : how === "refresh" ? scrollY : 0;
  const refreshing = document.activeElement?.hasAttribute("data-refresh");
  const change = (): void => {
    const address = url.pathname + url.search;
    if (how === "push" && address !== shown) {
      history.replaceState({ y: scrollY }, "");
      history.pushState({ y: 0 }, "", address + hash);
    } else if (address !== location.pathname + location.search) {
      history.replaceState(history.state, "", address);
    }
    shown = address;
    swap(came);
    scrollTo(0, scrolled);
    place = undefined;
    if (hash) document.getElementById(hash.slice(1))?.scrollIntoView();
  };
  if (how !== "refresh" && "startViewTransition" in document && !calm.matches && !document.hidden) {
    const turning = document.startViewTransition(change);
    turning.ready.catch(() => undefined); // a further tap may cut it short
    await turning.updateCallbackDone;
  } else {
    change();
  }
  if (how !== "refresh") attend();
  else if (refreshing) of("refresh")?.focus({ preventScroll: true });
  arrived();
}

/** The focus goes to what the page is about, which is read out; a code can be typed at once. */
function attend(): void {
  const heading = document.querySelector<HTMLElement>("h1");
  heading?.setAttribute("tabindex", "-1");
  (document.querySelector<HTMLElement>("#code") ?? heading)?.focus({ preventScroll: true });
}

async function visit(url: URL, how: How): Promise<void> {
  try {
    const came = await go(url);
    if (came) await show(came, how, url.hash);
  } catch {
    if (how === "push") location.assign(url);
    else location.reload();
  }
}

async function refresh(): Promise<void> {
  await visit(new URL(location.href), "refresh");
  const said = of("announce");
  const now = of("shown")?.textContent ?? "";
  if (said) said.textContent = now;
}

// --- taps --------------------------------------------------------------------------------------------------------

document.addEventListener("click", (event) => {
  if (!swaps || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element).closest<HTMLAnchorElement>("a[href]");
  if (!link || link.target || link.hasAttribute("download")) return;
  const url = new URL(link.href);
  if (!isOurs(url) || goesAlone(url)) return;
  if (url.hash && url.pathname + url.search === shown) return;
  event.preventDefault();
  if (link.hasAttribute("data-refresh")) void refresh();
  else void visit(url, "push");
});

/** What the form says, with the button that was pressed. */
function fields(form: HTMLFormElement, button: HTMLElement | null): URLSearchParams {
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string") body.append(name, value);
  if (button instanceof HTMLButtonElement && button.name) body.append(button.name, button.value);
  return body;
}

function busy(form: HTMLFormElement, on: boolean): void {
  form.toggleAttribute("data-busy", on);
  for (const button of form.querySelectorAll("button")) {
    if (on) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  const url = new URL(form.getAttribute("action") ?? "", location.href);
  if (!swaps || event.defaultPrevented || !isOurs(url)) return;
  event.preventDefault();
  if (form.hasAttribute("data-busy")) return; // a double tap
  const body = fields(form, event.submitter);
  if (form.method !== "post") {
    url.search = body.toString();
    return void visit(url, "push");
  }
  void send(form, url, body);
});

async function send(form: HTMLFormElement, url: URL, body: URLSearchParams): Promise<void> {
  busy(form, true);
  say();
  // The worker forgets the pages; the network may tell the service later.
  if (url.pathname === "/m/sign-out") await dropAll().catch(() => undefined);
  let came: Came | undefined;
  try {
    came = await go(url, body);
  } catch {
    busy(form, false);
    return lost(url.pathname, body);
  }
  if (!came) return busy(form, false);
  // What the answer to a form shows without an address of its own stays where the form was.
  if (!came.redirected) came.url = new URL(location.href);
  await show(came, "push").catch(() => location.assign(url));
}

const readPlace = (): number => Number((history.state as { y?: number } | null)?.y ?? 0);

addEventListener("popstate", () => {
  if (location.pathname + location.search === shown) return; // within the page
  clearTimeout(scrolling);
  place = readPlace();
  void visit(new URL(location.href), "back");
});

let scrolling: ReturnType<typeof setTimeout> | undefined;
addEventListener("scroll", () => {
  clearTimeout(scrolling);
  if (place !== undefined) return;
  scrolling = setTimeout(() => history.replaceState({ ...(history.state as object | null), y: scrollY }, ""), 200);
}, { passive: true });

// --- without network ---------------------------------------------------------------------------------------------

/** Shows one of the layout's hidden sentences; it is read out, since all stand in a live region. */
function say(name?: string, href?: string): void {
  for (const one of document.querySelectorAll<HTMLElement>("[data-note]")) one.hidden = one.dataset.note !== name;
  if (href) document.querySelector<HTMLAnchorElement>(`[data-note="${name}"] a`)?.setAttribute("href", href);
}

let unsent = false; // a form that is never kept has met no network: did it arrive?

async function lost(action: string, body: URLSearchParams): Promise<void> {
  const person = root.dataset.person ?? "";
  if (!canKeep(action) || !person) {
    unsent = true;
    say("unsent");
    return wait();
  }
  body.delete("csrf"); // it will be another one
  try {
    await keep({ action, body: body.toString(), page: location.pathname + location.search, person });
    say("kept");
  } catch {
    unsent = true;
    say("full");
  }
  wait();
}

let tries = 0;
let waiting: ReturnType<typeof setTimeout> | undefined;

/** Asks now and then whether the line is back: a phone does not always tell. */
function wait(): void {
  clearTimeout(waiting);
  waiting = setTimeout(() => void back(), tryAgain[Math.min(tries++, tryAgain.length - 1)]);
}

/** The line may be back: what was kept goes out, and a page that may be old is asked for again. */
async function back(): Promise<void> {
  if (document.hidden) return wait();
  const waits = await deliver();
  // Another tab may have sent it.
  if (!waits && document.querySelector("[data-note=kept]:not([hidden])")) say();
  const stale = root.hasAttribute("data-stale");
  if (!waits && !unsent && !stale) return;
  if (!waits && (unsent || stale)) {
    const came = await ask(new URL(location.href), within(patience)).catch(() => undefined);
    if (came && !came.stale) {
      const moved = came.url.pathname + came.url.search !== shown;
      unsent = false;
      say();
      tries = 0;
      // The form as it is filled in stays, unless the page is elsewhere now: then it did arrive.
      if (stale || moved) await show(came, moved ? "push" : "refresh");
      return;
    }
  }
  wait();
}

/** Sends what is kept, once even with two tabs open. Whether there is still something that cannot be sent yet. */
async function deliver(): Promise<boolean> {
  const all = async (): Promise<boolean> => {
    for (const step of await keptSteps().catch(() => [])) if (!(await deliverOne(step))) return true;
    return false;
  };
  if (!("locks" in navigator)) return all();
  return navigator.locks.request("mekenjai-kept", { ifAvailable: true }, (lock) => (lock ? all() : true));
}

/** False: not now. A step may arrive twice where an answer got lost: its answers are the same, and a draft has its key. */
async function deliverOne(step: Step): Promise<boolean> {
  try {
    const form = await ask(new URL(step.page, location.href), within(patience));
    if (form.stale || form.status >= 500) return false;
    if (form.url.pathname === "/m/sign-in") {
      say("sign-in", form.url.pathname + form.url.search);
      return false;
    }
    const { person } = form.document.documentElement.dataset;
    const token = form.document.querySelector<HTMLInputElement>("main input[name=csrf]")?.value;
    if (person !== step.person || form.url.pathname !== new URL(step.page, location.href).pathname || !token) {
      await drop(step);
      say();
      if (person === step.person) await settle(step, form);
      return true;
    }
    const body = new URLSearchParams(step.body);
    body.set("csrf", token);
    const answer = await ask(new URL(step.action, location.href), within(patience), body);
    if (answer.status >= 500 || answer.status === 429) return false;
    await drop(step);
    tries = 0;
    if (!answer.redirected) answer.url = new URL(step.page, location.href);
    await settle(step, answer);
    return true;
  } catch {
    return false;
  }
}

/** The true next page: at once where he still stands at the step, else a link to it. */
async function settle(step: Step, next: Came): Promise<void> {
  const here = location.pathname + location.search;
  if (here !== step.page && !root.hasAttribute("data-stale")) return say("sent", next.url.pathname + next.url.search);
  say();
  await show(next, "push");
}

addEventListener("online", () => void back());
document.addEventListener("click", (event) => {
  if ((event.target as Element).closest("[data-send]")) void back();
});

// --- pull to refresh ---------------------------------------------------------------------------------------------

let pulledFrom: number | undefined;
let pulled = 0;

function pull(by: number): void {
  const sign = of("pull");
  if (!sign) return;
  pulled = by;
  sign.hidden = by <= 0;
  sign.style.translate = `0 ${Math.min(by, pullFar * 1.4)}px`;
  sign.classList.toggle("is-far", by >= pullFar);
}

addEventListener("touchstart", ({ touches }) => {
  pulledFrom = touches.length === 1 && scrollY <= 0 && of("refresh") && swaps ? touches[0]?.clientY : undefined;
}, { passive: true });
addEventListener("touchmove", (event) => {
  const now = event.touches[0]?.clientY;
  if (pulledFrom === undefined || now === undefined) return;
  const by = (now - pulledFrom) / 2; // it resists
  if (by <= 0 || scrollY > 0) return pull(0);
  if (event.cancelable) event.preventDefault();
  pull(by);
}, { passive: false });
for (const end of ["touchend", "touchcancel"] as const) {
  addEventListener(end, () => {
    const far = pulled >= pullFar && end === "touchend";
    pulledFrom = undefined;
    if (!far) return pull(0);
    pull(pullFar);
    void refresh().finally(() => pull(0));
  });
}

// --- coming back, and other tabs ---------------------------------------------------------------------------------

let hiddenAt = 0;
document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    hiddenAt = performance.now();
  } else {
    void back();
    if (swaps && of("refresh") && performance.now() - hiddenAt > awayFor) void visit(new URL(location.href), "refresh");
  }
});
// A page brought back whole by the browser may tell of yesterday.
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());

// --- the worker, and putting the app on the screen ---------------------------------------------------------------

const saved = new Set<string>();
let full = false;

function tellSaved(): void {
  for (const [name, on] of [["works", saved.has(location.pathname)], ["no-room", full && !saved.has(location.pathname)]] as const) {
    const line = of(name);
    if (line) line.hidden = !on;
  }
}

navigator.serviceWorker?.addEventListener("message", ({ data }: MessageEvent<{ kind?: string; path?: string }>) => {
  if (data.kind === "saved" && data.path) saved.add(data.path);
  if (data.kind === "full") full = true;
  tellSaved();
});
navigator.serviceWorker?.register("/sw.js", { scope: "/m/", updateViaCache: "none" }).catch(() => {
  // no room, or a browser that keeps nothing: the app works with the network alone
});

let offer: (Event & { prompt?: () => Promise<unknown> }) | undefined;

addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  offer = event;
  offerInstalling();
});
document.addEventListener("click", (event) => {
  if (!(event.target as Element).closest("[data-install]")) return;
  void offer?.prompt?.();
  offer = undefined;
  offerInstalling();
});
function offerInstalling(): void {
  const row = of("installable");
  if (row) row.hidden = !offer;
}

/** Whose pages and forms may stay on this phone: those of who is signed in. */
async function tidy(): Promise<void> {
  const { person } = root.dataset;
  if (root.hasAttribute("data-stale")) return; // who is signed in, nobody can tell now
  if (location.pathname === "/m/signed-out") await dropAll();
  if (person === "none") {
    const kept = (await globalThis.caches?.keys()) ?? [];
    await Promise.all(kept.filter((one) => one.endsWith("-pages")).map((one) => caches.delete(one)));
    return;
  }
  if (!person) return;
  for (const step of await keptSteps()) if (step.person !== person) await drop(step);
}

/** Everything that a page needs that has just come, by the browser or by us. */
function arrived(): void {
  begin();
  tellSaved();
  offerInstalling();
  // Parts of the page that have scripts of their own hear of it.
  document.dispatchEvent(new CustomEvent("mk:page"));
  void tidy().then(async () => {
    const stale = root.hasAttribute("data-stale");
    if (stale && (await caches.has("m-leaving"))) say("left");
    if ((await keptSteps()).length > 0 && (stale || root.dataset.person !== "none")) {
      say("kept");
      await back();
    } else if (stale) {
      wait();
    }
  }).catch(() => undefined);
}

history.scrollRestoration = "manual";
scrollTo(0, readPlace());
arrived();
