// The living map: robots glide between frames, the reserved way lies faintly ahead, everything can be pointed at.

import { listen } from "./stream.js";
import { drawForeign, drawRobot, moveRobot, showForeign, showRobot } from "./robots.js";
import { zoomable } from "./zoom.js";

const svg = document.querySelector("#map svg");
const panel = document.getElementById("panel");
const top_ = Number(svg.dataset.top);
const floor = svg.dataset.floor ?? ""; // the map that is shown, where a site has several floors
const slots = JSON.parse(document.getElementById("slots").textContent);
const layers = { robots: svg.querySelector(".robots"), paths: svg.querySelector(".paths") };
const robots = new Map();
const foreign = new Map(); // robots that others drive, by their UUID
const FRAME_MS = 200; // the site sends at most five frames a second
const LONGEST_GLIDE_MS = 1200;
const PANEL_EVERY_MS = 2000;
let chosen = new URLSearchParams(location.search).get("open") ?? "";
let running = false;

// --- robots

function frame(state) {
  const now = performance.now();
  for (const [id, change] of Object.entries(state.robots ?? {})) {
    if (change.gone) remove(id);
    else update(id, change, now);
  }
  for (const [id, change] of Object.entries(state.foreign ?? {})) {
    if (change.gone) removeForeign(id);
    else updateForeign(id, change, now);
  }
  for (const [id, gate] of Object.entries(state.gates ?? {})) showGate(id, gate);
  for (const [id, door] of Object.entries(state.doors ?? {})) showDoor(id, door);
  for (const [id, lift] of Object.entries(state.lifts ?? {})) showLift(id, lift);
  if (state.robots || state.foreign) {
    tally();
    if (!running) {
      running = true;
      requestAnimationFrame(glide);
    }
  }
  if (state.topics?.includes("place")) showClosures();
  const [kind, name] = named(chosen);
  const moved = { robot: state.robots, foreign: state.foreign, door: state.doors, lift: state.lifts }[kind];
  if (chosen && (state.topics || moved?.[name])) refreshPanelSoon();
}

function update(id, change, now) {
  let robot = robots.get(id);
  if (!robot) {
    robot = { id, seen: 0, now: {}, ...drawRobot(id, slots[id] ?? 0, top_) };
    robot.shape.addEventListener("click", (event) => choose(event, `robot:${id}`));
    layers.robots.append(robot.shape);
    layers.paths.append(robot.path);
    robots.set(id, robot);
    robot.shape.classList.toggle("chosen", chosen === `robot:${id}`);
  }
  Object.assign(robot.now, change);
  if ("m" in change) {
    const away = elsewhere(robot);
    robot.shape.style.display = robot.path.style.display = away ? "none" : "";
  }
  steer(robot, change, now);
  showRobot(robot, change, top_);
}

// On another floor than the one that is shown; of a robot that has told none, nobody knows.
function elsewhere(robot) {
  return Boolean(floor && robot.now.m && robot.now.m !== floor);
}

function updateForeign(id, change, now) {
  let robot = foreign.get(id);
  if (!robot) {
    robot = { id, seen: 0, now: {}, ...drawForeign(id) };
    robot.shape.addEventListener("click", (event) => choose(event, `foreign:${id}`));
    layers.robots.prepend(robot.shape); // ours lie above
    layers.paths.append(robot.path);
    foreign.set(id, robot);
    robot.shape.classList.toggle("chosen", chosen === `foreign:${id}`);
  }
  Object.assign(robot.now, change);
  steer(robot, change, now);
  showForeign(robot, change, top_);
}

function steer(robot, change, now) {
  if ("x" in change || "y" in change || "h" in change) {
    const known = robot.at !== undefined;
    robot.from = known ? { ...robot.at } : { x: robot.now.x, y: robot.now.y, h: robot.now.h };
    robot.turn = ((robot.now.h - robot.from.h + 540) % 360) - 180;
    robot.began = now;
    robot.lasts = known ? Math.min(LONGEST_GLIDE_MS, Math.max(FRAME_MS, now - robot.seen)) : 1;
    robot.seen = now;
    robot.moving = true;
  }
}

