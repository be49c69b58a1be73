// What every page of the console does: head, stream, fresh regions, lists, deeds, keys.

import { listen } from "./stream.js";
import { keepFresh } from "./fresh.js";
import { askDeeds } from "./deeds.js";
import { actOnLists } from "./lists.js";
import { copyOnPress } from "./once.js";
import { toast, words } from "./words.js";

function showHead(head) {
  for (const badge of document.querySelectorAll("[data-head]")) {
    const value = head[badge.dataset.head];
    if (value === undefined) continue;
    const more = value > Number(badge.textContent || 0);
    badge.textContent = value;
    badge.hidden = !value;
    badge.classList.toggle("new", more && badge.dataset.head === "exceptions");
  }
  if (head.wms !== undefined) {
    const link = document.querySelector("[data-wms]");
    link?.classList.toggle("up", head.wms);
    link?.classList.toggle("away", !head.wms);
    const text = document.querySelector("[data-wms-words]");
    if (text) text.textContent = head.wms ? words.wms_up : words.wms_away;
  }
}

function runClock() {
  const clock = document.querySelector("[data-clock]");
  if (!clock) return;
  const server = new Date(clock.dateTime).getTime();
  const started = performance.now();
  const zone = clock.dataset.clock;
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone, weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  });
  const days = { Mon: "月", Tue: "火", Wed: "水", Thu: "木", Fri: "金", Sat: "土", Sun: "日" };
  const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  const tick = () => {
    const p = Object.fromEntries(parts.formatToParts(server + performance.now() - started).map((x) => [x.type, x.value]));
    const month = p.month.slice(0, 3);
    const day = words.language === "ja" ? `${months.indexOf(month) + 1}/${p.day}(${days[p.weekday]})` : `${p.weekday} ${p.day} ${month}`;
    const text = `${day} ${p.hour}:${p.minute}`;
    if (clock.textContent !== text) clock.textContent = text;
  };
  tick();
  setInterval(tick, 1000);
}

function useKeys() {
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      const box = document.querySelector("[data-search]");
      box?.focus();
      box?.select();
    } else if (event.key === "Escape" && typing) {
      typing.blur();
    } else if (event.key === "Escape" && !document.querySelector("dialog[open]")) {
      goBack();
    }
  });
}

// From one thing to the list it was opened from, with its filter and page.
function goBack() {
  const back = document.querySelector("h1 .back");
  if (!back) return;
  if (document.referrer.startsWith(`${back.origin}/console/`)) history.back();
  else back.click();
}

const offline = document.getElementById("offline");
listen({
  head: showHead,
  offline(since) {
    if (!offline) return;
    const at = since.toLocaleTimeString(words.language === "ja" ? "ja-JP" : "en-GB", {
      hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: document.querySelector("[data-clock]")?.dataset.clock,
    });
    offline.querySelector("[data-since]").textContent = words.offline_since.replace("{at}", at);
    offline.hidden = false;
  },
  online() {
    if (offline) offline.hidden = true;
  },
  exception(note) {
    if (note.kind === "exception.raised") toast(words.new_exception, "amber", "/console/exceptions");
  },
});
keepFresh();
askDeeds();
actOnLists();
copyOnPress();
useKeys();
runClock();
