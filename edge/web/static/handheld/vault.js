// What must survive a reload or an empty battery: the queue of actions (IndexedDB, F64, F69) and small settings
// (localStorage). An action is in the vault before its tone is heard.

const NAME = "genba";
const QUEUE = "queue";

let database = null;
let coming = []; // actions that wait for the transaction before theirs
let writing = false;

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

// What comes while others are being written shares their next transaction: a sweep of tags is hundreds within a second.
export function add(entry) {
  return new Promise((resolve, reject) => {
    coming.push({ entry, resolve, reject });
    if (!writing) write();
  });
}

async function write() {
  writing = true;
  while (coming.length) {
    const group = coming;
    coming = [];
    let requests = [];
    try {
      await inStore("readwrite", (store) => {
        requests = group.map(({ entry }) => store.add(entry));
        return requests.at(-1);
      });
      group.forEach(({ resolve }, place) => resolve(requests[place].result));
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }
  writing = false;
}

export function put(entry) {
  return inStore("readwrite", (store) => store.put(entry));
}

// Need not be on disk: what comes back after a crash is sent again under its key, and answered as before.
export function remove(seqs) {
  return inStore("readwrite", (store) => seqs.map((seq) => store.delete(seq)).at(-1), "relaxed");
}

export function setting(name) {
  return localStorage.getItem(`genba.${name}`);
}

export function keep(name, value) {
  if (value === null) localStorage.removeItem(`genba.${name}`);
  else localStorage.setItem(`genba.${name}`, value);
}

// Resolves when the transaction is on disk, not when it is merely accepted, unless it is relaxed.
function inStore(mode, work, durability = "strict") {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(QUEUE, mode, { durability });
    const request = work(transaction.objectStore(QUEUE));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}
