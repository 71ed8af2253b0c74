// A button with data-copies copies that text, or the address of the page when it is empty, and says so.

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  if (!button) return;
  const text = button.dataset.copies || location.href;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    return prompt(button.textContent.trim(), text);
  }
  const before = button.textContent;
  button.textContent = button.dataset.copied ?? "✓";
  setTimeout(() => (button.textContent = before), 1600);
});

for (const hidden of document.querySelectorAll("[data-copies][hidden], [data-needs-script][hidden]")) hidden.hidden = false;
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-prints]")) print();
});
