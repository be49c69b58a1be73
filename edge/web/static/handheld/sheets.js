// What slides over the lower part of a screen: reasons, the number pad, typing, the menu. A scan closes any of them and
// counts as a scan (F51); keys never reach the number pad, only fingers do.

import { el, icon } from "./dom.js";
import { VOLUMES, setVolume, volume } from "./sounds.js";
import { say, spoken } from "./words.js";

const MOST_DIGITS = 6;

export function reasonSheet(title, reasons, chosen, close) {
  return sheet(title, close, el("div", { class: "choices" }, reasons.map((reason) => choice(reason.label, () => chosen(reason.id)))));
}

export function sureSheet(button, agreed, close) {
  return sheet(`${button.label}: ${say("sure")}`, close,
    el("div", { class: "choices" }, choice(`${button.label} — ${say("agree")}`, agreed, "danger")));
}

// `most` null means no limit is known; the server has the last word either way.
export function padSheet(title, begin, done, close) {
  let digits = begin;
  const shown = el("output", { class: "digits" }, digits || "0");
  const show = () => shown.replaceChildren(digits || "0");
  return sheet(title, close, pad({
    shown,
    digit: (digit) => {
      if (digits.length < MOST_DIGITS) digits = `${digits === "0" ? "" : digits}${digit}`;
      show();
    },
    clear: () => {
      digits = digits.slice(0, -1);
      show();
    },
    ok: () => digits && done(Number(digits)),
    okLabel: say("ok"),
  }));
}

export function pad({ shown, digit, clear, ok, okLabel }) {
  const key = (label, press, classes = "") =>
    el("button", { type: "button", class: `digit ${classes}`, on: { click: press } }, label);
  return el("div", { class: "pad" }, shown,
    el("div", { class: "grid" },
      [1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => key(String(number), () => digit(String(number)))),
      el("button", { type: "button", class: "digit", "aria-label": say("clear"), on: { click: clear } }, icon("backspace")),
      key("0", () => digit("0")),
      key(okLabel, ok, "primary")));
}

export function typeSheet(typed, close) {
  const field = el("input", { class: "field", type: "text", inputmode: "text", autocomplete: "off", autocapitalize: "off", spellcheck: "false", "aria-label": say("type_ask") });
  const form = el("form", { class: "typing", on: { submit: (event) => {
    event.preventDefault();
    const text = field.value.normalize("NFKC").trim();
    if (text) typed(text);
  } } }, field, el("button", { type: "submit", class: "choice primary" }, say("send")));
  queueMicrotask(() => field.focus());
  return sheet(say("type_ask"), close, form);
}

export function cameraSheet(picture, close) {
  const shown = sheet(say("camera"), close, picture);
  shown.classList.add("seeing");
  return shown;
}

export function menuSheet({ device, speak, logout, redraw, type, camera }, close) {
  const names = ["volume_off", "volume_low", "volume_mid", "volume_high"];
  return sheet(say("menu"), close,
    el("h3", {}, say("volume")),
    el("div", { class: "row" }, VOLUMES.map((_, step) =>
      choice(say(names[step]), () => { setVolume(step); redraw(); }, step === volume() ? "chosen" : ""))),
    el("h3", {}, say("language")),
    el("div", { class: "row" },
      choice("日本語", () => speak("ja"), spoken() === "ja" ? "chosen" : ""),
      choice("English", () => speak("en"), spoken() === "en" ? "chosen" : "")),
    el("div", { class: "choices" }, choice(say("camera"), camera), type ? choice(say("type_ask"), type) : null, choice(say("logout"), logout)),
    el("p", { class: "device" }, `${say("device")} ${device}`));
}

function choice(label, press, classes = "") {
  return el("button", { type: "button", class: `choice ${classes}`, "aria-pressed": classes.includes("chosen") ? "true" : null, on: { click: press } }, label);
}

function sheet(title, close, ...content) {
  return el("section", { class: "sheet", role: "dialog", "aria-label": title },
    el("header", {}, el("h2", {}, title),
      el("button", { type: "button", class: "close", on: { click: close } }, icon("wrong"), el("span", {}, say("close")))),
    ...content);
}
