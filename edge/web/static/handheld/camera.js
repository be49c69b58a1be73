// The camera in the scanner's stead, where the browser reads codes by itself (BarcodeDetector). It looks until one code
// is seen twice in a row, says it once, and is off again; it is off, too, when its picture is taken from the page.

import { el } from "./dom.js";
import { say } from "./words.js";

const LOOK_MS = 80; // between two looks: a code held still is read within a quarter of a second
const AGREE = 2; // looks that must see the same: a blurred code without check digit reads as another one
const GIVE_UP_MS = 30_000; // nobody holds a code before it any more
const VIDEO = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } };
const FAULTS = {
  NotAllowedError: "camera_denied", SecurityError: "camera_denied",
  NotFoundError: "camera_none", OverconstrainedError: "camera_none",
  TimeoutError: "camera_nothing",
  NotReadableError: "camera_busy", AbortError: "camera_busy",
};

// Why this page cannot scan with a camera, as the name of a sentence; null when it can, as far as can be told before.
export function cameraFault() {
  if (!isSecureContext || !navigator.mediaDevices?.getUserMedia) return "camera_https";
  return "BarcodeDetector" in window ? null : "camera_browser";
}

export class Camera {
  constructor() {
    this.round = 0;
    this.stream = null;
    this.close = () => {};
    document.addEventListener("visibilitychange", () => document.hidden && this.stream !== null && this.close());
  }

  // Return the picture with its frame; `onRead(text)` or `onFault(name)` is called once, unless it is stopped before.
  // `close()` is called when nobody can see the picture any more.
  open({ onRead, onFault, close }) {
    this.stop();
    this.close = close;
    const video = el("video", { autoplay: true, playsinline: true, "aria-label": say("camera") });
    video.muted = true;
    const hint = el("p", { class: "hint", role: "status" }, say("camera_hint"));
    this.look(this.round, video, hint).then(
      (text) => text !== null && onRead(text),
      (error) => onFault(FAULTS[error.name] ?? "camera_failed"),
    );
    return el("div", { class: "camera" }, video, hint);
  }

  stop() {
    this.round += 1;
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
  }

  // Return the code, or null when it was stopped; what goes wrong is thrown unless it was stopped by then.
  async look(mine, video, hint) {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video: VIDEO, audio: false });
      if (this.round !== mine) {
        for (const track of stream.getTracks()) track.stop();
        return null;
      }
      this.stream = stream;
      video.srcObject = stream;
      await video.play();
      return await this.watch(mine, video, hint);
    } catch (error) {
      if (this.round !== mine) return null;
      this.stop();
      throw error;
    }
  }

  async watch(mine, video, hint) {
    const detector = new BarcodeDetector();
    const until = performance.now() + GIVE_UP_MS;
    let seen = "";
    let times = 0;
    while (this.round === mine && video.isConnected) {
      const codes = new Set((await detector.detect(video)).map((code) => code.rawValue.normalize("NFKC").trim()).filter(Boolean));
      if (this.round !== mine || !video.isConnected) break;
      const [text] = codes;
      hint.replaceChildren(say(codes.size > 1 ? "camera_several" : "camera_hint"));
      times = codes.size === 1 ? (text === seen ? times + 1 : 1) : 0;
      seen = times ? text : "";
      if (times === AGREE) {
        this.stop();
        return text;
      }
      if (performance.now() > until) throw new DOMException("no code", "TimeoutError");
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    if (this.round === mine) this.stop();
    return null;
  }
}
