// Keys, dialogs and unsaved text work with script; everything still opens without it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { signIn, startBrowser, startServer } from "./support.mjs";

let server, browser;
before(async () => {
  server = await startServer();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const focusedHref = (page) => page.evaluate(() => document.activeElement?.getAttribute("href"));

test("j and k walk the rows of a list, Enter opens one, / goes to the search box", async () => {
  const page = await signIn(browser, server, "administrator");
  await page.goto("/admin/users");
  const hrefs = await page.$$eval("[data-row-link]", (links) => links.map((link) => link.getAttribute("href")));
  assert.ok(hrefs.length > 3);
  await page.keyboard.press("j");
  assert.equal(await focusedHref(page), hrefs[0]);
  await page.keyboard.press("j");
  await page.keyboard.press("ArrowDown");
  assert.equal(await focusedHref(page), hrefs[2]);
  await page.keyboard.press("k");
  assert.equal(await focusedHref(page), hrefs[1]);
  await page.keyboard.press("/");
  await page.keyboard.type("jk");
  assert.equal(await page.evaluate(() => document.activeElement.value), "jk", "keys are text inside a field");
  await page.keyboard.press("Escape");
  await page.focus(`[data-row-link][href="${hrefs[1]}"]`);
  await Promise.all([page.waitForURL(`**${hrefs[1]}`), page.keyboard.press("Enter")]);
});

test("? shows the keys in the language of the page, Escape closes them", async () => {
  for (const [language, heading] of [["ja", "キーボード操作"], ["en", "Keyboard shortcuts"]]) {
    const page = await signIn(browser, server, "auditor", { language });
    await page.goto(`/?lang=${language}`);
    await page.keyboard.press("?");
    assert.equal(await page.textContent("#keys h2"), heading);
    assert.ok(await page.isVisible("#keys"));
    await page.keyboard.press("Escape");
    assert.ok(!(await page.isVisible("#keys")));
  }
});

test("a form says that it has unsaved changes", async () => {
  const page = await signIn(browser, server, "administrator");
  await page.goto("/admin/users/new");
  assert.ok(!(await page.isVisible("[data-unsaved]")));
  await page.fill("#name_ja", "見本");
  assert.ok(await page.isVisible("[data-unsaved]"));
  await page.fill("#name_ja", "");
  assert.ok(!(await page.isVisible("[data-unsaved]")));
});

test("a file may be taken again at once", async () => {
  const page = await signIn(browser, server, "unit");
  await page.goto("/tasks");
  await page.$eval("form[action='/tasks/export']", (form) => (form.closest("details").open = true));
  for (const format of ["xlsx", "csv", "csv-sjis"]) {
    const taken = page.waitForEvent("download", { timeout: 5_000 });
    await page.click(`form[action='/tasks/export'] button[value='${format}']`);
    assert.ok((await taken).suggestedFilename(), format);
  }
  await page.context().close();
});

test("without script the menus open and the language switches", async () => {
  const page = await signIn(browser, server, "administrator", { script: false });
  await page.goto("/admin/users");
  await page.click(".site-menu > summary");
  assert.ok(await page.isVisible(".site-menu-body form[action='/sign-out'] button"));
  await page.click(".site-tools a[hreflang='en']");
  assert.equal(await page.getAttribute("html", "lang"), "en");
  assert.ok(await page.isVisible("main h1"));
});

test("the skip link is the first stop and leads to the content", async () => {
  const page = await signIn(browser, server, "auditor");
  await page.goto("/");
  await page.keyboard.press("Tab");
  assert.ok(await page.evaluate(() => document.activeElement.matches(".skip-link")));
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => location.hash === "#main" && document.activeElement.id === "main");
});
