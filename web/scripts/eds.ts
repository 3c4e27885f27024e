// What script adds to the pages of the digital signature (they alone load it): a key chosen in NCALayer, the program
// on this computer; and a QR code that follows what the phone does. The words are on the page, hidden until needed.
// Keys and passwords stay in NCALayer: the page hands out what is to be signed and gets the signature back.
import { NCALayerClient } from "ncalayer-js-client";

// --- NCALayer ----------------------------------------------------------------------------------------------------

const patience = 5_000; // milliseconds; a program on the same computer answers at once or isn't there
const person = "1.2.398.3.3.4.1.1"; // role: a natural person
const signing = "1.3.6.1.5.5.7.3.4";

class Trouble extends Error {
  constructor(readonly panel: "absent" | "old" | "cancelled" | "failed") {
    super(panel);
  }
}

async function connected(address: string): Promise<NCALayerClient> {
  const client = new NCALayerClient(address, false);
  // The library asks this address for another program's presence even where it is told not to use it. An address
  // that is none is never asked.
  client.kmdHttpApiUrl = "https://";
  const tooLate = new Promise<never>((_, reject) => setTimeout(() => reject(new Trouble("absent")), patience));
  try {
    await Promise.race([client.connect(), tooLate]);
  } catch {
    throw new Trouble("absent");
  }
  return client;
}

/** One signature over `base64`, attached. Older versions have another module for it, and answer bare. */
async function signed(client: NCALayerClient, form: HTMLFormElement, base64: string): Promise<string> {
  const login = form.dataset.use === "login";
  // A GOST key has no usage "client authentication": one key signs and signs in. An RSA pair has two keys, so
  // signing in filters by the role alone.
  const filter = { extKeyUsageOids: login ? [person] : [signing, person], ...("sandbox" in form.dataset && { chain: [] }) };
  const params = { decode: true, encapsulate: true, digested: false };
  let answer = "";
  client.onResponseReady = (text: string) => (answer = text);
  try {
    return one(await client.basicsSignCMS(NCALayerClient.basicsStorageAll, base64, params, filter,
      document.documentElement.lang.slice(0, 2))); // NCALayer speaks kk, ru and en
  } catch (error) {
    if (!answer.includes("MODULE_NOT_FOUND")) throw explained(error);
  }
  try {
    return one(await client.createCAdESFromBase64(NCALayerClient.fileStorageType, base64, login ? "" : "SIGNATURE", true));
  } catch (error) {
    throw answer.includes("MODULE_NOT_FOUND") ? new Trouble("old") : explained(error);
  }
}

function one(answer: unknown): string {
  const first: unknown = Array.isArray(answer) ? answer[0] : answer;
  if (typeof first !== "string" || first === "") throw new Trouble("failed");
  return first;
}

function explained(error: unknown): Trouble {
  if (error instanceof Trouble) return error;
  const { canceledByUser, message } = error as { canceledByUser?: boolean; message?: string };
  return new Trouble(canceledByUser || message?.includes("action.canceled") ? "cancelled" : "failed");
}

/** Shows one of the page's hidden sentences; it is read out, since all stand in a live region. */
function say(panel?: string): void {
  for (const one of document.querySelectorAll<HTMLElement>("[data-say]")) one.hidden = one.dataset.say !== panel;
}

const form = document.querySelector<HTMLFormElement>("form[data-content]");
const button = form?.querySelector<HTMLButtonElement>("[data-choose]");
if (form && button) {
  button.hidden = false;
  let busy = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    button.setAttribute("aria-disabled", "true");
    say("asking");
    let client: NCALayerClient | undefined;
    try {
      client = await connected(form.dataset.ncalayer ?? "");
      const cms = await signed(client, form, form.dataset.content ?? "");
      (form.elements.namedItem("cms") as HTMLInputElement).value = cms;
      say("sending");
      form.submit();
    } catch (error) {
      say(explained(error).panel);
      busy = false;
      button.removeAttribute("aria-disabled");
    } finally {
      client?.wsConnection?.close();
    }
  });
  // A page brought back by "back" has been used: its challenge is gone.
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}

// --- QR ----------------------------------------------------------------------------------------------------------

const pollEvery = 2_000; // milliseconds

/** What is left of the code's life; the clock time beside it is the truth. */
function count(): void {
  const left = document.querySelector<HTMLElement>("[data-qr-left]");
  if (!left) return;
  const end = performance.now() + Number(left.dataset.qrLeft) * 1000;
  const timer = setInterval(() => {
    const seconds = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (seconds === 0 || !left.isConnected) clearInterval(timer);
  }, 1_000);
}

/** The part that tells the state is taken from the page as it is now. */
async function refresh(): Promise<void> {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  // Signed: the page is elsewhere now.
  if (!answer.ok || answer.redirected) return location.reload();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector<HTMLElement>("[data-qr]");
  const old = document.querySelector<HTMLElement>("[data-qr]");
  if (!fresh || !old) return location.reload();
  old.replaceWith(fresh);
  document.title = page.title;
  const said = document.querySelector<HTMLElement>("[data-announce]");
  if (said) said.textContent = fresh.querySelector("[data-qr-news]")?.textContent ?? "";
  follow();
}

function follow(): void {
  const qr = document.querySelector<HTMLElement>("[data-qr]");
  if (!qr) return;
  const onward = qr.querySelector<HTMLFormElement>("form[data-onward]");
  if (onward) return onward.submit();
  count();
  const address = qr.dataset.qr;
  if (!address) return;
  const timer = setInterval(async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(address, { headers: { Accept: "application/json" } });
      if (!answer.ok) {
        clearInterval(timer);
        return location.reload();
      }
      const { stamp } = (await answer.json()) as { stamp?: string };
      if (!stamp || stamp === qr.dataset.stamp) return;
      clearInterval(timer);
      await refresh();
    } catch {
      // no network for a moment: the next turn asks again
    }
  }, pollEvery);
}

follow();
