// Sends actions in the order in which they happened until each has an answer (F53, F64). An action gets its key when it
// happens and the screen it is judged on when it is first sent; both stay the same in every repetition. Of a scan the
// screen is not kept, for it says nothing of what a scan means: a sweep of tags has no time to write it down. Scans that
// came while others were on their way go as one request: none of them needs the answer to the one before.
// `held` marks what waited for the network: its person did not see it answered.

import { CONTRACT, call } from "./api.js";
import { ulid } from "./ulid.js";
import * as vault from "./vault.js";

const RETRY_MS = [500, 1000, 2000, 4000, 8000];
const MOST_SCANS = 32; // in one request, as many as the edge takes
const GATHER_MS = 60; // after several went together: that is a sweep, and what comes within a moment goes together too

export class Sender {
  // `session()` gives {token, person, screen} or null; `told(answers, status, body)` handles final answers to one request:
  // of each action its {entry, result, error}, in their order.
  constructor({ session, told, changed }) {
    this.session = session;
    this.told = told;
    this.changed = changed;
    this.entries = [];
    this.sending = false;
    this.failures = 0;
    this.singly = 0; // actions to be sent one by one, for a request of several was not answered as such
    this.timer = 0;
    this.stopped = false;
    addEventListener("online", () => this.hurry());
  }

  async load() {
    this.entries = (await vault.all()).map((entry) => ({ ...entry, held: true, tries: 1 })); // it may have been sent
    this.changed();
  }

  mine() {
    const person = this.session()?.person.id;
    return this.entries.filter((entry) => entry.person === person);
  }

  others() {
    const person = this.session()?.person.id;
    return this.entries.filter((entry) => entry.person !== person);
  }

  // Resolves when the action is safe; only then may a tone be heard.
  async add(action) {
    const { person } = this.session();
    const entry = { key: ulid(), person: person.id, name: person.name, screen: null, tries: 0, held: this.failures > 0, ...action };
    entry.seq = await vault.add(entry);
    this.entries.push(entry);
    this.entries.sort((a, b) => a.seq - b.seq);
    this.changed();
    this.pump();
  }

  hurry() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.pump();
  }

  async pump() {
    if (this.sending || this.timer || this.stopped) return;
    this.sending = true;
    try {
      for (let entries = this.next(); entries.length && !this.stopped; entries = this.next()) {
        if (!(await this.send(entries))) return;
        if (entries.length > 1 && this.mine().length < MOST_SCANS) await new Promise((done) => setTimeout(done, GATHER_MS));
      }
    } finally {
      this.sending = false;
      this.changed();
    }
  }

  // Returns what the next request holds: one action, or the scans before the next button, kept ones and fresh ones apart.
  next() {
    const mine = this.mine();
    const [first] = mine;
    if (!first || first.action !== "scan" || this.singly > 0) return mine.slice(0, 1);
    const end = mine.findIndex((entry) => entry.action !== "scan" || entry.held !== first.held);
    return mine.slice(0, Math.min(MOST_SCANS, end < 0 ? mine.length : end));
  }

  async send(entries) {
    const session = this.session();
    for (const entry of entries) {
      entry.screen ??= session.screen.id;
      entry.tries += 1;
    }
    if (entries[0].action !== "scan") await vault.put(entries[0]);
    this.changed();
    const several = entries.length > 1;
    const bodies = entries.map(({ key, screen, action, value, source, quantity, reason }) =>
      ({ contract: CONTRACT, key, screen, action, value, source, quantity, reason }));
    const answer = several
      ? await call("POST", "scans", session.token, { scans: bodies })
      : await call("POST", "act", session.token, bodies[0]);
    const { status, body } = answer;
    const failed = status === 0 || status === 429 || status >= 500;
    if (several && status !== 200 && status !== 0) this.singly = entries.length; // one that is not taken holds up no other
    if (failed) {
      this.failures += 1;
      for (const kept of this.entries) kept.held = true;
      this.timer = setTimeout(() => this.hurry(), RETRY_MS[Math.min(this.failures, RETRY_MS.length) - 1]);
      this.changed(status);
      return false;
    }
    this.failures = 0;
    if (several && status !== 200) return true;
    this.singly = Math.max(0, this.singly - 1);
    if (status !== 401) {
      vault.remove(entries.map((entry) => entry.seq)).catch(() => {}); // then they are answered once more after a reload
      this.entries = this.entries.filter((other) => !entries.includes(other));
    }
    const answers = several ? body.answers : [body];
    this.told(entries.map((entry, place) => ({ entry, result: answers[place].result, error: answers[place].error })), status, body);
    return status !== 401;
  }
}
