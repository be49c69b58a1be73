// What a result sounds and feels like (F56). Right, wrong and done differ in rhythm as well as in pitch, so that they
// are told apart in noise, by old ears and through a pocket.

import { keep, setting } from "./vault.js";

export const VOLUMES = [0, 0.15, 0.45, 1];

// Notes: [Hz, begins at ms, lasts ms]. Wave shape: a square wave cuts through noise, a sine does not tire.
const TONES = {
  right: { shape: "sine", notes: [[1760, 0, 90]], buzz: [30] },
  done: { shape: "triangle", notes: [[1047, 0, 90], [1319, 110, 90], [1568, 220, 220]], buzz: [40, 60, 40, 60, 120] },
  wrong: { shape: "square", notes: [[196, 0, 260], [156, 340, 420]], buzz: [300, 100, 500] },
  info: { shape: "sine", notes: [[880, 0, 120], [880, 240, 120]], buzz: [60, 120, 60] },
  held: { shape: "sine", notes: [[587, 0, 60], [494, 120, 60]], buzz: [20, 60, 20] },
  key: { shape: "sine", notes: [[2600, 0, 12]], buzz: [8] },
};

let context = null;

export function volume() {
  const stored = Number(setting("volume") ?? VOLUMES.length - 1);
  return VOLUMES[stored] === undefined ? VOLUMES.length - 1 : stored;
}

export function setVolume(step) {
  keep("volume", String(step));
  play("right");
}

// Browsers let sound begin only after a key or touch: call this on each.
export function wake() {
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume().catch(() => {});
}

export function play(name) {
  const tone = TONES[name];
  const loudness = VOLUMES[volume()];
  if (navigator.userActivation?.hasBeenActive !== false) navigator.vibrate?.(tone.buzz);
  document.dispatchEvent(new CustomEvent("genba:tone", { detail: name }));
  if (context === null || loudness === 0) return;
  const begin = context.currentTime + 0.005;
  for (const [hertz, at, lasts] of tone.notes) {
    const oscillator = context.createOscillator();
    const gain = context.createGain();
    const from = begin + at / 1000;
    const to = from + lasts / 1000;
    oscillator.type = tone.shape;
    oscillator.frequency.value = hertz;
    gain.gain.setValueAtTime(0, from);
    gain.gain.linearRampToValueAtTime(loudness * (tone.shape === "square" ? 0.5 : 0.9), from + 0.004);
    gain.gain.setValueAtTime(loudness * (tone.shape === "square" ? 0.5 : 0.9), to - 0.01);
    gain.gain.linearRampToValueAtTime(0, to);
    oscillator.connect(gain).connect(context.destination);
    oscillator.start(from);
    oscillator.stop(to);
  }
}
