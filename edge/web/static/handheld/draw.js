// Draws one screen: who and how far, the last result, the one question, the buttons. Each part is made anew only when
// it changed, so that nothing moves under a finger.

import { el, icon } from "./dom.js";
import { say } from "./words.js";

const STEP_ICONS = {
  place: "place", wait: "wait", away: "wait", location: "location", item: "item", verify: "item", tote: "tote", carton: "carton",
  weigh: "weigh", label: "label", parcel: "carton", gate: "gate", station: "place", put: "place", count: "item", choose: "quantity",
};
const BUTTON_ICONS = {
  quantity: "quantity", short: "short", skip: "skip", undo: "undo", weigh: "weigh", zero: "zero", reprint: "printer",
  missing: "short", recount: "quantity", go: "gate", back: "undo", leave: "leave", absent: "short", accept: "right",
  here: "person", aside: "skip", total: "quantity", done: "right", empty: "carton", restart: "undo", choose: "right", lot: "quantity",
};
const PRIMARY = { weigh: "weigh", go: "parcel", here: "away", done: "count", choose: "choose" }; // button: step in which it is the thing to do
const WIDE = new Set(["accept", "empty"]);
const MOST_CHOICES = 4; // that stand on the screen as buttons; more are behind one
const KEYS = 4; // places in the row of buttons; when all are taken, typing is in the menu
const LEAST_PX = 28; // a code that needs less than this may break: it is no code that people read
const LONGEST_WAVE = 8; // characters of a wave's name that fit the header

export class Board {
  constructor(root, { press, menu, type, camera }) { // `camera` null where it cannot scan
    this.handlers = { press, menu, type, camera };
    this.seen = {};
    this.targets = {}; // step: the target now and the one before, for marking what differs
    this.parts = {
      head: el("header", { class: "head" }),
      last: el("div", { class: "last" }),
      main: el("main", { class: "main" }),
      keys: el("nav", { class: "keys" }),
      sheet: el("div", { class: "over" }),
    };
    this.root = root;
    addEventListener("resize", () => this.fit());
  }

  show() {
    this.root.replaceChildren(...Object.values(this.parts));
  }

  draw({ screen, result, link, waiting, pending }) {
    const step = `${screen.process}/${screen.step}`;
    const known = this.targets[step];
    if (known?.now !== screen.target) this.targets[step] = { now: screen.target, before: known?.now ?? "" };
    document.body.dataset.state = result?.kind === "wrong" ? "wrong" : "";
    document.body.dataset.link = link;
    this.part("head", [screen.header, link, waiting], () => this.head(screen, link, waiting));
    this.part("last", [result, pending, link, waiting], () => last(result, pending, link, waiting));
    this.part("main", [{ ...screen, header: 0, last: 0, buttons: 0, id: 0 }], () => this.main(screen, this.targets[step].before));
    this.fit();
    this.part("keys", [screen.buttons, screen.step, screen.manual], () => this.keys(screen));
  }

  // A code stays in one line, as large as the line allows.
  fit() {
    const code = this.parts.main.querySelector(".target.code");
    if (!code) return;
    code.style.fontSize = "";
    const most = parseFloat(getComputedStyle(code).fontSize);
    const size = Math.floor(most * Math.min(1, code.clientWidth / code.scrollWidth));
    code.classList.toggle("long", size < LEAST_PX);
    code.style.fontSize = `${Math.max(LEAST_PX, size)}px`;
  }

  sheet(content) {
    this.parts.sheet.replaceChildren(...(content ? [content] : []));
  }

  part(name, signature, make) {
    const text = JSON.stringify([signature, document.documentElement.lang]);
    if (this.seen[name] === text) return;
    this.seen[name] = text;
    this.parts[name].replaceChildren(...make());
  }

  head(screen, link, waiting) {
    const { person, wave, cutoff, done, total } = screen.header;
    const facts = [
      wave && wave.length <= LONGEST_WAVE ? `${say("wave")} ${wave}` : "",
      cutoff ? (document.documentElement.lang === "ja" ? `${cutoff} ${say("cutoff")}` : `${say("cutoff")} ${cutoff}`) : "",
    ].filter(Boolean);
    return [
      el("button", { class: "who", type: "button", "aria-label": `${person} ${say("menu")}`, on: { click: this.handlers.menu } },
        icon("person"),
        el("span", { class: "names" }, el("b", {}, person), facts.length ? el("small", {}, facts.join(" · ")) : null),
        total ? el("span", { class: "progress" }, el("b", {}, String(done)), `/${total}`) : null,
        el("span", { class: `link ${link}` }, icon(link === "offline" ? "wrong" : link),
          el("small", {}, waiting ? `${waiting}` : "", el("span", { class: "unseen" }, `${say(link)} ${waiting ? say("waiting") : ""}`))),
      ),
    ];
  }

  main(screen, before) {
    const named = screen.item && screen.target === screen.item.name;
    return [
      el("section", { class: "question" },
        el("p", { class: "ask" }, icon(STEP_ICONS[screen.step] ?? "info"), el("span", {}, screen.ask)),
        named || !screen.target ? null : el("p", { class: `target ${size(screen.target)}` }, ...marked(screen.target, before)),
        screen.item ? itemBox(screen.item, named) : null,
        amount(screen),
        screen.detail ? el("p", { class: "detail" }, ...whole(screen.detail)) : null,
        screen.target || screen.item || screen.lines.length ? null : el("div", { class: "picture" }, icon(STEP_ICONS[screen.step] ?? "info")),
      ),
      screen.lines.length ? lineList(screen.lines) : null,
    ].filter(Boolean);
  }

