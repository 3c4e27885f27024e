// The panel of notifications in the profile: what the browser allows, what the service knows, and the way from one to the
// other. Nothing is asked of the browser before a button is pressed. The words are on the page, hidden until needed.
import { fieldsOf } from "./parts/subscription";

type State = "off" | "on" | "asking" | "blocked" | "unsupported" | "failed";

const scope = "/m/"; // of the application's service worker, in whichever door the person stands

const supported = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

function base64url(bytes: ArrayBuffer): string {
  const text = btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The worker's registration, once it can take pushes. */
async function registered(): Promise<ServiceWorkerRegistration> {
  const registration = await navigator.serviceWorker.register("/sw.js", { scope });
  const coming = registration.installing ?? registration.waiting;
  if (registration.active || !coming) return registration;
  await new Promise<void>((resolve, reject) => {
    coming.addEventListener("statechange", () => {
      if (coming.state === "activated") resolve();
      if (coming.state === "redundant") reject(new Error("the worker did not start"));
    });
  });
  return registration;
}

/** What the browser has subscribed to; another service key than today's is of no use. */
async function subscribed(registration: ServiceWorkerRegistration | undefined, key: string): Promise<PushSubscription | undefined> {
  const subscription = await registration?.pushManager.getSubscription();
  if (!subscription) return undefined;
  const own = subscription.options.applicationServerKey;
  if (!own || base64url(own) === key) return subscription;
  await subscription.unsubscribe();
  return undefined;
}

class Panel {
  private readonly key: string;
  private readonly known: boolean;
  private readonly on: HTMLFormElement | null;
  private readonly off: HTMLFormElement | null;

  constructor(private readonly section: HTMLElement) {
    this.key = section.dataset.push ?? "";
    this.known = "known" in section.dataset;
    this.on = section.querySelector("[data-push-on]");
    this.off = section.querySelector("[data-push-off]");
    this.on?.addEventListener("submit", (event) => this.change(event, () => this.turnOn()));
    this.off?.addEventListener("submit", (event) => this.change(event, () => this.turnOff()));
    section.querySelector("[data-push-all]")?.addEventListener("submit", () => void this.unsubscribe());
  }

  async state(): Promise<State> {
    if (!supported) return "unsupported";
    if (Notification.permission === "denied") return "blocked";
    if (!this.known || Notification.permission !== "granted") return "off";
    const registration = await navigator.serviceWorker.getRegistration(scope);
    return (await subscribed(registration, this.key)) ? "on" : "off";
  }

  /** `told`: after a press, so that the news is read out where the person is. */
  show(state: State, told = false): void {
    this.section.querySelector<HTMLElement>("[data-push-states]")?.removeAttribute("hidden");
    for (const one of this.section.querySelectorAll<HTMLElement>("[data-push-say]")) {
      one.hidden = one.dataset.pushSay !== state;
      if (told && !one.hidden) one.focus();
    }
    if (this.on) this.on.hidden = state !== "off" && state !== "failed";
    if (this.off) this.off.hidden = state !== "on";
  }

  private async change(event: Event, act: () => Promise<State | undefined>): Promise<void> {
    event.preventDefault();
    this.show("asking", true);
    let state: State | undefined;
    try {
      state = await act();
    } catch {
      state = "failed";
    }
    state ? this.show(state, true) : await anew();
  }

  private async turnOn(): Promise<State | undefined> {
    const permission = await Notification.requestPermission();
    if (permission !== "granted") return permission === "denied" ? "blocked" : "off";
    const registration = await registered();
    const subscription =
      (await subscribed(registration, this.key)) ??
      (await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: this.key }));
    for (const [name, value] of Object.entries(fieldsOf(subscription))) {
      (this.on?.elements.namedItem(name) as HTMLInputElement).value = value;
    }
    return this.send(this.on);
  }

  /** Told in another language from now on, if he reads in another. */
  async refresh(): Promise<void> {
    if ("stale" in this.section.dataset) await this.turnOn().catch(() => undefined);
  }

  private async turnOff(): Promise<State | undefined> {
    await this.unsubscribe();
    return this.send(this.off);
  }

  private async unsubscribe(): Promise<void> {
    const registration = await navigator.serviceWorker?.getRegistration(scope);
    const subscription = await registration?.pushManager.getSubscription();
    await subscription?.unsubscribe();
  }

  private async send(form: HTMLFormElement | null): Promise<State | undefined> {
    if (!form) return "failed";
    const body = new URLSearchParams([...new FormData(form)] as [string, string][]);
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
    return answer.ok ? undefined : "failed";
  }
}

/** The panel as the service makes it now. */
async function anew(): Promise<void> {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector<HTMLElement>("[data-push]");
  const old = document.querySelector<HTMLElement>("[data-push]");
  if (!answer.ok || answer.redirected || !fresh || !old) return location.reload();
  old.replaceWith(fresh);
  const panel = new Panel(fresh);
  panel.show(await panel.state(), true);
}

function begin(): void {
  const section = document.querySelector<HTMLElement>("[data-push]");
  if (!section) return;
  const panel = new Panel(section);
  void panel.state().then((state) => {
    panel.show(state);
    if (state === "on") void panel.refresh();
  });
}

begin();
document.addEventListener("mk:page", begin); // in the app pages come without a reload
