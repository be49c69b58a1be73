// Lists by mouse, finger and keyboard: select many, arrows, Space, Enter; filters apply as soon as they are chosen.

import { words } from "./words.js";

export function actOnLists() {
  const acts = document.getElementById("acts");
  const ticks = () => [...document.querySelectorAll('tbody input[type="checkbox"][form="acts"]:not(:disabled)')];
  const none = acts?.querySelector("[data-selected]")?.textContent;

  function count() {
    if (!acts) return;
    const chosen = ticks().filter((tick) => tick.checked);
    for (const tick of ticks()) tick.closest("tr").classList.toggle("on", tick.checked);
    acts.classList.toggle("on", chosen.length > 0);
    acts.querySelector("[data-selected]").textContent = chosen.length ? words.selected.replace("{n}", chosen.length) : none;
    const skill = chosen.length === 1 ? chosen[0].closest("tr").dataset.skill : undefined;
    for (const button of acts.querySelectorAll("[data-needs]")) {
      button.disabled = button.dataset.needs === "one" ? !skill || "never" in button.dataset : !chosen.length;
    }
    offerWhoCan(skill);
    const all = document.querySelector("[data-all]");
    if (all) {
      all.checked = chosen.length > 0 && chosen.length === ticks().length;
      all.indeterminate = chosen.length > 0 && !all.checked;
    }
  }

  // Only those who have the role for the one task chosen; the site has the last word.
  function offerWhoCan(skill) {
    const whom = acts.querySelector("select[name=person]");
    if (!whom) return;
    for (const option of whom.options) {
      const can = !skill || (option.dataset.roles ?? "").split(" ").includes(skill);
      option.hidden = option.disabled = !can;
    }
    if (whom.selectedOptions[0]?.disabled) whom.value = [...whom.options].find((option) => !option.disabled)?.value ?? "";
  }

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-all]")) {
      for (const tick of ticks()) tick.checked = event.target.checked;
      count();
    } else if (event.target.matches('[form="acts"]')) {
      count();
    } else if (event.target.matches("form[data-filter] select, form[data-filter] input[type=checkbox], form[data-filter] input[type=date]")) {
      event.target.form.requestSubmit();
    }
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-filter]")) return;
    for (const field of event.target.querySelectorAll("input[name], select[name]")) field.disabled = !field.value; // short addresses
  });
  document.addEventListener("genba:done", (event) => {
    if (event.target !== acts) return;
    for (const tick of ticks()) tick.checked = false;
    count();
  });

  for (const list of document.querySelectorAll("[data-list]")) {
    for (const row of list.tBodies[0]?.rows ?? []) row.tabIndex = -1;
    const first = list.tBodies[0]?.rows[0];
    if (first) first.tabIndex = 0;
    list.addEventListener("click", (event) => {
      const row = event.target.closest("tbody tr");
      if (!row || event.target.closest("a, button, input, summary, details") || String(getSelection())) return;
      const tick = row.querySelector(".tick input");
      if (event.target.closest(".tick")) tick?.click();
      else row.querySelector("a.key, td a")?.click();
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input:not([type=checkbox]), select, textarea, dialog, svg, summary, a, button")) return;
    const rows = [...document.querySelectorAll("[data-list] tbody tr")];
    if (!rows.length) return;
    const row = event.target.closest("[data-list] tbody tr");
    const here = rows.indexOf(row);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const next = rows[Math.max(0, Math.min(rows.length - 1, here + (event.key === "ArrowDown" ? 1 : -1)))];
      next.focus();
      next.scrollIntoView({ block: "nearest" });
    } else if (row && event.key === "Enter" && event.target === row) {
      row.querySelector("a.key, td a")?.click();
    } else if (row && event.key === " " && event.target === row) {
      event.preventDefault();
      row.querySelector(".tick input:not(:disabled)")?.click();
    } else if (event.key === "Escape" && acts?.classList.contains("on")) {
      for (const tick of ticks()) tick.checked = false;
      count();
    }
  });
  count();
}
