// Where the navigation or the tabs are wider than the screen, the current entry is brought into sight.

for (const current of document.querySelectorAll(".site-nav [aria-current], .tabs [aria-current]")) {
  const strip = current.closest("ul");
  if (strip.scrollWidth > strip.clientWidth) {
    strip.scrollLeft = current.offsetLeft - (strip.clientWidth - current.offsetWidth) / 2;
  }
}
