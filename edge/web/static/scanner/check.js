// What a scanner sends to a browser, and what at it should be set otherwise. Nothing is sent anywhere.

import { SILENT_MS, TYPED_MS } from "../handheld/wedge.js";

const QUIET_MS = 4 * SILENT_MS; // nothing more comes of this code
const SLOW_MS = 50; // keys further apart make a long code wait
const GS1 = /^\](C1|d2|Q3|e0)/;
const SEPARATORS = /[\x1d|~^]/;

const words = JSON.parse(document.getElementById("words").textContent);
const field = document.getElementById("keys");
const shown = document.getElementById("shown");
const list = document.getElementById("findings");

let burst = null;
let timer = 0;

// One code as it came: its text, milliseconds between keys, what ended it, and whether an IME or a paste brought it.
function begin() {
  burst ??= { text: "", gaps: [], lastAt: 0, end: "none", ime: false, pasted: false };
  clearTimeout(timer);
  timer = setTimeout(finish, QUIET_MS);
  return burst;
}

function take(piece) {
  const now = performance.now();
  const code = begin();
  if (code.text) code.gaps.push(now - code.lastAt);
  code.lastAt = now;
  code.text += piece;
}

function finish() {
  clearTimeout(timer);
  timer = 0;
  const code = burst;
  burst = null;
  if (code?.text) draw(code);
}

addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229) {
    begin().ime = true;
    return;
  }
  if (event.key === "Enter" || event.key === "Tab") {
    if (!burst) return;
    event.preventDefault();
    drain();
    burst.end = event.key;
    finish();
    return;
  }
  const letter = event.ctrlKey && event.key === "]" ? "\x1d" : event.key;
  if (event.altKey || event.metaKey || (event.ctrlKey && letter !== "\x1d") || [...letter].length !== 1) return;
  event.preventDefault();
  take(letter);
}, true);
field.addEventListener("input", (event) => event.isComposing || drain());
field.addEventListener("compositionend", drain);
addEventListener("click", (event) => event.target.closest("a") ?? field.focus());

// What came past the keys: an IME's text or a paste.
function drain() {
  const value = field.value;
  field.value = "";
  if (!value) return;
  const code = begin();
  code.pasted = !code.ime;
  const text = value.replace(/[\r\n\t]+$/, "");
  take(text);
  if (text === value) return;
  code.end = value.endsWith("\t") ? "Tab" : "Enter";
  finish();
}

// What is to be said of a code: [right? or null where nobody but the person knows, name of the words, values].
export function judge({ text, gaps, end, ime, pasted }) {
  const plain = text.normalize("NFKC").trim();
  const middle = [...gaps].sort((a, b) => a - b)[gaps.length >> 1] ?? 0;
  const longest = Math.max(0, ...gaps);
  const found = [end === "none" ? [false, "no_end"] : [true, "end", { key: end }]];
  if (ime) found.push([false, "ime"]);
  else if (plain !== text.trim()) found.push([false, "full_width"]);
  if (pasted) found.push([true, "pasted"]);
  else if (!ime && middle >= TYPED_MS) found.push([false, "typed", { ms: Math.round(middle) }]);
  else if (!ime && longest >= SILENT_MS) found.push([false, "gap", { ms: Math.round(longest) }]);
  else if (!ime && middle >= SLOW_MS) found.push([false, "slow", { ms: Math.round(middle) }]);
  else if (!ime) found.push([true, "pace", { ms: Math.round(longest) }]);
  if (text !== text.trim()) found.push([false, "blanks"]);
  if (!/^\][A-Za-z]\d/.test(plain)) found.push([false, "no_aim"]);
  else found.push([true, "aim", { id: plain.slice(0, 3) }]);
  if (GS1.test(plain)) found.push(SEPARATORS.test(text) ? [true, "separator"] : [null, "no_separator"]);
  return found;
}

function draw(code) {
  shown.textContent = code.text.replaceAll("\x1d", "␝");
  list.replaceChildren(...judge(code).map(([right, name, values = {}]) => {
    const line = document.createElement("li");
    line.className = right === null ? "note" : right ? "right" : "attention";
    line.dataset.finding = name;
    line.textContent = words[name].replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "?");
    return line;
  }));
}

field.focus();
document.documentElement.dataset.ready = "";
