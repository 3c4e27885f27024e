// The sandbox page: phones, clock, registers and people, by the JSON calls of the contract, section 7.

interface Sms { id: string; from: string; text: string; at: string }
interface Person { iin: string; name: string; phone: string; what: string; rka: string; address: string; row: string }

const said = document.getElementById("said") as HTMLElement;
const phones = document.getElementById("phones") as HTMLElement;
const model = document.getElementById("phone") as HTMLTemplateElement;
const kept = "phones";
const sent = new Map<string, Sms[]>();
let people: Person[] = [];

async function call<T>(path: string, body?: unknown): Promise<T | undefined> {
  try {
    const answer = await fetch(path, body === undefined ? {} : {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(String(answer.status));
    return (await answer.json()) as T;
  } catch {
    said.textContent = said.dataset.trouble ?? "";
    return undefined;
  }
}

const clockTime = (at: string): string => at.slice(11, 16);
const messagesOf = (phone: string): string => `/sandbox/phones/${encodeURIComponent(phone)}/messages`;

function keep(): void {
  sessionStorage.setItem(kept, JSON.stringify([...phones.children].map((phone) => (phone as HTMLElement).dataset.number)));
}

async function show(phone: HTMLElement): Promise<void> {
  const number = phone.dataset.number ?? "";
  const received = await call<Sms[]>(messagesOf(number));
  if (!received) return;
  const all = [...received.map((sms) => ({ ...sms, mine: false })), ...(sent.get(number) ?? []).map((sms) => ({ ...sms, mine: true }))]
    .sort((a, b) => a.at.localeCompare(b.at));
  const list = phone.querySelector("ol") as HTMLElement;
  if (list.children.length === all.length) return;
  list.replaceChildren(...all.map((sms) => {
    const row = document.createElement("li");
    if (sms.mine) row.className = "is-mine";
    const time = document.createElement("time");
    time.dateTime = sms.at;
    time.textContent = `${sms.from}, ${clockTime(sms.at)}`;
    row.append(time, sms.text);
    return row;
  }));
  (phone.querySelector("[data-none]") as HTMLElement).hidden = all.length > 0;
  list.scrollTop = list.scrollHeight;
}

function open(number: string): void {
  const known = [...phones.children].find((phone) => (phone as HTMLElement).dataset.number === number);
  if (known) return known.scrollIntoView({ block: "nearest" });
  const phone = (model.content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement;
  phone.dataset.number = number;
  (phone.querySelector("h3") as HTMLElement).textContent = number;
  (phone.querySelector("ol") as HTMLElement).setAttribute("aria-label", number);
  (phone.querySelector("[data-owner]") as HTMLElement).textContent = people.find((person) => person.phone === number)?.name ?? "";
  const form = phone.querySelector("form") as HTMLFormElement;
  const field = form.querySelector("input") as HTMLInputElement;
  field.id = `reply-${number.slice(1)}`;
  (form.querySelector("label") as HTMLLabelElement).htmlFor = field.id;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (!text) return;
    if (!(await call(messagesOf(number), { to: "1414", text }))) return;
    const now = await call<{ now: string }>("/sandbox/clock");
    sent.set(number, [...(sent.get(number) ?? []), { id: "", from: number, text, at: now?.now ?? "" }]);
    field.value = "";
    await show(phone);
  });
  (phone.querySelector("[data-close]") as HTMLElement).addEventListener("click", () => {
    phone.remove();
    keep();
  });
  phones.prepend(phone);
  keep();
  void show(phone);
}

document.getElementById("open-phone")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const field = document.getElementById("number") as HTMLInputElement;
  const number = field.value.replace(/[^+0-9]/g, "");
  if (/^\+\d{8,15}$/.test(number)) open(number);
});

async function readClock(): Promise<void> {
  const clock = await call<{ now: string }>("/sandbox/clock");
  if (clock) (document.getElementById("now") as HTMLElement).textContent = `${clock.now.slice(0, 10)}, ${clockTime(clock.now)}`;
}

for (const button of document.querySelectorAll<HTMLButtonElement>("[data-advance]")) {
  button.addEventListener("click", async () => {
    said.textContent = said.dataset.working ?? "";
    await call("/sandbox/clock", { advance_seconds: Number(button.dataset.advance) });
    await readClock();
    said.textContent = (document.getElementById("now") as HTMLElement).textContent ?? "";
    showAll();
  });
}

function draw(button: HTMLButtonElement, down: boolean): void {
  button.setAttribute("aria-pressed", String(down));
  button.textContent = (down ? button.dataset.on : button.dataset.off) ?? "";
}

for (const button of document.querySelectorAll<HTMLButtonElement>("[data-register]")) {
  button.addEventListener("click", async () => {
    const down = button.getAttribute("aria-pressed") !== "true";
    if (await call(`/sandbox/registers/${button.dataset.register}`, { down })) draw(button, down);
  });
}

async function readRegisters(): Promise<void> {
  const all = await call<Record<string, { down: boolean }>>("/sandbox/registers");
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-register]")) {
    draw(button, all?.[button.dataset.register ?? ""]?.down ?? false);
  }
}

function cell(text: string, tag: "td" | "th" = "td"): HTMLElement {
  const made = document.createElement(tag);
  if (tag === "th") made.setAttribute("scope", "row");
  made.textContent = text;
  return made;
}

async function readPeople(): Promise<void> {
  people = (await call<Person[]>("/sandbox/people")) ?? [];
  const numbers = document.getElementById("numbers") as HTMLElement;
  const rows = people.map((person) => {
    const row = document.createElement("tr");
    const phone = document.createElement("td");
    if (person.phone) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "mk-btn mk-btn--quiet mk-btn--small";
      button.textContent = person.phone;
      button.addEventListener("click", () => open(person.phone));
      phone.append(button);
      const option = document.createElement("option");
      option.value = person.phone;
      option.label = person.name;
      numbers.append(option);
    }
    const what = cell(document.querySelector<HTMLElement>(`[data-what="${person.what}"]`)?.textContent ?? person.what);
    if (person.address) {
      const more = document.createElement("span");
      more.className = "mk-cap";
      more.textContent = `${person.rka} · ${person.address} · ${person.row}`;
      what.append(document.createElement("br"), more);
    }
    const iin = document.createElement("td");
    const enter = document.createElement("a");
    enter.href = `/sign-in?iin=${person.iin}`;
    enter.textContent = person.iin;
    iin.append(enter);
    row.append(cell(person.name, "th"), iin, phone, what);
    return row;
  });
  document.getElementById("people")?.replaceChildren(...rows);
}

function showAll(): void {
  if (document.hidden) return;
  for (const phone of phones.children) void show(phone as HTMLElement);
}

void Promise.all([readClock(), readRegisters(), readPeople()]).then(() => {
  for (const number of (JSON.parse(sessionStorage.getItem(kept) ?? "[]") as string[]).reverse()) open(number);
});
setInterval(showAll, 2_000);
setInterval(() => void readClock(), 10_000);
