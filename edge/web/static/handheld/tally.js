// Tells in one sentence what became of the actions that were kept without network, once each of them was answered:
// nobody saw those answers come, so whatever was not counted is named.

import { say } from "./words.js";

export class Tally {
  constructor() {
    this.sent = 0;
    this.uncounted = [];
  }

  add(label, result) {
    this.sent += 1;
    if (result.kind !== "right" && result.kind !== "done") this.uncounted.push({ label, result });
    this.last = result;
  }

  // Returns the result to show and begins anew; one action alone is answered by its own words.
  sum() {
    const { sent, uncounted, last } = this;
    this.sent = 0;
    this.uncounted = [];
    if (sent === 1) return last;
    if (!uncounted.length) return { kind: last.kind, text: say("kept_counted", { sent }) };
    const first = uncounted.find(({ result }) => result.kind === "wrong") ?? uncounted[0];
    const values = { sent, uncounted: uncounted.length, label: first.label, text: first.result.text };
    return { kind: first.result.kind, text: say("kept_uncounted", values) };
  }
}