function remove(id) {
  const robot = robots.get(id);
  robot?.shape.remove();
  robot?.path.remove();
  robots.delete(id);
}

function removeForeign(id) {
  foreign.get(id)?.shape.remove();
  foreign.get(id)?.path.remove();
  foreign.delete(id);
}

function glide(now) {
  let moving = false;
  for (const robot of [...robots.values(), ...foreign.values()]) {
    if (!robot.moving) continue;
    const share = Math.min(1, (now - robot.began) / robot.lasts);
    robot.at = {
      x: robot.from.x + (robot.now.x - robot.from.x) * share,
      y: robot.from.y + (robot.now.y - robot.from.y) * share,
      h: robot.from.h + robot.turn * share,
    };
    moveRobot(robot, top_, view.scale);
    robot.moving = share < 1;
    moving ||= robot.moving;
  }
  running = moving;
  if (moving) requestAnimationFrame(glide);
}

function tally() {
  const counts = {};
  for (const robot of robots.values()) counts[robot.now.s] = (counts[robot.now.s] ?? 0) + 1;
  counts.foreign = foreign.size;
  for (const entry of document.querySelectorAll("[data-tally]")) {
    const n = counts[entry.dataset.tally] ?? 0;
    entry.classList.toggle("none", !n);
    const figure = entry.querySelector("b");
    if (figure.textContent !== String(n)) figure.textContent = n;
  }
  const none = !robots.size && !foreign.size;
  document.querySelector(".map-legend").hidden = none;
  document.querySelector(".map-empty").hidden = !none;
}

// --- gates, doors and closures

function showGate(id, change) {
  const sign = svg.querySelector(`[data-gate="${CSS.escape(id)}"]`);
  if (!sign) return;
  if ("inner" in change) {
    sign.querySelector(".inner").classList.toggle("on", change.inner === true);
    sign.querySelector(".inner").toggleAttribute("hidden", change.inner === null);
  }
  if ("outer" in change) sign.querySelector(".outer").classList.toggle("on", change.outer);
  if ("light" in change) sign.querySelector(".lamp").setAttribute("class", `lamp ${change.light}`);
}

function showDoor(id, change) {
  const sign = svg.querySelector(`[data-door="${CSS.escape(id)}"]`);
  if (sign && "s" in change) sign.setAttribute("class", `door ${change.s}${chosen === `door:${id}` ? " chosen" : ""}`);
}

const lifts = new Map(); // what is known of each

function showLift(id, change) {
  const lift = { ...lifts.get(id), ...change };
  lifts.set(id, lift);
  for (const sign of svg.querySelectorAll(`[data-lift="${CSS.escape(id)}"]`)) {
    const here = sign.dataset.stop === lift.f ? " here" : "";
    sign.setAttribute("class", `lift ${lift.s}${here}${chosen === `lift:${id}` ? " chosen" : ""}`);
  }
}

async function showClosures() {
  const answer = await fetch(`/console/floor/closed${floor ? `?floor=${encodeURIComponent(floor)}` : ""}`).catch(() => null);
  if (!answer?.ok) return;
  const closed = await answer.json();
  for (const zone of svg.querySelectorAll(".zone")) {
    zone.classList.toggle("closed", closed.zones.includes(zone.dataset.open.slice(5)));
  }
  const shapes = Object.values(closed.lanes).map((d) => shape("path", { d }));
  const unit = Number(svg.dataset.unit);
  shapes.push(...Object.values(closed.nodes).map(([cx, cy]) => shape("circle", { cx, cy, r: unit })));
  svg.querySelector(".closures").replaceChildren(...shapes);
}

