// Sends deeds without leaving the page: asks when the site wants to be asked, tells what was done or why not.

import { showOnce } from "./once.js";
import { toast, words } from "./words.js";

export function askDeeds() {
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-deed]");
    if (!form) return;
    event.preventDefault();
    const data = new FormData(form, event.submitter);
    const address = event.submitter?.hasAttribute("formaction") ? event.submitter.formAction : form.action;
    send(form, address, data, event.submitter);
  });
}

async function send(form, address, data, button) {
  if (button && form.dataset.busy) return; // pressed twice; a disabled button would lose the keyboard's place
  if (button) form.dataset.busy = "1";
  say(form, "");
  try {
    const answer = await fetch(address, {
      method: "POST",
      headers: { Accept: "application/json", "X-CSRF-Token": document.body.dataset.csrf },
      body: new URLSearchParams(data),
    });
    if (answer.status === 401) return location.reload();
    const said = await answer.json().catch(() => ({}));
    if (said.ask) {
      if (await confirmed(said.ask)) {
        data.set("confirmed", "1");
        return await send(form, address, data, null);
      }
    } else if (answer.ok) {
      if (form.dataset.deed === "reload") return location.reload();
      if (said.shown) await showOnce(said.shown);
      else toast(said.text);
      if ("clear" in form.dataset) form.reset();
      form.dispatchEvent(new CustomEvent("genba:done", { bubbles: true }));
    } else {
      const text = [said.error?.text, said.error?.next].filter(Boolean).join(" ") || words.failed;
      if (!say(form, text)) toast(text, "red");
    }
  } catch {
    toast(`${words.failed} ${words.failed_next}`, "red");
  } finally {
    if (button) delete form.dataset.busy;
  }
}

// Says what is wrong below the form's own fields, where a form has the place for it.
function say(form, text) {
  const place = form.querySelector("[data-wrong]");
  if (!place) return false;
  place.textContent = text;
  place.hidden = !text;
  const field = form.querySelector("input:not([type=hidden])");
  if (text) {
    field?.setAttribute("aria-invalid", "true");
    field?.focus();
  } else field?.removeAttribute("aria-invalid");
  return true;
}

function confirmed(ask) {
  const dialog = document.querySelector("dialog.ask");
  dialog.querySelector("h2").textContent = ask.title;
  dialog.querySelector("ul").replaceChildren(
    ...ask.lines.map((line) => Object.assign(document.createElement("li"), { textContent: line })),
  );
  dialog.querySelector("[value=yes]").textContent = ask.button;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((done) => {
    dialog.addEventListener("close", () => done(dialog.returnValue === "yes"), { once: true });
  });
}