  keys(screen) {
    const made = screen.buttons.flatMap((button) => {
      const primary = PRIMARY[button.id] === screen.step;
      if (primary && button.reasons?.length && button.reasons.length <= MOST_CHOICES) return this.choices(button);
      const classes = ["key", `key-${button.id}`, primary ? "primary" : "", button.danger ? "danger" : ""];
      return el("button",
        { type: "button", class: classes.filter(Boolean).join(" "), on: { click: () => this.handlers.press(button) } },
        icon(BUTTON_ICONS[button.id] ?? "info"), el("span", {}, button.label));
    });
    const free = KEYS - columns(screen);
    if (this.handlers.camera && free > (screen.manual ? 1 : 0)) {
      made.push(el("button", { type: "button", class: "key key-camera", on: { click: this.handlers.camera } },
        icon("camera"), el("span", {}, say("camera_key"))));
    }
    if (screen.manual && free > 0) {
      made.push(el("button", { type: "button", class: "key key-type", on: { click: this.handlers.type } },
        icon("keyboard"), el("span", {}, say("type_code"))));
    }
    return made;
  }

  // Where to choose is the one question of a screen, what there is to choose stands on it at once.
  choices(button) {
    const classes = button.reasons.length > 2 ? "key key-choice many" : "key key-choice";
    return button.reasons.map((reason) =>
      el("button", { type: "button", class: classes, on: { click: () => this.handlers.press(button, { reason: reason.id }) } },
        el("span", {}, ...whole(reason.label))));
  }
}

// How many of the row's places the buttons of a screen take.
function columns(screen) {
  const others = screen.buttons.filter((button) => PRIMARY[button.id] !== screen.step);
  return others.reduce((sum, button) => sum + (WIDE.has(button.id) ? 2 : 1), 0);
}

function last(result, pending, link, waiting) {
  if (pending) return [el("p", { class: "result pending" }, icon("pending"), el("span", {}, pending))];
  if (result) return [el("p", { class: `result ${result.kind}` }, icon(result.kind), el("span", {}, result.text))];
  if (link === "offline") return [el("p", { class: "result held" }, icon("offline"), el("span", {}, say("offline_detail")))];
  return [el("p", { class: "result" }, waiting ? el("span", {}, `${waiting} ${say("waiting")}`) : "")];
}

// The part of a code that differs from the last one stands out: people read the difference, not the code.
function marked(target, before) {
  if (/^\d{9,}$/.test(target)) return target.match(/\d{1,4}/g).map((group) => el("b", { class: "group" }, group));
  let same = 0;
  if (/^[\w:-]+$/.test(target)) {
    while (same < target.length && target[same] === before[same]) same += 1;
    while (same > 0 && /\w/.test(target[same - 1]) && same < target.length && /\w/.test(target[same])) same -= 1;
  }
  if (same === 0 || same === target.length) return [el("b", {}, target)];
  return [target.slice(0, same), el("b", {}, target.slice(same))];
}

// Codes and dates are not broken at their hyphens.
function whole(text) {
  return text.split(/([A-Z]+[\w:-]*\d|\d[\d-]*-\d+)/).map((part, place) => (place % 2 ? el("span", { class: "whole" }, part) : part));
}

function size(text) {
  if (/^[\x21-\x7e]+$/.test(text)) return "code";
  const width = [...text].reduce((sum, letter) => sum + (letter.codePointAt(0) > 0x2e80 ? 1.7 : 1), 0);
  if (width <= 8) return "huge";
  if (width <= 10) return "large";
  return width <= 14 ? "medium" : "small";
}

function itemBox(item, named) {
  return el("div", { class: named ? "item named" : "item" },
    el("p", { class: "name" }, item.name),
    el("p", { class: "code" }, item.sku, item.code_hint && item.code_hint !== item.sku ? el("b", {}, ` ${item.code_hint}`) : null));
}

function amount(screen) {
  const { quantity, to, robot } = screen;
  if (!quantity && !to && !robot) return null;
  return el("div", { class: "amount" },
    quantity
      ? el("p", { class: "count" }, el("b", {}, String(quantity.done)), el("span", {}, ` ${wanted(quantity)}${say("points")}`))
      : null,
    to || robot
      ? el("p", { class: "to" }, to ? el("span", { class: "into" }, "→ ", ...whole(to)) : null,
          robot ? el("span", { class: "robot" }, icon("robot"), robot) : null)
      : null);
}

// Nobody who counts is told how many there should be.
function wanted({ want }) {
  return want === null ? "" : `/ ${want} `;
}

function lineList(lines) {
  return el("ul", { class: "lines", "aria-label": say("lines") }, lines.map((line) => {
    const blind = line.want === null;
    const full = !blind && line.done >= line.want;
    return el("li", { class: full ? "full" : "" },
      full ? icon("right") : blind ? null : el("span", { class: "box", "aria-hidden": "true" }),
      el("span", { class: "name" }, line.name, line.name === line.sku ? null : el("small", {}, ` ${line.sku}`)),
      el("span", { class: "count" }, blind ? `${line.done} ${say("points")}` : `${line.done}/${line.want}`));
  }));
}
