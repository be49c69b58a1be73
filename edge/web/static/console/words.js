// The person's words for scripts, and short messages in the corner.

const source = document.getElementById("words");
export const words = source ? JSON.parse(source.textContent) : { language: document.documentElement.lang };

const STAYS_MS = 5000;

export function toast(text, level = "", href = "") {
  const box = document.querySelector(".toasts");
  if (!box) return;
  const note = document.createElement("div");
  note.className = `toast ${level}`;
  note.append(Object.assign(document.createElement("span"), { textContent: text }));
  if (href) {
    note.append(Object.assign(document.createElement("a"), { className: "button", href, textContent: words.look }));
  }
  if (level === "red") {
    const close = Object.assign(document.createElement("button"), { className: "button", textContent: words.close });
    close.addEventListener("click", () => note.remove());
    note.append(close);
  } else {
    setTimeout(() => note.remove(), STAYS_MS);
  }
  while (box.children.length > 2) box.firstElementChild.remove();
  box.append(note);
}
