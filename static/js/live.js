// Live pages: an element with data-live names an event stream. Events are
//   region  {"id": "...", "html": "..."}   the server's own markup for one element, replaced if it changed
//   reload  {}                             the page is out of date as a whole
// The browser reconnects with Last-Event-ID; data-live-status shows in words whether the line stands.

const root = document.querySelector("[data-live]");

function replace({ id, html }) {
  const old = document.getElementById(id);
  if (!old || old.contains(document.activeElement?.closest("input, select, textarea"))) return;
  const next = new DOMParser().parseFromString(html, "text/html").getElementById(id);
  if (!next || next.outerHTML === old.outerHTML) return;
  const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
  old.replaceWith(next);
  if (focused) document.getElementById(focused)?.focus();
}

function say(state) {
  for (const place of document.querySelectorAll("[data-live-status]")) {
    place.textContent = place.dataset[state] ?? "";
    place.dataset.state = state;
  }
}

if (root) {
  let source;
  let wait = 500;
  let last = "";
  const open = () => {
    const address = new URL(root.dataset.live, location.href);
    if (last) address.searchParams.set("after", last);
    source = new EventSource(address);
    source.onopen = () => {
      wait = 500;
      say("connected");
    };
    source.onerror = () => {
      say("waiting");
      if (source.readyState !== EventSource.CLOSED) return;
      setTimeout(open, wait + Math.random() * 250);
      wait = Math.min(wait * 2, 15000);
    };
    source.addEventListener("region", (event) => {
      last = event.lastEventId || last;
      replace(JSON.parse(event.data));
    });
    source.addEventListener("reload", () => location.reload());
  };
  open();
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => event.persisted && open());
}
