// Forms: warn before leaving with unsaved changes, keep a draft when data-autosave says where, go to the summary of
// errors, tick all, show the chosen file, and never send twice by a double click (the server refuses it anyway).

const summary = document.querySelector("[data-form-errors]");
summary?.focus();

function serialized(form) {
  return new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string")).toString();
}

for (const form of document.querySelectorAll("form[data-watch], form[data-autosave]")) {
  // A form that comes back with mistakes is not stored as it stands.
  let saved = "dirty" in form.dataset ? null : serialized(form);
  let leaving = false;
  const note = form.querySelector("[data-unsaved]");
  const dirty = () => serialized(form) !== saved;
  const show = () => note && (note.hidden = !dirty());

  form.addEventListener("submit", (event) => setTimeout(() => (leaving = !event.defaultPrevented)));
  addEventListener("beforeunload", (event) => {
    if (dirty() && !leaving) event.preventDefault();
  });
  form.addEventListener("input", show);
  form.addEventListener("change", show);
  show();

  const address = form.dataset.autosave;
  if (!address) continue;
  const status = form.querySelector("[data-autosave-status]");
  let timer;
  const save = async () => {
    const text = serialized(form);
    if (text === saved) return;
    try {
      const answer = await fetch(address, { method: "POST", body: new URLSearchParams(text), redirect: "manual" });
      if (!answer.ok && answer.type !== "opaqueredirect") throw new Error(answer.status);
      // An answer in words says what of it was not stored.
      const left = answer.status === 200 ? await answer.text() : "";
      if (!left) saved = text;
      if (status) status.textContent = left || status.dataset.saved;
    } catch {
      if (status) status.textContent = status.dataset.failed;
      clearTimeout(timer);
      timer = setTimeout(save, 5000);
    }
    show();
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(save, 800);
  });
  form.addEventListener("change", () => {
    clearTimeout(timer);
    timer = setTimeout(save, 150);
  });
}

for (const count of document.querySelectorAll("[data-chosen-in]")) {
  const form = document.getElementById(count.dataset.chosenIn);
  form?.addEventListener("change", () => {
    count.textContent = form.querySelectorAll('input[type="radio"]:checked').length;
  });
}

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  const form = event.target;
  // A download leaves the page as it is: nothing tells when it is over, and taking it twice does no harm.
  if (form.method !== "post" || "download" in form.dataset) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  // A live form stays on its page, which says itself how it goes.
  const saying = "liveForm" in form.dataset ? () => {} : sayItIsSent(event.submitter);
  const done = () => {
    delete form.dataset.sent;
    saying();
  };
  addEventListener("pageshow", done, { once: true });
  setTimeout(done, 8000);
});

/** Marks a pressed button as busy, and says so in words where the answer takes its time. Returns what takes both back. */
function sayItIsSent(button) {
  const words = document.body.dataset.sending;
  if (!button || !words) return () => {};
  const status = document.createElement("span");
  status.className = "soft";
  status.setAttribute("role", "status");
  button.setAttribute("aria-busy", "true");
  button.after(status);
  const timer = setTimeout(() => (status.textContent = words), 400);
  return () => {
    clearTimeout(timer);
    button.removeAttribute("aria-busy");
    status.remove();
  };
}

document.addEventListener("change", (event) => {
  const all = event.target.closest("[data-tick-all]");
  if (all) {
    const boxes = document.querySelectorAll(`input[type="checkbox"][name="${CSS.escape(all.dataset.tickAll)}"]`);
    for (const box of boxes) box.checked = all.checked;
  }
  const submits = event.target.closest("[data-submits]");
  if (submits) submits.form.requestSubmit();
});

for (const drop of document.querySelectorAll("[data-file-drop]")) {
  const input = drop.querySelector('input[type="file"]');
  const over = (on) => (event) => {
    event.preventDefault();
    drop.classList.toggle("is-over", on);
  };
  drop.addEventListener("dragover", over(true));
  drop.addEventListener("dragleave", over(false));
  drop.addEventListener("drop", (event) => {
    over(false)(event);
    if (event.dataTransfer.files.length > 0) input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
