// On pages where nobody is signed in any more, or not yet: of what the app (/m) kept of its last reader nothing stays on
// this device. Its own worker sees to its own pages only.
async function forget(): Promise<void> {
  const all = (await globalThis.caches?.keys()) ?? [];
  await Promise.all(all.filter((one) => one.endsWith("-pages")).map((one) => caches.delete(one)));
  if (location.pathname === "/signed-out") globalThis.indexedDB?.deleteDatabase("mekenjai");
}

void forget();

export {};
