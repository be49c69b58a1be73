// The page's own words in both languages; what the server asks comes in the person's language already.

const all = JSON.parse(document.getElementById("words").textContent);

let language = document.documentElement.lang;

export function speak(chosen) {
  language = chosen === "en" ? "en" : "ja";
  document.documentElement.lang = language;
  document.title = say("title");
}

export function spoken() {
  return language;
}

export function say(id, values = {}) {
  return all[language][id].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "?");
}
