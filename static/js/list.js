// Keys in lists: j/k (or the arrows, once a row has the focus) move, Enter opens (the link's own), x ticks,
// a goes to what can be done with the row (data-row-act),
// / goes to the search box, ? shows the keys. A list is any element with data-list; its rows' links carry data-row-link.

const typing = (target) => target.closest("input, select, textarea, [contenteditable], dialog[open]");

function rows() {
  const focused = document.activeElement?.closest("[data-list]");
  const list = focused ?? document.querySelector("main [data-list]");
  return list ? [...list.querySelectorAll("[data-row-link]")].filter((row) => row.checkVisibility()) : [];
}

function move(step) {
  const all = rows();
  if (all.length === 0) return;
  const row = document.activeElement?.closest("tr, li");
  const now = all.findIndex((link) => link === document.activeElement || (row && row.contains(link)));
  const next = now < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(now + step, 0), all.length - 1);
  all[next].focus({ preventScroll: true });
  all[next].scrollIntoView({ block: "nearest" });
}

function tick() {
  const row = document.activeElement?.closest("tr, li");
  row?.querySelector('input[type="checkbox"]')?.click();
}

function act() {
  document.activeElement?.closest("tr, li")?.querySelector("[data-row-act]")?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
  const onRow = event.target.matches?.("[data-row-link]");
  const action = {
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: onRow ? () => move(1) : null,
    ArrowUp: onRow ? () => move(-1) : null,
    x: onRow ? tick : null,
    a: onRow ? act : null,
    "/": () => {
      const box = document.querySelector("main [data-search]") ?? document.querySelector("[data-search]");
      box?.focus();
      box?.select();
    },
    "?": () => document.getElementById("keys")?.showModal(),
  }[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});
