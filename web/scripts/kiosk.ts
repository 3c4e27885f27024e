// What script adds to a kiosk: keys that write at the caret, a clock that notices that nobody is there any more, reading aloud,
// and the printer. Without it keys are sent, the page ends by itself after 90 seconds, and the rest is not offered.

const warnAfter = 60_000; // milliseconds without a touch
const endAfter = 90_000;
const tellEvery = 10_000;
const backAfter = 15_000; // from the page that says that all is wiped, to the start

// --- setting up ---------------------------------------------------------------------------------------------------

/** The device's token comes behind the # of the start address: it is sent nowhere but into the form here. */
const device = document.querySelector<HTMLFormElement>("form[data-device]");
const given = new URLSearchParams(location.hash.slice(1)).get("token");
if (given !== null) {
  history.replaceState(null, "", location.pathname);
  const field = device?.querySelector<HTMLInputElement>("[name=token]");
  if (device && field) {
    field.value = given;
    device.submit();
  }
}

// --- nobody there -------------------------------------------------------------------------------------------------

/** A page that comes back out of the browser's memory may be another person's. */
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
addEventListener("contextmenu", (event) => event.preventDefault());

function watchIdleness(): void {
  const dialog = document.querySelector<HTMLDialogElement>("[data-idle-dialog]");
  const left = dialog?.querySelector<HTMLElement>("[data-idle-left]");
  if (!dialog || !left) return;
  let touchedAt = performance.now();
  let toldAt = touchedAt; // the touch that the service knows of: the page itself
  let ending = false;

  const end = (): void => {
    if (ending) return;
    ending = true;
    location.replace("/kiosk/end");
  };
  const tell = async (): Promise<void> => {
    toldAt = touchedAt;
    const session = document.body.hasAttribute("data-session") ? "1" : "0";
    const ago = String(Math.round(performance.now() - touchedAt));
    try {
      const answer = await fetch("/kiosk/alive", { method: "POST", body: new URLSearchParams({ ago, session }), redirect: "manual" });
      // Over, or led away. Anything else is trouble on the way, as no network is: the next turn tells.
      if ([401, 403].includes(answer.status) || answer.type === "opaqueredirect") end();
      else if (answer.status !== 204) toldAt = 0;
    } catch {
      toldAt = 0;
    }
  };
  const touched = (event: Event): void => {
    if (!event.isTrusted || dialog.open) return; // once asked, the person answers by a button
    touchedAt = performance.now();
  };
  for (const kind of ["pointerdown", "keydown", "wheel", "touchmove"]) addEventListener(kind, touched, { passive: true, capture: true });

  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.querySelector("[data-idle-stay]")?.addEventListener("click", () => {
    dialog.close();
    touchedAt = performance.now();
    void tell();
  });
  let nextTell = touchedAt + tellEvery;
  setInterval(() => {
    const now = performance.now();
    const idle = now - touchedAt;
    if (idle >= endAfter) return end();
    left.textContent = String(Math.ceil((endAfter - idle) / 1000));
    if (idle >= warnAfter && !dialog.open) {
      stopReading();
      dialog.showModal();
    }
    if (touchedAt > toldAt && now >= nextTell) {
      nextTell = now + tellEvery;
      void tell();
    }
  }, 250);
}

// --- the keyboard -------------------------------------------------------------------------------------------------

type Field = HTMLInputElement;
const textTypes = ["text", "search", "tel", "password"];

