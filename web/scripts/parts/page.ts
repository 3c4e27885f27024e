// What script adds to a page that works without it: focus on what went wrong, the plate of the chosen address, a dial
// whose number counts down, and a waiting page that shows the news by itself. `begin` is for a page that has just
// come; what it started for the page before ends by itself when that page is gone.

const pollEvery = 5_000; // milliseconds
const dialEvery = 10_000;

/** The plate beside the search follows the choice. */
document.addEventListener("change", ({ target }) => {
  const plates = document.querySelector<HTMLElement>("[data-plates]");
  if (!plates || !(target instanceof HTMLInputElement) || !target.dataset.plate) return;
  plates.hidden = false;
  for (const plate of plates.querySelectorAll<HTMLElement>("[id^=p]")) plate.hidden = plate.id !== target.dataset.plate;
});

/**
 * The clock of the service may be ahead of this device's: what counts is the time since the page came. Where people want
 * no movement, the ring stands and follows the number.
 */
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
function count(): void {
  const cameAt = performance.now();
  for (const dial of document.querySelectorAll<HTMLElement>("[data-dial]")) {
    const number = dial.querySelector<HTMLElement>("[data-minutes]");
    const ring = dial.querySelector("svg");
    const left = Number(dial.dataset.left);
    if (still) ring?.pauseAnimations();
    if (!number || !left) continue;
    const label = dial.getAttribute("aria-label") ?? "";
    const before = number.textContent ?? "";
    const timer = setInterval(() => {
      if (!dial.isConnected) return clearInterval(timer);
      const gone = (performance.now() - cameAt) / 1000;
      const minutes = String(Math.max(0, Math.ceil((left - gone) / 60)));
      if (number.textContent === minutes) return;
      number.textContent = minutes;
      dial.setAttribute("aria-label", label.replace(before, minutes));
      if (still) ring?.setCurrentTime(gone);
    }, dialEvery);
  }
}

/** News on a waiting application: the main part is taken from the new page, and what changed is said. */
async function refresh(): Promise<void> {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return location.reload();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("main");
  const old = document.querySelector("main");
  if (!fresh || !old) return location.reload();
  old.replaceWith(fresh);
  document.title = page.title;
  const said = document.querySelector<HTMLElement>("[data-announce]");
  if (said) said.textContent = fresh.querySelector("h1")?.textContent ?? "";
  count();
  watch();
}

function watch(): void {
  const main = document.querySelector<HTMLElement>("main[data-state]");
  const address = main?.dataset.state;
  if (!main || !address) return;
  const timer = setInterval(async () => {
    if (!main.isConnected) return clearInterval(timer);
    if (document.hidden) return;
    try {
      const answer = await fetch(address, { headers: { Accept: "application/json" } });
      if (answer.status === 401 || answer.redirected) return location.reload();
      if (!answer.ok) return;
      const state = (await answer.json()) as { stamp?: string };
      if (!main.isConnected || !state.stamp || state.stamp === main.dataset.stamp) return;
      clearInterval(timer);
      await refresh();
    } catch {
      // no network for a moment: the next turn asks again
    }
  }, pollEvery);
}

export function begin(): void {
  document.querySelector<HTMLElement>("[data-focus]")?.focus();
  count();
  watch();
}
