// The one input that is always armed (F51, F52): a scanner is a very fast keyboard. Keys are gathered wherever the focus
// is and become one scan at Enter or Tab, or when a scanner without end key falls silent. An IME may turn them into
// full width (F67), a keyboard may paste them in one piece (F65); a hidden input catches what comes that way.

const SHORTEST = 3; // characters of the shortest code on the floor; less is a stray key
export const SILENT_MS = 300; // a scanner that sends no end key is done; jittered keys come up to 100 ms apart (F65)
const CUT_MS = 1200; // a scanner that does send one has lost it: the code is not whole
export const TYPED_MS = 170; // people type slower than this, the slowest scanner setting is faster
const BOUNCE_MS = 150; // the trigger bounced: the same code twice within this is one scan (F61)

export class Wedge {
  // `onScan(text, source)`: source is scan or manual. `onCut()`: a scan without its end. `onKey()`: any key at all.
  constructor(field, { onScan, onCut, onKey }) {
    this.field = field;
    this.onScan = onScan;
    this.onCut = onCut;
    this.onKey = onKey;
    this.text = "";
    this.gaps = [];
    this.lastKeyAt = 0;
    this.last = { text: "", at: -BOUNCE_MS };
    this.endsWithKey = false;
    this.endAfterComposing = false;
    this.timer = 0;
    addEventListener("keydown", (event) => this.key(event), true);
    field.addEventListener("compositionend", () => this.pasted());
    field.addEventListener("input", (event) => event.isComposing || this.pasted());
    field.addEventListener("blur", (event) => event.relatedTarget ?? setTimeout(() => this.arm()));
    addEventListener("click", () => setTimeout(() => this.arm()));
    addEventListener("focus", () => this.arm());
    document.addEventListener("visibilitychange", () => this.arm());
  }

  // Take the focus back unless somebody types into a field of a sheet.
  arm() {
    const active = document.activeElement;
    if (active && active !== this.field && active.matches("input, textarea")) return;
    this.field.focus({ preventScroll: true });
  }

  key(event) {
    this.onKey();
    if (event.target !== this.field && event.target.matches?.("input, textarea")) {
      this.overField(event);
      return;
    }
    const composing = event.isComposing || event.keyCode === 229;
    if (event.key === "Enter" || event.key === "Tab") {
      if (composing) {
        this.endAfterComposing = true;
        return;
      }
      if (this.text || this.field.value) {
        event.preventDefault();
        event.stopPropagation();
        this.pasted({ more: true });
        this.end(true);
      } else if (event.key === "Enter" && event.target === this.field) {
        event.preventDefault();
      }
      return;
    }
    const letter = event.ctrlKey && event.key === "]" ? "\x1d" : event.key; // how scanners send FNC1
    if (composing || event.altKey || event.metaKey || (event.ctrlKey && letter !== "\x1d") || [...letter].length !== 1) {
      return;
    }
    event.preventDefault();
    this.gather(letter);
  }

  // Somebody types into a field, and then scans: the scan is taken out of the field again (F52).
  overField(event) {
    if (event.key !== "Enter") {
      if ([...event.key].length === 1) this.note(event.key);
      return;
    }
    const scanned = this.text.length >= SHORTEST && middle(this.gaps) < TYPED_MS / 3;
    if (scanned) {
      event.preventDefault();
      event.stopPropagation();
      this.end(true);
    }
    this.text = "";
    this.gaps = [];
  }

  note(piece) {
    const now = performance.now();
    if (this.text && now - this.lastKeyAt > CUT_MS) {
      this.text = "";
      this.gaps = [];
    }
    if (this.text) this.gaps.push(now - this.lastKeyAt);
    this.lastKeyAt = now;
    this.text += piece;
  }

  gather(piece) {
    this.note(piece);
    this.wait();
  }

  // Take what came past the key events: an IME's text, a paste, a soft keyboard's word.
  pasted({ more = false } = {}) {
    const value = this.field.value;
    this.field.value = "";
    if (!value) return;
    const lines = value.split(/[\r\n\t]+/);
    const rest = lines.pop();
    for (const line of lines) {
      this.gather(line);
      this.end(true);
    }
    if (rest) this.gather(rest);
    if (this.endAfterComposing && !more) {
      this.endAfterComposing = false;
      this.end(true);
    }
  }

  wait() {
    clearTimeout(this.timer);
    const typed = this.gaps.length > 0 && middle(this.gaps) >= TYPED_MS;
    this.timer = setTimeout(() => this.end(false), this.endsWithKey || typed ? CUT_MS : SILENT_MS);
  }

  end(byKey) {
    clearTimeout(this.timer);
    const text = this.text.normalize("NFKC").trim();
    const typed = this.gaps.length > 0 && middle(this.gaps) >= TYPED_MS;
    this.text = "";
    this.gaps = [];
    if (byKey && !typed && text.length >= SHORTEST) this.endsWithKey = true;
    if (text.length < SHORTEST && !(byKey && typed)) return;
    if (!byKey && (typed || this.endsWithKey)) {
      if (!typed) this.onCut();
      return;
    }
    const now = performance.now();
    const bounced = text === this.last.text && now - this.last.at < BOUNCE_MS;
    this.last = { text, at: now };
    if (!bounced) this.onScan(text, typed ? "manual" : "scan");
  }
}

function middle(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}
