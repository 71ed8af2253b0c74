// Live pages. <div data-live="/…/events"> names a stream that says what changed, never the content:
//   changed {"part": "locks", "version": 3}   ask again for the regions of this part (an empty part: for all)
//   refresh {}                                something may have been missed: ask for every region
//   ended   {}                                the viewer may no longer see this: load the page, which says so
// <section id="…" data-live-region="locks votes" data-live-from="/…"> is a region: the parts that change it (none: every
// part) and the page that shows it (none: this one). Its new markup is merged into the old element by element: focus,
// typed text, open details and the scroll of boxes stay. Without script the page works as it was loaded.
// <form data-live-form> is sent without leaving the page. After a break the same place and unsent text come back.
//
// Calm pages. <div id="…" data-live="…" data-live-notice data-live-version="7.2"> is a stream of a page that people keep
// open beside their work: it asks for the page, and only where the version of the answer differs the regions are merged.
// A page marked data-live-whole is up to date then and says so; any other shows the notice with a link to load it anew.
// Nothing typed is touched.

const root = document.querySelector("[data-live]");
// A refused step leaves the page at an address that only takes posts: data-live-here names the one to ask.
const here = root?.dataset.liveHere ?? location.pathname + location.search;
const kept = `live:${here}`;
const calm = root?.hasAttribute("data-live-notice") ?? false;
const born = Date.now();

// Merging.

function key(node) {
  return node.nodeType === Node.ELEMENT_NODE ? node.id || node.dataset.key || "" : "";
}

function alike(a, b) {
  return a.nodeType === b.nodeType && a.nodeName === b.nodeName && key(a) === key(b);
}

function typed(field) {
  if (field.type === "hidden" || field.type === "submit") return false;
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.tagName === "SELECT") return [...field.options].some((o) => o.selected !== o.defaultSelected);
  return field.value !== field.defaultValue;
}

function inUse(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return false;
  const fields = node.matches("input, select, textarea") ? [node] : node.querySelectorAll("input, select, textarea");
  return [...fields].some((f) => f === document.activeElement || (f.tagName !== "SELECT" && typed(f)));
}

function mergeAttributes(old, next) {
  for (const { name } of [...old.attributes]) {
    if (!next.hasAttribute(name) && name !== "open") old.removeAttribute(name);
  }
  for (const { name, value } of next.attributes) {
    if (name !== "open" && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}

function merge(old, next) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeValue !== next.nodeValue) old.nodeValue = next.nodeValue;
    return;
  }
  if (old.isEqualNode(next)) return;
  mergeAttributes(old, next);
  if (old.tagName === "TEXTAREA" && (old === document.activeElement || typed(old))) return;
  const waiting = new Map();
  for (const child of old.childNodes) if (key(child)) waiting.set(`${child.nodeName} ${key(child)}`, child);
  let place = old.firstChild;
  for (const child of [...next.childNodes]) {
    const same = key(child) ? waiting.get(`${child.nodeName} ${key(child)}`) : undefined;
    if (same) {
      if (same === place) place = place.nextSibling;
      else if (!same.contains(document.activeElement)) old.insertBefore(same, place);
      merge(same, child);
    } else if (place && !key(child) && alike(place, child)) {
      const after = place.nextSibling;
      merge(place, child);
      place = after;
    } else {
      old.insertBefore(document.importNode(child, true), place);
    }
  }
  while (place) {
    const after = place.nextSibling;
    const placed = key(place) && [...next.childNodes].some((n) => alike(n, place));
    if (!placed && !inUse(place)) place.remove();
    place = after;
  }
}

// Asking.

const asking = new Map();

async function ask(address) {
  const answer = await fetch(address, { headers: { accept: "text/html", "x-behind": "1" }, cache: "no-store" });
  if (answer.redirected && new URL(answer.url).pathname === "/sign-in") return leave();
  if (answer.status === 404 || answer.status === 403) return leave();
  if (!answer.ok) throw new Error(answer.status);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (calm && !tell(page.getElementById(root.id))) return;
  for (const region of document.querySelectorAll("[data-live-region]")) {
    if ((region.dataset.liveFrom ?? here) !== address) continue;
    // What is wrong with a form is said until it is sent again.
    if (region.querySelector(".field-error")) continue;
    const next = page.getElementById(region.id);
    if (next) merge(region, next);
  }
  document.dispatchEvent(new CustomEvent("live:merged"));
}

// What cannot be seen any more goes, unless somebody is typing on a calm page.
function leave() {
  if (!calm || ![...document.querySelectorAll("main input, main textarea, main select")].some(typed)) return location.reload();
  notice(false);
}