function shape(name, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

// --- pointing

function choose(event, what) {
  event?.preventDefault();
  event?.stopPropagation();
  const [kind, name] = named(what);
  if (kind === "robot" && robots.has(name) && elsewhere(robots.get(name))) return location.assign(`?open=${what}`);
  chosen = what;
  const asked = [floor && `floor=${encodeURIComponent(floor)}`, what && `open=${what}`].filter(Boolean).join("&");
  history.replaceState(null, "", asked ? `?${asked}` : location.pathname);
  mark();
  refreshPanel();
}

function mark() {
  for (const each of svg.querySelectorAll("[data-open]")) each.classList.toggle("chosen", each.dataset.open === chosen);
  for (const robot of robots.values()) robot.shape.classList.toggle("chosen", chosen === `robot:${robot.id}`);
  for (const robot of foreign.values()) robot.shape.classList.toggle("chosen", chosen === `foreign:${robot.id}`);
}

function named(what) {
  const colon = what.indexOf(":");
  return [what.slice(0, colon), what.slice(colon + 1)];
}

let panelAsked = 0;
let panelTimer = 0;
const empty = panel.querySelector(".empty")?.outerHTML;

function refreshPanelSoon() {
  panelTimer ||= setTimeout(refreshPanel, Math.max(0, panelAsked + PANEL_EVERY_MS - Date.now()));
}

async function refreshPanel() {
  clearTimeout(panelTimer);
  panelTimer = 0;
  panelAsked = Date.now();
  const what = chosen;
  if (!what) {
    if (empty) panel.innerHTML = empty;
    else location.href = location.pathname;
    return;
  }
  const [kind, name] = named(what);
  const answer = await fetch(`/console/floor/panel/${kind}/${encodeURIComponent(name)}`, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok || what !== chosen) return;
  const html = await answer.text();
  if (panel.contains(document.activeElement) && document.activeElement.matches("button") && Date.now() - panelAsked > 50 && panel.dataset.of === what) {
    return; // somebody is about to press: nothing moves now
  }
  if (panel.innerHTML !== html) panel.innerHTML = html;
  panel.dataset.of = what;
}

svg.addEventListener("click", async (event) => {
  if (view.dragged()) return event.preventDefault();
  const sign = event.target.closest("[data-open]");
  if (sign && !sign.matches(".zone")) return choose(event, sign.dataset.open);
  event.preventDefault();
  const point = view.point(event);
  const x = Math.round(point.x);
  const y = Math.round(top_ - point.y);
  const answer = await fetch(`/console/floor/at?x=${x}&y=${y}${floor ? `&floor=${encodeURIComponent(floor)}` : ""}`).catch(() => null);
  const found = answer?.ok ? (await answer.json()).open : "";
  if (found) choose(null, found);
});
panel.addEventListener("click", (event) => {
  const link = event.target.closest("[data-open]");
  if (link) choose(event, link.dataset.open);
  else if (event.target.closest("[data-close]")) choose(event, "");
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && chosen && !event.target.closest("input, dialog")) choose(event, "");
  if ((event.key === "Enter" || event.key === " ") && event.target.matches?.(".robot")) {
    const { robot, foreign: other } = event.target.dataset;
    choose(event, other ? `foreign:${other}` : `robot:${robot}`);
  }
});
document.addEventListener("genba:done", () => {
  refreshPanel();
  showClosures();
});

const view = zoomable(svg, document.querySelector(".map-tools"), () => {
  for (const robot of [...robots.values(), ...foreign.values()]) if (robot.at) moveRobot(robot, top_, view.scale);
}, () => {
  const [kind, name] = named(chosen);
  const robot = { robot: robots, foreign }[kind]?.get(name);
  return robot?.at && { x: robot.at.x, y: top_ - robot.at.y };
});
mark();
tally();
listen({ frame });
setInterval(() => chosen && !document.hidden && refreshPanelSoon(), 5000);
