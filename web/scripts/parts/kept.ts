// A step of the form that could not be sent, kept on this phone (IndexedDB) until it can be. Only answers to questions
// are kept, never a code, a signature or an owner's answer. One step a question: a second try takes the first one's
// place. What is kept belongs to one person, by the name that pages give him (data-person, which tells nothing).

/** In the order in which they are to be sent. */
const steps = ["who", "where", "kind", "reason", "check", "consent"].map((step) => `/m/apply/${step}`);

export interface Step {
  action: string; // the path it goes to
  body: string; // the fields, without the token that goes bad
  page: string; // where it was filled in; a fresh token comes from there
  person: string;
}

export const canKeep = (action: string): boolean => steps.includes(action);

const settled = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

async function store<T>(mode: IDBTransactionMode, act: (steps: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const opening = indexedDB.open("mekenjai", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("steps", { keyPath: "action" });
  const database = await settled(opening);
  try {
    const transaction = database.transaction("steps", mode);
    const done = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
    const result = settled(act(transaction.objectStore("steps")));
    await Promise.all([result, done]);
    return await result;
  } finally {
    database.close();
  }
}

/** Rejects where there is no room. */
export const keep = (step: Step): Promise<unknown> => store("readwrite", (all) => all.put(step));

export const drop = (step: Step): Promise<unknown> => store("readwrite", (all) => all.delete(step.action));

export const dropAll = (): Promise<unknown> => store("readwrite", (all) => all.clear());

export async function keptSteps(): Promise<Step[]> {
  const all = (await store("readonly", (kept) => kept.getAll())) as Step[];
  return all.sort((one, other) => steps.indexOf(one.action) - steps.indexOf(other.action));
}
