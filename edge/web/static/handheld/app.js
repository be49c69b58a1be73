// The handheld: one scan or one thumb at a time from the wedge through the sender to the edge, and its answer back onto
// the screen. The server owns every screen and every counter (F63); this page keeps nothing but what was not sent yet.

import { CONTRACT, call, listen } from "./api.js";
import { Camera, cameraFault } from "./camera.js";
import { el, icon } from "./dom.js";
import { Board } from "./draw.js";
import { Login } from "./login.js";
import { Sender } from "./sender.js";
import { cameraSheet, menuSheet, padSheet, reasonSheet, sureSheet, typeSheet } from "./sheets.js";
import { play, wake } from "./sounds.js";
import { Tally } from "./tally.js";
import { ulid } from "./ulid.js";
import * as vault from "./vault.js";
import { Wedge } from "./wedge.js";
import { say, speak } from "./words.js";

const PENDING_MS = 250; // an answer that takes longer than a blink is announced
const RECONNECT_MS = [300, 1000, 2000, 4000, 8000];
const FLASH_MS = 380;
const CROWD = 3; // scans that wait for an answer beyond which they are a sweep of tags: nobody can look at each
const SWEEP_MS = 150; // from one drawing of a sweep to the next

const root = document.getElementById("app");
const flash = document.getElementById("flash");
const spokenResult = document.getElementById("spoken");

const state = { session: null, result: null, link: "online", pending: "", sheet: null, redraw: false, elsewhere: false };
let streamNumber = 0;
let stream = null;
let pendingTimer = 0;
let flashTimer = 0;
let drawTimer = 0;

const device = vault.setting("device") ?? `HH-${ulid().slice(-6)}`;
const camera = new Camera();
const board = new Board(root, { press, menu: openMenu, type: openTyping, camera: cameraFault() ? null : openCamera });
const sender = new Sender({ session: () => state.session, told: answered, changed: queueChanged });
const login = new Login(root, {
  device,
  entered,
  camera: cameraFault() ? null : openCamera,
  others: () => sender.others(),
  keepLanguage: (language) => vault.keep("language", language),
});
const wedge = new Wedge(document.getElementById("wedge"), { onScan: scanned, onCut: cut, onKey: wake });
const tally = new Tally();
const tabs = new BroadcastChannel("genba");

async function begin() {
  vault.keep("device", device);
  navigator.serviceWorker?.register("/h/worker.js", { scope: "/h" }).catch(() => {}); // only where the page came by HTTPS
  speak(vault.setting("language") ?? document.documentElement.lang);
  addEventListener("pointerdown", wake, true);
  addEventListener("contextmenu", (event) => event.preventDefault());
  addEventListener("offline", () => stream?.abort());
  try {
    await vault.open();
    await sender.load();
  } catch {
    root.replaceChildren(el("main", { class: "login" }, el("p", { class: "result wrong" }, icon("wrong"), say("no_storage"))));
    return;
  }
  tabs.onmessage = standBack;
  tabs.postMessage("mine");
  const stored = JSON.parse(vault.setting("session") ?? "null");
  const note = vault.setting("note");
  vault.keep("note", null);
  if (stored === null) login.show(note && { kind: "info", text: note });
  else enter(stored, note ? { kind: "info", text: note } : stored.screen.last);
  wedge.arm();
  document.documentElement.dataset.ready = "";
}

// Two tabs on one device would send one queue twice and out of order: the newest has it (F71).
function standBack() {
  if (state.elsewhere) return;
  state.elsewhere = true;
  camera.stop();
  sender.stopped = true;
  stopStream();
  login.stop();
  root.replaceChildren(el("main", { class: "login" },
    el("p", { class: "result info" }, icon("info"), say("elsewhere")),
    el("button", { type: "button", class: "choice primary", on: { click: () => location.reload() } }, say("use_here"))));
}

function entered({ token, person, screen }) {
  vault.keep("language", person.language);
  speak(person.language);
  play("right");
  enter({ token, person, screen }, screen.last);
}

function enter(session, result) {
  state.session = session;
  state.result = result;
  state.sheet = null;
  remember();
  board.show();
  board.sheet(null);
  draw();
  startStream();
  sender.hurry();
}

function leave(note) {
  state.session = null;
  state.sheet = null;
  vault.keep("session", null);
  stopStream();
  login.show(note);
}

function remember() {
  vault.keep("session", JSON.stringify(state.session));
}

