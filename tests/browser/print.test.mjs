// Paper shows everything: no box of a printed page is cut or scrolls, and nothing sticks over a row.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { signIn, startBrowser, startServer } from "./support.mjs";

let server, browser;
before(async () => {
  server = await startServer();
  browser = await startBrowser();
}, { timeout: 120_000 });
after(async () => {
  await browser?.close();
  assert.equal(await server?.stop(), 0, "the server ends well");
});

for (const width of [1440, 820]) {
  test(`tables of money are whole on paper from a window of ${width} px`, { timeout: 60_000 }, async () => {
    const page = await signIn(browser, server, "unit", { width });
    const troubles = [];
    for (const path of ["/budget", "/budget/contracts", "/budget/stages", "/budget/years", "/budget/programs/R05", "/budget/adjustments"]) {
      const response = await page.goto(path);
      if (response.status() !== 200) troubles.push(`${path}: status ${response.status()}`);
      await page.emulateMedia({ media: "print" });
      const found = await page.evaluate(() => {
        const cut = [...document.querySelectorAll(".table-box")].filter((box) => box.scrollHeight > box.clientHeight + 1).map((box) => `a box shows ${box.clientHeight} of ${box.scrollHeight} px`);
        const sticky = [...document.querySelectorAll(".table th, .table tfoot td")].filter((cell) => getComputedStyle(cell).position === "sticky").length;
        const tabs = [...document.querySelectorAll(".tabs")].filter((list) => getComputedStyle(list).display !== "none").length;
        return [...cut, ...(sticky ? [`${sticky} cells stick`] : []), ...(tabs ? ["tabs are printed"] : [])];
      });
      troubles.push(...found.map((trouble) => `${path}: ${trouble}`));
      await page.emulateMedia({ media: "screen" });
    }
    await page.context().close();
    assert.deepEqual(troubles, []);
  });
}
