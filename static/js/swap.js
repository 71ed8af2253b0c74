// Parts that open in place: inside [data-swap], a link to this same page with another query is fetched, and its part of
// the same id takes the place of the present one. Without script the link is an ordinary one.

document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("[data-swap] a[href]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const to = new URL(link.getAttribute("href"), location.href);
  if (to.pathname !== location.pathname || to.search === location.search) return;
  event.preventDefault();
  const part = link.closest("[data-swap]");
  part.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(to, { headers: { "x-behind": "1" } });
    if (!answer.ok) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(part.id);
    const open = [...part.querySelectorAll("details")].map((d) => d.open);
    fresh.querySelectorAll("details").forEach((d, i) => (d.open = open[i] ?? d.open));
    part.replaceWith(fresh);
    history.pushState(null, "", to.pathname + to.search);
    [...fresh.querySelectorAll("a[href]")].find((a) => a.getAttribute("href").endsWith(to.hash || "#"))?.focus({ preventScroll: true });
  } catch {
    location.href = to;
  }
});

addEventListener("popstate", () => document.querySelector("[data-swap]") && location.reload());