// --- what the person does

async function scanned(text, source) {
  if (state.elsewhere) return;
  if (state.session === null) {
    login.scanned(text, source);
    return;
  }
  closeSheet();
  if (source === "manual" && !state.session.screen.manual) {
    refuse(say("typed"));
    return;
  }
  await take({ action: "scan", value: text, source });
}

function cut() {
  if (state.session !== null) refuse(say("cut_scan"));
}

function press(button, chosen = {}) {
  const waiting = sender.mine().length;
  if (waiting > 0) { // the screen is about to change: a button of this one would be judged on the next
    state.result = { kind: "info", text: say("sent_first", { count: waiting, button: button.label }), untilSent: true };
    play("info");
    draw();
    return;
  }
  const steps = [];
  if (button.reasons?.length && chosen.reason === undefined) {
    steps.push(() => reasonSheet(`${button.label}: ${say("why")}`, button.reasons, (reason) => next({ reason }), closeSheet));
  }
  if (button.quantity) {
    const title = button.reasons ? say("found") : button.label;
    steps.push(() => padSheet(title, "", (quantity) => next({ quantity }), closeSheet));
  }
  if (button.danger && steps.length === 0) steps.push(() => sureSheet(button, () => next({}), closeSheet));
  const next = (more) => {
    Object.assign(chosen, more);
    const step = steps.shift();
    if (step) openSheet(step());
    else {
      closeSheet();
      take({ action: button.id, value: "", source: "scan", ...chosen });
    }
  };
  play("key");
  next({});
}

// Into the vault first, then the tone (F64).
async function take(action) {
  clearTimeout(pendingTimer);
  try {
    await sender.add(action);
  } catch {
    refuse(say("no_storage"));
    return;
  }
  if (state.link === "offline") {
    tellHeld();
    return;
  }
  if (!crowded()) play("key");
  pendingTimer = setTimeout(() => {
    state.pending = sender.mine().length ? `${say("sending")}: ${labelOf(action)}` : "";
    draw();
  }, PENDING_MS);
}

function tellHeld() {
  play("held");
  state.result = { kind: "held", text: say("held", { label: labelOf(sender.mine().at(-1)) }) };
  draw();
}

function labelOf({ value, action }) {
  return value || (state.session.screen.buttons.find((button) => button.id === action)?.label ?? action);
}

// --- what the edge answers

function answered(answers, status, body) {
  clearTimeout(pendingTimer);
  state.pending = "";
  setLink("online");
  if (status === 401) {
    leave({ kind: "info", text: say("ended") });
    play("info");
    return;
  }
  if (body.error?.code === "work.update") {
    update();
    return;
  }
  if (body.screen) setScreen(body.screen);
  const results = answers.map(resultOf);
  if (answers[0].entry.held) {
    answers.forEach(({ entry }, place) => tally.add(labelOf(entry), results[place]));
    if (sender.mine()[0]?.held) draw();
    else tell(tally.sum());
  } else {
    tell(worst(results));
  }
  if (status >= 400 || answers.some(({ entry, error }) => error || entry.tries > 1)) state.redraw = true;
  if (state.redraw && sender.mine().length === 0) refresh();
}

function resultOf({ result, error }) {
  return result ?? { kind: "wrong", text: error ? `${error.text} ${error.next}` : say("failed") };
}

// Of scans that were answered together one is told: what is wrong, else what is not simply right, else the last.
function worst(results) {
  return results.find(({ kind }) => kind === "wrong") ?? results.findLast(({ kind }) => kind !== "right") ?? results.at(-1);
}

function tell(result) {
  state.result = result;
  draw();
  if (result.kind === "right" && crowded()) return; // the last of a sweep is heard, and all that is not right
  play(result.kind);
  spokenResult.replaceChildren(result.text);
  clearTimeout(flashTimer);
  flash.className = result.kind;
  flash.replaceChildren(icon(result.kind), el("p", {}, result.text));
  flash.hidden = result.kind === "info";
  flashTimer = setTimeout(() => { flash.hidden = true; }, FLASH_MS);
}

function refuse(text) {
  tell({ kind: "wrong", text });
}

function setScreen(screen) {
  if (screen.contract !== CONTRACT) {
    update();
    return;
  }
  state.session.screen = screen;
  remember();
}

// The page is older than the edge (F72): fetch the new one, say why.
function update() {
  vault.keep("note", say("updated"));
  location.reload();
}

