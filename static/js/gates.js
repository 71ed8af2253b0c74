// Committees. On a run list [ and ] move the row in focus; statements can be filled for the rest; a decision shows the
// follow-ups of the chosen outcome. A score sheet is kept on this device as it is typed, sent as a draft at every pause,
// and sent again when the line comes back: a lost connection loses nothing. Everything works without this file.

const typing = (target) => target.closest("input:not([type=radio]):not([type=checkbox]), select, textarea, dialog[open]");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
  const row = event.target.closest(".run-list tbody tr");
  const button = { "[": "[data-moves-up]", "]": "[data-moves-down]" }[event.key];
  const found = row && button && row.querySelector(button);
  if (!found) return;
  event.preventDefault();
  found.click();
});

// After a move the row keeps the focus.
if (location.hash.startsWith("#item-")) document.getElementById(location.hash.slice(1))?.querySelector("[data-row-link]")?.focus();

document.querySelector("[data-states-none]")?.addEventListener("click", () => {
  for (const select of document.querySelectorAll("[data-statement]")) if (select.value === "later") select.value = "none";
});

const decision = document.querySelector("[data-decision]");
if (decision) {
  const show = () => {
    const outcome = decision.querySelector("input[name=outcome]:checked")?.value ?? "";
    for (const part of decision.querySelectorAll("[data-needs]")) part.hidden = outcome !== "" && !part.dataset.needs.split(" ").includes(outcome);
  };
  decision.addEventListener("change", show);
  show();
}

const sheet = document.querySelector("[data-sheet]");
if (sheet && !("sealed" in sheet.dataset)) {
  const place = `nk-sheet-${sheet.dataset.sheet}`;
  const status = sheet.querySelector("[data-sheet-status]");
  const version = sheet.elements.namedItem("version");
  const say = (text) => status && (status.textContent = text);
  const fields = () => [...new FormData(sheet)].filter(([name]) => name !== "version" && name !== "do");
  const text = () => new URLSearchParams(fields()).toString();
  let saved = text();
  let timer;
  let wait = 1000;
  let busy = false;

  const keep = () => {
    try {
      localStorage.setItem(place, JSON.stringify({ version: version.value, text: text() }));
    } catch {
      // A full or closed store: the server's drafts remain.
    }
  };
  const forget = () => localStorage.removeItem(place);

  const fill = (kept) => {
    const values = new URLSearchParams(kept);
    for (const field of sheet.elements) {
      if (!field.name || field.type === "hidden" || field.tagName === "BUTTON") continue;
      if (field.type === "radio") field.checked = values.get(field.name) === field.value;
      else if (values.has(field.name)) field.value = values.get(field.name);
    }
  };
  try {
    const kept = JSON.parse(localStorage.getItem(place) ?? "null");
    if (kept && kept.text !== saved && Number(kept.version) >= Number(version.value)) {
      fill(kept.text);
      say(status?.dataset.restored ?? "");
      timer = setTimeout(send, 500);
    } else forget();
  } catch {
    forget();
  }

  async function send() {
    clearTimeout(timer);
    const now = text();
    if (now === saved) return forget();
    if (busy) return void (timer = setTimeout(send, 300));
    busy = true;
    say(status?.dataset.saving ?? "");
    try {
      const body = new URLSearchParams([["version", version.value], ...fields()]);
      const answer = await fetch(sheet.dataset.draft, { method: "POST", body, redirect: "manual", signal: AbortSignal.timeout(15000) });
      if (answer.type === "opaqueredirect" || answer.status >= 500) throw new Error(String(answer.status));
      const heard = answer.headers.get("content-type")?.startsWith("application/json") ? await answer.json() : {};
      if (answer.ok) {
        version.value = heard.version;
        saved = now;
        wait = 1000;
        if (text() === saved) forget();
        else keep();
        say(`${status?.dataset.saved ?? ""} ${heard.saved_at}`);
      } else say(heard.message || String(answer.status));
    } catch {
      say(status?.dataset.offline ?? "");
      timer = setTimeout(send, wait);
      wait = Math.min(wait * 2, 30000);
    } finally {
      busy = false;
    }
    if (text() !== saved && wait === 1000) timer = setTimeout(send, 800);
  }

  const changed = (delay) => () => {
    keep();
    clearTimeout(timer);
    timer = setTimeout(send, delay);
  };
  sheet.addEventListener("input", changed(900));
  sheet.addEventListener("change", changed(200));
  addEventListener("online", () => send());
  sheet.addEventListener("submit", (event) => {
    clearTimeout(timer);
    keep();
    if (navigator.onLine) return;
    // The browser's own error page would take the place of the sheet.
    event.preventDefault();
    say(status?.dataset.offline ?? "");
  });

  const questions = [...sheet.querySelectorAll("[data-question]")];
  let at = 0;
  const here = () => {
    const focused = document.activeElement?.closest("[data-question]");
    return focused ? questions.indexOf(focused) : at;
  };
  const go = (step) => {
    at = Math.min(Math.max(here() + step, 0), questions.length - 1);
    const question = questions[at];
    (question.querySelector("input:checked") ?? question.querySelector("input"))?.focus({ preventScroll: true });
    question.scrollIntoView({ block: "center" });
  };
  const label = (question) => {
    const chosen = question.querySelector("input:checked");
    const words = question.querySelector("[data-score-label]");
    if (chosen && words) words.textContent = question.querySelector(`label[for="${CSS.escape(chosen.id)}"]`)?.title ?? "";
  };
  for (const question of questions) question.addEventListener("change", () => label(question));

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      return sheet.requestSubmit(sheet.querySelector('button[value="submit"]'));
    }
    if (event.key === "Escape" && typing(event.target)) return event.target.blur();
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
    const digit = /^[0-9]$/.test(event.key) ? (event.key === "0" ? "10" : event.key) : "";
    if (digit) {
      const choice = questions[here()]?.querySelector(`input[type=radio][value="${digit}"]`);
      if (!choice) return;
      event.preventDefault();
      choice.checked = true;
      choice.focus({ preventScroll: true });
      choice.dispatchEvent(new Event("change", { bubbles: true }));
      return;
    }
    const action = {
      ArrowDown: () => go(1),
      ArrowUp: () => go(-1),
      c: () => questions[here()]?.querySelector("textarea")?.focus(),
      n: () => document.querySelector("[data-next-item]")?.click(),
      p: () => document.querySelector("[data-previous-item]")?.click(),
    }[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}
