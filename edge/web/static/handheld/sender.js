// Sends actions in the order in which they happened, one at a time, until each has an answer (F53, F64). An action gets
// its key when it happens and the screen it is judged on when it is first sent; both stay the same in every repetition.
// Of a scan the screen is not kept, for it says nothing of what a scan means: a sweep of tags has no time to write it down.
// `held` marks what waited for the network: its person did not see it answered.

import { CONTRACT, call } from "./api.js";
import { ulid } from "./ulid.js";
import * as vault from "./vault.js";

const RETRY_MS = [500, 1000, 2000, 4000, 8000];

export class Sender {
  // `session()` gives {token, person, screen} or null; `told(entry, status, body, repeated)` handles a final answer.
  constructor({ session, told, changed }) {
    this.session = session;
    this.told = told;
    this.changed = changed;
    this.entries = [];
    this.sending = false;
    this.failures = 0;
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
      for (let entry = this.mine()[0]; entry && !this.stopped; entry = this.mine()[0]) {
        if (!(await this.send(entry))) return;
      }
    } finally {
      this.sending = false;
      this.changed();
    }
  }

  async send(entry) {
    const session = this.session();
    entry.screen ??= session.screen.id;
    entry.tries += 1;
    if (entry.action !== "scan") await vault.put(entry);
    this.changed();
    const { key, screen, action, value, source, quantity, reason } = entry;
    const body = { contract: CONTRACT, key, screen, action, value, source, quantity, reason };
    const answer = await call("POST", "act", session.token, body);
    if (answer.status === 0 || answer.status === 429 || answer.status >= 500) {
      this.failures += 1;
      for (const kept of this.entries) kept.held = true;
      this.timer = setTimeout(() => this.hurry(), RETRY_MS[Math.min(this.failures, RETRY_MS.length) - 1]);
      this.changed(answer.status);
      return false;
    }
    this.failures = 0;
    if (answer.status !== 401) {
      vault.remove(entry.seq).catch(() => {}); // then it is answered once more after a reload
      this.entries = this.entries.filter((other) => other !== entry);
    }
    this.told(entry, answer.status, answer.body, entry.tries > 1);
    return answer.status !== 401;
  }
}
