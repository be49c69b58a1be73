// What must survive a reload or an empty battery: the queue of actions (IndexedDB, F64, F69) and small settings
// (localStorage). An action is in the vault before its tone is heard.

const NAME = "genba";
const QUEUE = "queue";

let database = null;

export async function open() {
  database = await new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(QUEUE, { keyPath: "seq", autoIncrement: true });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  navigator.storage?.persist?.().catch(() => {});
}

export function all() {
  return inStore("readonly", (store) => store.getAll());
}

export function add(entry) {
  return inStore("readwrite", (store) => store.add(entry));
}

export function put(entry) {
  return inStore("readwrite", (store) => store.put(entry));
}

export function remove(seq) {
  return inStore("readwrite", (store) => store.delete(seq));
}

export function setting(name) {
  return localStorage.getItem(`genba.${name}`);
}

export function keep(name, value) {
  if (value === null) localStorage.removeItem(`genba.${name}`);
  else localStorage.setItem(`genba.${name}`, value);
}

// Resolves when the transaction is on disk, not when it is merely accepted.
function inStore(mode, work) {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(QUEUE, mode, { durability: "strict" });
    const request = work(transaction.objectStore(QUEUE));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}
