// Keeps marked regions fresh without moving anything under a finger: regions are replaced when they differ, rows of
// lists change in place, and rows that came or went are announced instead of shifted.

import { listen } from "./stream.js";
import { words } from "./words.js";

const AT_MOST_EVERY_MS = 2000;
const AT_LEAST_EVERY_MS = 10000;
let asked = 0;
let timer = 0;
let busy = false;
let owed = false; // somebody did something here and waits to see it

export function keepFresh() {
  if (!document.querySelector("[data-live]")) return;
  asked = Date.now();
  listen({
    topics(topics) {
      const wanted = [...document.querySelectorAll("[data-live]")].flatMap((region) => region.dataset.live.split(" "));
      if (wanted.includes("*") || topics.some((topic) => wanted.includes(topic))) soon();
    },
    online: soon,
  });
  document.addEventListener("genba:done", () => {
    owed = true;
    refresh();
  });
  setInterval(() => {
    const ages = document.querySelector('[data-live]:not([data-live="floor"])'); // what is said to all robots does not
    if (ages && !document.hidden && Date.now() - asked > AT_LEAST_EVERY_MS) soon();
  }, 1000);
  document.addEventListener("visibilitychange", () => !document.hidden && soon());
}

function soon() {
  if (document.hidden) return;
  timer ||= setTimeout(refresh, Math.max(0, asked + AT_MOST_EVERY_MS - Date.now()));
}

async function refresh() {
  clearTimeout(timer);
  timer = 0;
  if (busy) return;
  busy = true;
  const done = owed;
  owed = false;
  asked = Date.now();
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (answer.ok && !answer.redirected) update(new DOMParser().parseFromString(await answer.text(), "text/html"), done);
    else if (answer.redirected && answer.url.includes("/login")) location.reload();
  } catch {
    // the stream says that we are offline; the next round tries again
  } finally {
    busy = false;
    if (owed) refresh();
  }
}

function update(fresh, done) {
  for (const region of document.querySelectorAll("[data-live]")) {
    const next = fresh.getElementById(region.id);
    if (region.matches("table")) updateRows(region, next);
    else if (next) replace(region, next, done);
  }
  const heading = fresh.querySelector("h1");
  const here = document.querySelector("h1");
  if (heading && here && here.innerHTML !== heading.innerHTML) here.innerHTML = heading.innerHTML;
}

function replace(region, next, done) {
  if (region.className !== next.className) region.className = next.className;
  const focused = region.contains(document.activeElement) ? document.activeElement : null;
  if (!done && focused?.matches("button, input, select")) return;
  const open = [...region.querySelectorAll("details")].map((details) => details.open);
  if (open.some(Boolean)) next.querySelectorAll("details").forEach((details, i) => (details.open = open[i] ?? false));
  if (region.innerHTML === next.innerHTML) return;
  const place = focused && sameAs(focused);
  region.innerHTML = next.innerHTML;
  if (focused && focused !== region) keepPlace(region, place);
}

// How to find what had the keyboard in what comes in its place.
function sameAs(focused) {
  if (focused.matches("a")) return `a[href="${CSS.escape(focused.getAttribute("href"))}"]`;
  const action = focused.form && `form[action="${CSS.escape(focused.form.getAttribute("action"))}"]`;
  const id = focused.form?.querySelector("input[name=id]")?.value;
  const same = id === undefined ? action : `${action}:has(input[name=id][value="${CSS.escape(id)}"])`;
  return action ? `${same} button${focused.value ? `[value="${CSS.escape(focused.value)}"]` : ""}` : "";
}

function keepPlace(region, place) {
  const found = place && region.querySelector(place);
  if (!found) region.tabIndex = -1; // it is gone: the keyboard stays near
  (found || region).focus({ preventScroll: true });
}

function updateRows(table, next) {
  const fresh = new Map([...(next?.querySelectorAll("tr[data-key]") ?? [])].map((row) => [row.dataset.key, row]));
  let different = 0;
  for (const row of table.querySelectorAll("tr[data-key]")) {
    const now = fresh.get(row.dataset.key);
    fresh.delete(row.dataset.key);
    row.classList.toggle("gone", !now);
    if (!now) {
      row.title = words.gone;
      different += 1;
    } else if (changeCells(row, now)) {
      row.classList.remove("changed");
      void row.offsetWidth; // restarts the mark
      row.classList.add("changed");
    }
  }
  announce(table, different + fresh.size);
}

function changeCells(row, now) {
  let changed = false;
  [...row.cells].forEach((cell, i) => {
    const fresh = now.cells[i];
    if (!fresh || cell.matches(".tick") || cell.querySelector("details[open]")) return;
    if (cell.innerHTML !== fresh.innerHTML) {
      cell.innerHTML = fresh.innerHTML;
      changed = true;
    }
    if (cell.className !== fresh.className) cell.className = fresh.className;
  });
  return changed;
}

function announce(table, count) {
  const frame = table.closest(".scroll") ?? table;
  let news = frame.parentElement.querySelector(".news");
  if (!count) {
    news?.remove();
    return;
  }
  if (!news) {
    news = Object.assign(document.createElement("p"), { className: "news" });
    news.append(document.createElement("span"));
    const show = Object.assign(document.createElement("a"), { className: "button", textContent: words.show, href: location.href });
    news.append(show);
    frame.after(news);
  }
  news.firstElementChild.textContent = words.changed.replace("{n}", count);
}
