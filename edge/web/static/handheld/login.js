// The first screen: scan the badge, press the PIN (P57). Digits typed slowly on a handheld's own keys count too.

import { call, reached } from "./api.js";
import { el, icon } from "./dom.js";
import { pad } from "./sheets.js";
import { play } from "./sounds.js";
import { say, speak, spoken } from "./words.js";

const MOST_PIN = 8;
const LOOK_MS = 3000;
const SITE = document.querySelector("meta[name=genba-site]").content;

export class Login {
  constructor(root, { device, entered, others, keepLanguage, camera }) { // `camera` null where it cannot scan
    this.root = root;
    this.device = device;
    this.entered = entered;
    this.others = others;
    this.keepLanguage = keepLanguage;
    this.camera = camera;
    this.badge = "";
    this.pin = "";
    this.note = null;
    this.busy = false;
    this.offline = false;
    this.round = 0;
  }

  show(note = null) {
    this.badge = "";
    this.pin = "";
    this.note = note;
    this.draw();
    this.look();
  }

  stop() {
    this.round += 1;
  }

  // Without network nobody can log in: say so before they try, until it is back.
  async look() {
    const mine = ++this.round;
    for (;;) {
      const offline = !(await reached());
      if (mine !== this.round) return;
      if (offline !== this.offline) {
        this.offline = offline;
        this.draw();
      }
      if (!offline) return;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  scanned(text, source) {
    if (this.busy) return;
    if (this.badge && source === "manual" && /^\d{1,8}$/.test(text)) {
      this.pin = text;
      this.send();
      return;
    }
    this.badge = text;
    this.pin = "";
    this.note = null;
    play("right");
    this.draw();
  }

  // Lay a sheet over the page until it is drawn anew.
  cover(sheet) {
    this.root.append(el("div", { class: "over" }, sheet));
  }

  refuse(text) {
    this.note = { kind: "wrong", text };
    play("wrong");
    this.draw();
  }

  draw() {
    document.body.dataset.state = this.note?.kind === "wrong" ? "wrong" : "";
    const shown = el("output", { class: "digits", "aria-label": say("pin_ask") }, "●".repeat(this.pin.length) || "\u2013");
    this.root.replaceChildren(
      el("main", { class: "login" },
        el("div", { class: "tongues" }, tongue("ja", "日本語", this), tongue("en", "English", this)),
        this.note ? el("p", { class: `result ${this.note.kind}`, role: "alert" }, icon(this.note.kind), el("span", {}, this.note.text)) : "",
        this.offline ? el("p", { class: "result held", role: "alert" }, icon("offline"), el("span", {}, say("offline_login"))) : "",
        this.badge ? this.pinPart(shown) : this.badgePart(),
        this.waiting(),
        this.badge ? "" : el("p", { class: "site" }, `${SITE} · ${this.device} · `, el("a", { href: "/h/scanner" }, say("scanner")))));
  }

  badgePart() {
    return el("section", { class: "question" },
      el("p", { class: "ask" }, icon("badge"), el("span", {}, say("badge_ask"))),
      el("p", { class: "detail" }, say("badge_detail")),
      el("div", { class: "picture" }, icon("badge")),
      this.camera ? el("button", { type: "button", class: "choice", on: { click: this.camera } }, say("camera")) : "");
  }

  pinPart(shown) {
    const refresh = () => shown.replaceChildren("●".repeat(this.pin.length) || "\u2013");
    return el("section", { class: "question" },
      el("p", { class: "ask" }, icon("person"), el("span", {}, say("pin_ask")),
        el("button", { type: "button", class: "other", on: { click: () => this.show() } }, say("other_badge"))),
      pad({
        shown,
        digit: (digit) => {
          if (this.pin.length < MOST_PIN) this.pin += digit;
          play("key");
          refresh();
        },
        clear: () => {
          this.pin = this.pin.slice(0, -1);
          refresh();
        },
        ok: () => this.pin && this.send(),
        okLabel: say("login"),
      }));
  }

  waiting() {
    const counts = new Map();
    for (const entry of this.others()) counts.set(entry.name, (counts.get(entry.name) ?? 0) + 1);
    return [...counts].map(([name, count]) =>
      el("p", { class: "result held" }, icon("held"), el("span", {}, say("others_waiting", { name, count }))));
  }

  async send() {
    if (this.busy) return;
    this.busy = true;
    const { status, body } = await call("POST", "login", null, { badge: this.badge, pin: this.pin, device: this.device });
    this.busy = false;
    this.pin = "";
    if (status === 200) {
      this.badge = "";
      this.stop();
      this.entered(body);
      return;
    }
    const error = body.error;
    this.note = error ? { kind: "wrong", text: `${error.text} ${error.next}` } : null;
    if (!error) this.offline = true;
    play("wrong");
    this.draw();
    if (this.offline) this.look();
  }
}

function tongue(language, name, login) {
  return el("button", {
    type: "button", class: "choice", lang: language, "aria-pressed": spoken() === language ? "true" : "false",
    on: { click: () => {
      speak(language);
      login.keepLanguage(language);
      login.draw();
    } },
  }, name);
}
