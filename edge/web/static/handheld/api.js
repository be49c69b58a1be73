// Talks to the edge. Every answer is {status, body}; status 0 means that nobody answered.

export const CONTRACT = Number(document.querySelector("meta[name=genba-contract]").content);

const TIMEOUT_MS = 8000; // longer than any commit, shorter than a person's patience
const SILENCE_MS = 35000; // two missed beats of the stream

export async function call(method, path, token, body) {
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  try {
    const response = await fetch(`/api/handheld/${path}`, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    return { status: response.status, body: text ? JSON.parse(text) : {} };
  } catch {
    return { status: 0, body: {} };
  }
}

// Tells whether the edge can be reached at all: a proxy that answers in its place does not count.
export async function reached() {
  try {
    const { status } = await fetch("/health", { cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) });
    return status !== 502 && status !== 504;
  } catch {
    return false;
  }
}

// Reads the event stream until it breaks or `stop` (an AbortController) is used; `on(name, data)` for each event,
// `beat` for every sign of life.
// Fetch instead of EventSource: the token stays out of addresses and logs.
export async function listen(token, on, beat, stop) {
  let watchdog = setTimeout(() => stop.abort(), SILENCE_MS);
  try {
    const response = await fetch("/api/handheld/stream", {
      headers: { Authorization: `Bearer ${token}` },
      cache: "no-store",
      signal: stop.signal,
    });
    if (response.status === 401) return on("ended", {});
    if (!response.ok) return undefined;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return undefined;
      clearTimeout(watchdog);
      watchdog = setTimeout(() => stop.abort(), SILENCE_MS);
      beat();
      const parts = (rest + value).split("\n\n");
      rest = parts.pop();
      for (const part of parts) {
        const name = /^event: (.*)$/m.exec(part);
        const data = /^data: (.*)$/m.exec(part);
        if (name && data) on(name[1], JSON.parse(data[1]));
      }
    }
  } catch {
    return undefined;
  } finally {
    clearTimeout(watchdog);
  }
}