async function refresh() {
  state.redraw = false;
  const { status, body } = await call("GET", "screen", state.session.token);
  if (state.session === null || sender.mine().length > 0) return;
  if (status === 200) setScreen(body.screen);
  draw();
}

function queueChanged(failure) {
  if (failure !== undefined) {
    clearTimeout(pendingTimer);
    state.pending = failure ? say("busy") : "";
    setLink("offline");
    if (failure === 0 && state.session !== null && state.result?.kind !== "held" && !state.result?.untilSent) {
      tellHeld();
      return;
    }
  }
  draw();
}

// --- the link

async function startStream() {
  stopStream();
  const mine = ++streamNumber;
  const token = state.session.token;
  for (let tries = 0; streamNumber === mine; tries++) {
    stream = new AbortController();
    await listen(token, (name, data) => streamNumber === mine && news(name, data), () => {
      if (streamNumber !== mine) return;
      tries = 0;
      if (state.link === "offline") {
        setLink("online");
        sender.hurry();
      }
    }, stream);
    if (streamNumber !== mine) return;
    setLink("offline");
    await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS[Math.min(tries, RECONNECT_MS.length - 1)]));
  }
}

function stopStream() {
  streamNumber += 1;
  stream?.abort();
}

// Something else changed the screen: a robot arrived, a gate decided, an order was cancelled.
function news(name, data) {
  if (name === "ended") {
    leave({ kind: "info", text: say("ended") });
    return;
  }
  if (name !== "screen" || state.session === null) return;
  if (sender.mine().length > 0) {
    state.redraw = true;
    return;
  }
  if (data.id === state.session.screen.id) return;
  closeSheet();
  setScreen(data);
  if (data.last) tell(data.last);
  else draw();
}

function setLink(link) {
  if (state.link === link) return;
  state.link = link;
  const stays = state.result?.kind === "wrong" || state.result?.untilSent;
  if (link === "offline" && !stays) state.result = null; // the line says that there is no network
  draw();
}

// --- sheets

function openSheet(content) {
  if (!content?.classList.contains("seeing")) camera.stop();
  state.sheet = content;
  board.sheet(content);
}

function closeSheet() {
  if (state.sheet === null) return;
  openSheet(null);
  wedge.arm();
}

function openTyping() {
  openSheet(typeSheet((text) => {
    closeSheet();
    take({ action: "scan", value: text, source: "manual" });
  }, closeSheet));
}

// One code, then it is closed again and counts as a scan; why it cannot be opened is said instead.
function openCamera() {
  const fault = cameraFault();
  if (fault) {
    closeSheet();
    refuse(say(fault));
    return;
  }
  const close = () => {
    camera.stop();
    if (state.session === null) login.draw();
    else closeSheet();
  };
  const sheet = cameraSheet(camera.open({
    onRead: (text) => {
      close();
      scanned(text, "camera");
    },
    onFault: (name) => {
      close();
      if (state.session === null) login.refuse(say(name));
      else refuse(say(name));
    },
    close,
  }), close);
  if (state.session === null) login.cover(sheet);
  else openSheet(sheet);
}

function openMenu() {
  openSheet(menuSheet({
    device, speak: changeLanguage, logout, redraw: openMenu, type: state.session.screen.manual ? openTyping : null, camera: openCamera,
  }, closeSheet));
}

async function changeLanguage(language) {
  speak(language);
  vault.keep("language", language);
  state.session.person.language = language;
  state.result = null; // it was said in the other language
  draw();
  openMenu();
  const { status, body } = await call("POST", "language", state.session.token, { language });
  if (status === 200 && state.session) {
    setScreen(body.screen);
    draw();
  }
}

async function logout() {
  const { token } = state.session;
  leave({ kind: "info", text: say("logged_out") });
  await call("POST", "logout", token);
}

function crowded() {
  return sender.mine().length > CROWD;
}

function draw() {
  if (crowded()) drawTimer ||= setTimeout(drawNow, SWEEP_MS);
  else drawNow();
}

function drawNow() {
  clearTimeout(drawTimer);
  drawTimer = 0;
  if (state.session === null || state.elsewhere) return;
  board.draw({
    screen: state.session.screen,
    result: state.result,
    link: state.link,
    waiting: sender.mine().length > 0 && (state.link === "offline" || state.pending) ? sender.mine().length : 0,
    pending: state.pending,
  });
}

begin();
