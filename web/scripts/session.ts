// Before the session of a signed-in person ends, he is told and may go on (WCAG 2.2.1). How long it lasts is the
// server's word, in seconds: the clock of this device may be wrong, and a tab that slept asks again. The words come
// from the server too. Somebody who is typing is not idle: for him the session goes on by itself.

const warnBefore = 600; // seconds
const typingLasts = 60;
const retryAfter = 5; // the line is cut

interface State {
  left: number; // seconds
  last: boolean; // no more time can be had
  title: string;
  text: string;
  press: string;
  csrf: string;
}

const address = "/session";
const tabs = "BroadcastChannel" in window ? new BroadcastChannel("mekenjai-session") : undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let dialog: HTMLDialogElement | undefined;
let toldTheLast = false;
let touched = -Infinity;

const seconds = (): number => performance.now() / 1000;
const active = (): boolean => seconds() - touched < typingLasts;
for (const kind of ["keydown", "pointerdown", "input"]) addEventListener(kind, () => (touched = seconds()), { passive: true });

function again(after: number): void {
  clearTimeout(timer);
  timer = setTimeout(look, Math.max(after, 0) * 1000);
}

async function look(): Promise<void> {
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (!answer.ok) return again(retryAfter);
    await follow((await answer.json()) as State);
  } catch {
    again(retryAfter);
  }
}

async function follow(state: State): Promise<void> {
  if (state.left <= 0) return ended();
  if (state.left > warnBefore) {
    close();
    return again(state.left - warnBefore);
  }
  again(state.left + 1);
  if (dialog || toldTheLast) return;
  if (active() && !state.last) return extend(state.csrf);
  toldTheLast = state.last;
  show(state);
}

/** A dialog, so that it is announced, gets the keyboard and gives it back. Its only button asks for what there is. */
function show({ title, text, press, last, csrf }: State): void {
  const box = document.createElement("dialog");
  box.className = "mk-panel";
  box.setAttribute("role", "alertdialog");
  box.setAttribute("aria-labelledby", "session-t");
  box.setAttribute("aria-describedby", "session-d");
  const inside = box.appendChild(document.createElement("div"));
  inside.className = "mk-stack mk-col";
  const add = (tag: string, words: string, more: Record<string, string>): HTMLElement => {
    const one = inside.appendChild(document.createElement(tag));
    one.textContent = words;
    for (const [name, value] of Object.entries(more)) one.setAttribute(name, value);
    return one;
  };
  add("h2", title, { id: "session-t", class: "mk-h3" });
  add("p", text, { id: "session-d" });
  add("button", press, { type: "button", class: "mk-btn", autofocus: "" }).addEventListener("click", () => (last ? close() : extend(csrf)));
  box.addEventListener("close", () => {
    box.remove();
    if (dialog === box) dialog = undefined;
  });
  dialog = document.body.appendChild(box);
  box.showModal();
}

/** Its event waits for the next picture of the page, and news may come before: gone is gone at once. */
function close(): void {
  const box = dialog;
  dialog = undefined;
  box?.close();
  box?.remove();
}

async function extend(csrf: string): Promise<void> {
  try {
    const answer = await fetch(address, { method: "POST", headers: { Accept: "application/json" }, body: new URLSearchParams({ csrf }) });
    if (answer.redirected) return ended();
    if (!answer.ok) return again(retryAfter);
    await follow((await answer.json()) as State);
    tabs?.postMessage("used");
  } catch {
    again(retryAfter); // the dialog stays, its button too
  }
}

/** What is filled in goes to the server, which keeps it; otherwise this page is asked for anew: sign in and come back. */
function ended(): void {
  clearTimeout(timer);
  const form = [...document.querySelectorAll<HTMLFormElement>("main form")].find((one) => isQuestion(one) && isFilled(one));
  if (form) return form.submit();
  location.assign(location.pathname + location.search);
}

const isQuestion = (form: HTMLFormElement): boolean => /\/apply\/(who|where|kind|reason)$/.test(new URL(form.action).pathname);

/** Otherwise than it came, or with mistakes still to mend. */
function isFilled(form: HTMLFormElement): boolean {
  return form.querySelector(".mk-errors") !== null || [...form.elements].some((one) => one instanceof HTMLInputElement && one.type !== "hidden" &&
    (one.checked !== one.defaultChecked || one.value !== one.defaultValue));
}

again(Number((document.currentScript as HTMLScriptElement | null)?.dataset.left) - warnBefore);
if (tabs) {
  tabs.onmessage = () => void (dialog && look());
  tabs.postMessage("used");
}
// What this tab slept through.
document.addEventListener("visibilitychange", () => void (document.hidden || look()));
addEventListener("pageshow", (event) => void (event.persisted && look()));

export {}; // names of its own