// Whether the answer is another version than the one shown; says what comes of it.
function tell(next) {
  if (!next || next.dataset.liveVersion === root.dataset.liveVersion) return false;
  const whole = document.querySelector("[data-live-whole]") !== null;
  if (whole) root.dataset.liveVersion = next.dataset.liveVersion;
  notice(whole);
  return true;
}

function notice(merged) {
  for (const word of root.querySelectorAll("[data-when]")) word.hidden = (word.dataset.when === "merged") !== merged;
  root.hidden = false;
}

// One question at a time per address; a change that comes meanwhile asks once more.
async function askAgain(address) {
  const state = asking.get(address);
  if (state) return void (state.again = true);
  asking.set(address, { again: false });
  let wait = 300;
  for (;;) {
    try {
      asking.get(address).again = false;
      await ask(address);
      if (!asking.get(address).again) break;
    } catch {
      await new Promise((go) => setTimeout(go, wait + Math.random() * wait));
      wait = Math.min(wait * 2, 10000);
    }
  }
  asking.delete(address);
}

function refresh(part) {
  if (calm && (part === "votes" || part === "table")) return;
  const addresses = new Set();
  for (const region of document.querySelectorAll("[data-live-region]")) {
    const parts = region.dataset.liveRegion.split(" ").filter(Boolean);
    if (!part || parts.length === 0 || parts.includes(part)) addresses.add(region.dataset.liveFrom ?? here);
  }
  for (const address of addresses) askAgain(address);
}

// The line.

function say(state) {
  for (const place of document.querySelectorAll("[data-live-status]")) {
    place.textContent = place.dataset[state] ?? "";
    place.dataset.state = state;
  }
}

function connect() {
  let source;
  let wait = 500;
  let timer;
  const open = () => {
    clearTimeout(timer);
    source?.close();
    source = new EventSource(root.dataset.live);
    source.onopen = () => {
      wait = 500;
      say("connected");
    };
    source.onerror = () => {
      say("waiting");
      if (source.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(open, wait + Math.random() * 250);
      wait = Math.min(wait * 2, 15000);
    };
    source.addEventListener("changed", (event) => refresh(JSON.parse(event.data).part));
    // The greeting of the first line finds a page that was loaded this moment.
    source.addEventListener("refresh", () => calm && Date.now() - born < 3000 ? undefined : refresh(""));
    source.addEventListener("ended", () => {
      source.close();
      leave();
    });
  };
  const close = () => {
    clearTimeout(timer);
    source?.close();
    source = undefined;
  };
  if (!document.hidden) open();
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => event.persisted && open());
  addEventListener("online", open);
  // A tab that nobody looks at gives its line back, a calm one soon: browsers allow six to one server.
  let idle;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(idle);
    if (document.hidden) idle = setTimeout(close, calm ? 5000 : 120000);
    else if (!source) open();
  });
}

// Forms that stay on the page.

async function send(form, submitter) {
  const body = new URLSearchParams([...new FormData(form, submitter)].filter(([, value]) => typeof value === "string"));
  let answer;
  try {
    answer = await fetch(form.action, { method: "POST", body, headers: { accept: "text/html" } });
  } catch {
    return say("waiting");
  } finally {
    delete form.dataset.sent;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!answer.ok) {
    // The server's own page says what is wrong, with what was typed.
    document.title = page.title;
    document.querySelector("main").replaceWith(document.adoptNode(page.querySelector("main")));
    document.querySelector("[data-form-errors]")?.focus();
    return;
  }
  form.reset();
  const flash = page.querySelector(".flash");
  document.querySelector(".flash")?.remove();
  if (flash) document.getElementById("main").prepend(document.adoptNode(flash));
  refresh("");
}

// The same place after a break.

function keep() {
  const fields = {};
  for (const field of document.querySelectorAll("[data-live] textarea[id], [data-live] input[id]")) {
    if (typed(field) && field.type !== "password") fields[field.id] = field.value;
  }
  const focus = document.activeElement?.id ?? "";
  sessionStorage.setItem(kept, JSON.stringify({ y: scrollY, fields, focus }));
}

function comeBack() {
  const text = sessionStorage.getItem(kept);
  if (!text) return;
  sessionStorage.removeItem(kept);
  const { y, fields, focus } = JSON.parse(text);
  for (const [id, value] of Object.entries(fields)) {
    const field = document.getElementById(id);
    if (field && field.type !== "checkbox" && field.type !== "radio") field.value = value;
  }
  if (location.hash) return;
  scrollTo(0, y);
  if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
}

if (root) {
  if (!calm) {
    comeBack();
    addEventListener("pagehide", keep);
    document.addEventListener("submit", (event) => {
      const form = event.target.closest("form[data-live-form]");
      if (!form || event.defaultPrevented) return;
      event.preventDefault();
      send(form, event.submitter);
    });
  }
  connect();
}