function connectKeyboard(keyboard: HTMLElement): void {
  const fields = [...document.querySelectorAll<Field>("main input")].filter((field) => textTypes.includes(field.type));
  const layouts = [...keyboard.querySelectorAll<HTMLElement>("[data-layout]")];
  let letters = layouts.find((one) => !one.hidden && one.dataset.layout !== "digits")?.dataset.layout ?? document.documentElement.lang.slice(0, 2);
  if (!["kk", "ru"].includes(letters)) letters = "latin";
  let current: Field | undefined;

  const visible = (): Field[] => fields.filter((field) => field.getClientRects().length > 0);
  const show = (): void => {
    const seen = visible();
    const appears = keyboard.hidden && seen.length > 0;
    keyboard.hidden = seen.length === 0;
    if (!current || !seen.includes(current)) current = seen.find((field) => field.value === "") ?? seen[0];
    const wanted = current?.inputMode === "numeric" ? "digits" : letters;
    for (const one of layouts) one.hidden = one.dataset.layout !== wanted;
    if (appears) current?.scrollIntoView({ block: "center" }); // the keyboard covers nothing that is typed into
  };
  const edited = (field: Field, data: string | null): void => {
    field.dispatchEvent(new InputEvent("input", { bubbles: true, data, inputType: data === null ? "deleteContentBackward" : "insertText" }));
  };
  const limit = (field: Field): number => (field.name === "iin" ? 12 : field.maxLength > 0 ? field.maxLength : Infinity);

  /** Into the field, behind what stands there already. */
  function enter(field: Field): void {
    if (document.activeElement === field) return;
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  }
  function type(character: string): void {
    const field = current;
    if (!field) return;
    enter(field);
    const from = field.selectionStart ?? field.value.length;
    const to = field.selectionEnd ?? from;
    if (field.value.length - (to - from) >= limit(field)) return;
    field.setRangeText(character, from, to, "end");
    edited(field, character);
    // The day is full: the month comes next.
    const next = visible()[visible().indexOf(field) + 1];
    if (field.inputMode === "numeric" && field.value.length >= limit(field) && next) enter(next);
  }
  function erase(): void {
    const field = current;
    if (!field) return;
    enter(field);
    const to = field.selectionEnd ?? field.value.length;
    let from = field.selectionStart ?? to;
    if (from === to) {
      if (to === 0) return;
      from = to - 1;
    }
    field.setRangeText("", from, to, "end");
    edited(field, null);
  }
  function press(button: HTMLButtonElement): void {
    if (button.name === "layout") {
      letters = button.value;
      show();
      keyboard.querySelector<HTMLElement>(`[data-layout="${letters}"] [name=layout][value="${letters}"]`)?.focus();
    } else if (button.value === "back") {
      erase();
    } else {
      type(button.value);
    }
  }

  // A finger types where it comes down, once, however fast and with however many: a click would wait for it to leave.
  let repeating: ReturnType<typeof setInterval> | undefined;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const release = (): void => {
    clearTimeout(waiting);
    clearInterval(repeating);
  };
  const keyOf = (event: Event): HTMLButtonElement | undefined => {
    const button = (event.target as Element).closest("button");
    return button && (button.name === "key" || button.name === "layout") ? button : undefined;
  };
  keyboard.addEventListener("pointerdown", (event) => {
    const button = keyOf(event);
    if (!button) return;
    event.preventDefault(); // the field keeps the focus
    press(button);
    release();
    if (button.value === "back") waiting = setTimeout(() => (repeating = setInterval(erase, 90)), 500);
  });
  for (const kind of ["pointerup", "pointercancel", "pointerleave", "blur"]) addEventListener(kind, release);
  keyboard.addEventListener("click", (event) => {
    const button = keyOf(event);
    if (!button) return;
    event.preventDefault(); // nothing is sent
    if (event.detail === 0) press(button); // by a real keyboard or a screen reader: no finger came before
  });
  addEventListener("focusin", (event) => {
    if (!fields.includes(event.target as Field)) return;
    current = event.target as Field;
    show();
  });
  addEventListener("change", show);
  for (const field of fields) if (field.type === "password") countDigits(field, keyboard);
  show();
}

/** Nobody reads an IIN on the screen; whoever types it is told how many digits there are, and the last two. */
function countDigits(field: Field, keyboard: HTMLElement): void {
  if (field.name !== "iin") return;
  const said = document.createElement("output");
  said.className = "mk-hint";
  field.after(said);
  const tell = (): void => {
    const typed = field.value.replace(/\D/g, "");
    const end = typed.length > 2 ? ` ••${typed.slice(-2)}` : "";
    said.textContent = `${keyboard.dataset.typed ?? ""} ${typed.length} ${keyboard.dataset.of ?? "/"} 12${end}`;
  };
  field.addEventListener("input", tell);
  tell();
}

// --- reading aloud ------------------------------------------------------------------------------------------------

function stopReading(): void {
  if ("speechSynthesis" in window) speechSynthesis.cancel();
}

function offerReading(button: HTMLButtonElement): void {
  if (!("speechSynthesis" in window)) return;
  const label = button.querySelector("span");
  const words = label?.textContent ?? "";
  const language = document.documentElement.lang.toLowerCase(); // no voice reads Kazakh in Latin letters
  const say = (text: string): void => {
    if (label) label.textContent = text;
  };
  const over = (): void => {
    button.removeAttribute("aria-pressed");
    say(words);
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-pressed") === "true") {
      stopReading();
      return over();
    }
    const voice = speechSynthesis.getVoices().find((one) => one.lang.toLowerCase().startsWith(language));
    if (!voice) return say(button.dataset.none ?? "");
    const main = document.querySelector("main");
    const help = document.querySelector(".mk-khelp p");
    const spoken = new SpeechSynthesisUtterance(`${main?.innerText ?? ""}\n${help?.textContent ?? ""}`);
    spoken.voice = voice;
    spoken.lang = voice.lang;
    spoken.addEventListener("end", over);
    spoken.addEventListener("error", over);
    stopReading();
    button.setAttribute("aria-pressed", "true");
    say(button.dataset.stop ?? words);
    speechSynthesis.speak(spoken);
  });
  addEventListener("pagehide", stopReading);
}

// --- the receipt --------------------------------------------------------------------------------------------------

for (const row of document.querySelectorAll<HTMLElement>("[data-print-row]")) {
  row.hidden = false;
  row.querySelector("[data-print]")?.addEventListener("click", () => print());
}

if (document.body.hasAttribute("data-idle")) watchIdleness();
if (document.body.hasAttribute("data-back-soon")) setTimeout(() => location.replace("/kiosk/"), backAfter);
const keyboard = document.querySelector<HTMLElement>("[data-kb]");
if (keyboard) connectKeyboard(keyboard);
const reader = document.querySelector<HTMLButtonElement>("[data-read]");
if (reader) offerReading(reader);
