// Zooming and panning a drawing: wheel, drag, pinch, buttons and keys. Signs keep a size that can be read and touched.

const SIGN_MM = 1150; // what a sign measures across
const SIGN_PX = 22; // the least it is shown with
const FAR_PX = 34; // below this names would overlap

export function zoomable(svg, tools, changed, focus) {
  const whole = svg.dataset.box.split(" ").map(Number);
  const spots = [...svg.querySelectorAll(".spot")];
  let box = [...whole];
  let moved = 0;
  const pointers = new Map();
  const view = { scale: 1, point, dragged: () => moved > 5 };

  function pixelsPerMm() {
    const { width, height } = svg.getBoundingClientRect();
    return Math.min(width / box[2], height / box[3]) || 1;
  }

  function show() {
    svg.setAttribute("viewBox", box.map((value) => Math.round(value)).join(" "));
    const px = pixelsPerMm() * SIGN_MM;
    view.scale = Math.max(1, Math.min(4, SIGN_PX / px)).toFixed(3);
    svg.classList.toggle("far", px < FAR_PX);
    for (const spot of spots) {
      const factor = spot.classList.contains("gate") || spot.classList.contains("park") ? Math.min(view.scale, 1.6) : view.scale;
      spot.setAttribute("transform", `translate(${spot.dataset.x} ${spot.dataset.y}) scale(${factor})`);
    }
    changed();
  }

  function point(event) {
    const p = new DOMPoint(event.clientX, event.clientY);
    return p.matrixTransform(svg.getScreenCTM().inverse());
  }

  function zoom(factor, at) {
    const size = Math.max(whole[2] / 40, Math.min(whole[2] * 1.5, box[2] * factor)) / box[2];
    const chosen = at ? null : focus();
    if (chosen) [box[0], box[1]] = [chosen.x - box[2] / 2, chosen.y - box[3] / 2];
    const centre = at ?? { x: box[0] + box[2] / 2, y: box[1] + box[3] / 2 };
    box = [centre.x - (centre.x - box[0]) * size, centre.y - (centre.y - box[1]) * size, box[2] * size, box[3] * size];
    show();
  }

  function pan(dx, dy) {
    box[0] -= dx;
    box[1] -= dy;
    show();
  }

  svg.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(Math.exp(event.deltaY * 0.0015), point(event));
  }, { passive: false });
  svg.addEventListener("pointerdown", (event) => {
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (pointers.size === 1) moved = 0;
  });
  addEventListener("pointermove", (event) => {
    const last = pointers.get(event.pointerId);
    if (!last) return;
    const others = [...pointers.values()].filter((each) => each !== last);
    const now = { x: event.clientX, y: event.clientY };
    if (others.length === 1) {
      const apart = (p) => Math.hypot(p.x - others[0].x, p.y - others[0].y);
      zoom(apart(last) / Math.max(1, apart(now)), point(event));
      moved = 99;
    } else {
      moved += Math.abs(now.x - last.x) + Math.abs(now.y - last.y);
      if (moved > 5) {
        svg.classList.add("dragging");
        const mm = 1 / pixelsPerMm();
        pan((now.x - last.x) * mm, (now.y - last.y) * mm);
      }
    }
    pointers.set(event.pointerId, now);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    addEventListener(end, (event) => {
      pointers.delete(event.pointerId);
      svg.classList.remove("dragging");
    });
  }
  svg.addEventListener("dragstart", (event) => event.preventDefault());
  tools.addEventListener("click", (event) => {
    const how = event.target.closest("[data-zoom]")?.dataset.zoom;
    if (how === "fit") {
      box = [...whole];
      show();
    } else if (how) zoom(how === "in" ? 0.7 : 1 / 0.7);
  });
  svg.addEventListener("keydown", (event) => {
    const step = box[2] / 12;
    const keys = {
      "+": () => zoom(0.7), "-": () => zoom(1 / 0.7), 0: () => { box = [...whole]; show(); },
      ArrowLeft: () => pan(step, 0), ArrowRight: () => pan(-step, 0), ArrowUp: () => pan(0, step), ArrowDown: () => pan(0, -step),
    };
    if (keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
    }
  });
  new ResizeObserver(show).observe(svg);
  show();
  return view;
}
