// The one stream of the page. Says when it is lost and since when; comes back by itself.

const SILENCE_MS = 11000; // two heartbeats of the site
const RETRY_MS = 4000;
const listeners = [];
let heard = Date.now();
let lost = false;
let source = null;
let retry = 0;
const world = { robots: {}, foreign: {}, gates: {}, doors: {}, lifts: {} }; // all that is known, for listeners that come late

export function listen(listener) {
  listeners.push(listener);
  if (!source && !retry) open();
  else listener.frame?.(world);
}

function remember(frame) {
  for (const kind of ["robots", "foreign", "gates", "doors", "lifts"]) {
    for (const [id, change] of Object.entries(frame[kind] ?? {})) {
      if (change.gone) delete world[kind][id];
      else world[kind][id] = { ...world[kind][id], ...change };
    }
  }
}

function tell(what, value) {
  for (const listener of listeners) listener[what]?.(value);
}

function hear() {
  heard = Date.now();
  if (lost) {
    lost = false;
    tell("online");
  }
}

function lose() {
  if (!lost) {
    lost = true;
    tell("offline", new Date(heard));
  }
}

function open() {
  retry = 0;
  source = new EventSource("/console/stream");
  source.addEventListener("state", (event) => {
    const began = performance.now();
    hear();
    const frame = JSON.parse(event.data);
    remember(frame);
    if (frame.head) tell("head", frame.head);
    tell("frame", frame);
    if (frame.topics) tell("topics", frame.topics);
    document.dispatchEvent(new CustomEvent("genba:frame", { detail: { at: frame.at, ms: performance.now() - began } }));
  });
  source.addEventListener("exception", (event) => {
    hear();
    tell("exception", JSON.parse(event.data));
  });
  source.addEventListener("error", async () => {
    lose();
    if (source.readyState !== EventSource.CLOSED) return;
    source.close();
    source = null;
    retry = setTimeout(async () => {
      const answer = await fetch("/console/floor/closed").catch(() => null);
      if (answer?.status === 401) location.reload();
      else open();
    }, RETRY_MS);
  });
}

setInterval(() => {
  if (Date.now() - heard > SILENCE_MS) lose();
}, 1000);
addEventListener("pagehide", () => source?.close());
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
