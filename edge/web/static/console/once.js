// Secrets that are shown once, and copying them; also where the browser lends no clipboard (plain http).

import { words } from "./words.js";

export function showOnce(shown) {
  const dialog = document.querySelector("dialog.once");
  const field = dialog.querySelector("textarea");
  dialog.querySelector("h2").textContent = shown.title;
  dialog.querySelector(".secret span").textContent = shown.label;
  field.value = shown.value;
  field.rows = shown.value.length > 30 ? 3 : 1;
  dialog.querySelector("ul").replaceChildren(
    ...shown.lines.map((line) => Object.assign(document.createElement("li"), { textContent: line })),
  );
  dialog.querySelector("[role=status]").textContent = "";
  dialog.showModal();
  field.focus();
  field.select();
  return new Promise((done) => {
    dialog.addEventListener(
      "close",
      () => {
        field.value = "";
        done();
      },
      { once: true },
    );
  });
}

export function copyOnPress() {
  document.querySelector("dialog.once")?.addEventListener("keydown", (event) => {
    if (event.key === "Escape") event.preventDefault(); // what is shown once is not closed by accident
  });
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const field = button.dataset.of ? document.getElementById(button.dataset.of) : button.form.querySelector(".secret textarea");
    const copied = await copy(field);
    const status = button.parentElement.querySelector("[role=status]");
    if (status) status.textContent = copied ? button.dataset.copied : words.copy_failed;
  });
}

async function copy(field) {
  field.focus();
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    return document.execCommand("copy");
  }
}
