// Draws one robot: body with heading, battery around it, totes on it, its name and a sign for trouble.

const SVG = "http://www.w3.org/2000/svg";
const RING = 2 * Math.PI * 560;
const SIGNS = { error: "!", dead: "×", silent: "?", paused: "‖", blocked: "…", charging: "⚡" };
const LOW = 25;

function make(name, attributes, parent) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  parent?.append(made);
  return made;
}

export function drawRobot(id, slots) {
  const shape = make("g", { class: "robot", tabindex: 0, role: "button", "aria-label": id, "data-robot": id });
  const sized = make("g", {}, shape);
  make("circle", { class: "halo", r: 720 }, sized);
  make("circle", { class: "cell", r: 560 }, sized);
  const charge = make("circle", { class: "charge", r: 560, transform: "rotate(-90)", "stroke-dasharray": `0 ${RING}` }, sized);
  const turned = make("g", {}, sized);
  make("rect", { class: "body", x: -430, y: -330, width: 860, height: 660, rx: 150 }, turned);
  make("path", { class: "nose", d: "M250 -170L400 0L250 170z" }, turned);
  const rows = Math.ceil(slots / 2);
  const totes = Array.from({ length: slots }, (_, i) =>
    make("rect", {
      class: "tote",
      x: -340 + Math.floor(i / 2) * (520 / Math.max(1, rows)),
      y: i % 2 ? 30 : -210,
      width: Math.min(200, 460 / Math.max(1, rows)),
      height: 180,
      rx: 30,
      visibility: "hidden",
    }, turned),
  );
  const mark = make("text", { class: "mark", y: 150 }, sized);
  const name = make("text", { class: "name", y: 1050 }, sized);
  name.textContent = id;
  return { shape, sized, turned, charge, totes, mark, path: make("path", { d: "" }) };
}

// A robot that others drive: hollow and dashed, so that nobody takes it for one of ours.
export function drawForeign(id) {
  const shape = make("g", { class: "robot foreign", tabindex: 0, role: "button", "data-foreign": id });
  const sized = make("g", {}, shape);
  make("circle", { class: "halo", r: 720 }, sized);
  const turned = make("g", {}, sized);
  make("rect", { class: "body", x: -430, y: -330, width: 860, height: 660, rx: 60 }, turned);
  make("path", { class: "nose", d: "M250 -170L400 0L250 170z" }, turned);
  const mark = make("text", { class: "mark", y: 150 }, sized);
  const name = make("text", { class: "name", y: 850 }, sized);
  return { shape, turned, mark, name, path: make("path", { class: "foreign", d: "" }) };
}

export function showForeign(robot, change, top) {
  if ("p" in change || "x" in change) showWay(robot, top);
  if ("s" in change) {
    const chosen = robot.shape.classList.contains("chosen");
    robot.shape.setAttribute("class", `robot foreign ${change.s}${chosen ? " chosen" : ""}`);
    robot.mark.textContent = SIGNS[change.s] ?? "";
  }
  if ("n" in change) {
    robot.name.textContent = change.n;
    robot.shape.setAttribute("aria-label", change.n);
  }
}

export function showRobot(robot, change, top) {
  if ("s" in change) {
    const chosen = robot.shape.classList.contains("chosen");
    robot.shape.setAttribute("class", `robot ${change.s}${chosen ? " chosen" : ""}`);
    robot.mark.textContent = SIGNS[change.s] ?? "";
  }
  if ("b" in change) {
    const share = Math.max(0, Math.min(100, change.b ?? 0)) / 100;
    robot.charge.setAttribute("stroke-dasharray", `${(share * RING).toFixed(0)} ${RING.toFixed(0)}`);
    robot.charge.classList.toggle("low", share * 100 < LOW);
  }
  if ("t" in change) {
    robot.totes.forEach((tote, i) => tote.setAttribute("visibility", i < change.t.length ? "visible" : "hidden"));
  }
  if ("p" in change || "x" in change) showWay(robot, top);
}

function showWay(robot, top) {
  const way = robot.now.p ?? [];
  let d = way.length ? `M${robot.now.x} ${top - robot.now.y}` : "";
  for (let i = 0; i + 1 < way.length; i += 2) d += `L${way[i]} ${top - way[i + 1]}`;
  if (d !== robot.way) robot.path.setAttribute("d", (robot.way = d));
}

export function moveRobot(robot, top, scale) {
  const { x, y, h } = robot.at;
  robot.shape.setAttribute("transform", `translate(${x.toFixed(0)} ${(top - y).toFixed(0)}) scale(${scale})`);
  if (robot.heading !== h) robot.turned.setAttribute("transform", `rotate(${(-(robot.heading = h)).toFixed(1)})`);
}
