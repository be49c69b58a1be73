// Keeps the handheld's page on the device, so that a reload without network shows Genba and the last question instead of
// the browser's own error. The edge writes `BUILD`, `PAGE` and `FILES` above this source: another build, another worker.

/* global BUILD, PAGE, FILES */

const SHELF = `genba-${BUILD}`;
const PATIENCE_MS = 3000; // a page that takes longer comes from the device; the queue needs no fresh page

self.addEventListener("install", (event) => {
  event.waitUntil(fill().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(tidy().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  if (method !== "GET") return;
  const { origin, pathname } = new URL(url);
  if (origin !== location.origin) return;
  if (mode === "navigate" && pathname === PAGE) event.respondWith(page());
  else if (FILES.includes(pathname)) event.respondWith(file(event.request));
});

async function fill() {
  const shelf = await caches.open(SHELF);
  await shelf.addAll([PAGE, ...FILES]);
}

async function tidy() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("genba-") && name !== SHELF).map((name) => caches.delete(name)));
}

// The edge's page when it answers in time and well, else the kept one.
async function page() {
  try {
    const answer = await fetch(PAGE, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.ok) return answer;
  } catch {
    // no network, or too little of it
  }
  return (await caches.match(PAGE, { cacheName: SHELF })) ?? Response.error();
}

async function file(request) {
  return (await caches.match(request.url, { cacheName: SHELF })) ?? fetch(request);
}
