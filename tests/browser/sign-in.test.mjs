// Signing in and out as a person does, with the keyboard and without script; each role lands on a page of its own.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { seriousFindings, signIn, startBrowser, startServer } from "./support.mjs";

let server, browser;
before(async () => {
  server = await startServer({ tasksPerYear: 100, years: 2 });
  browser = await startBrowser();
}, { timeout: 120_000 });
after(async () => {
  await browser?.close();
  await server?.stop();
});

test("the server prints one account per role, and each signs in", async () => {
  assert.ok(server.accounts.size >= 10, server.printed);
  for (const role of server.accounts.keys()) {
    const page = await signIn(browser, server, role);
    assert.equal((await page.goto("/")).status(), 200, role);
    await page.context().close();
  }
});

test("signing in works by keyboard alone and without script", async () => {
  const { email, password } = server.accounts.get("program_officer");
  const context = await browser.newContext({ baseURL: server.origin, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto("/tasks");
  assert.match(page.url(), /\/sign-in/, "a stranger is asked to sign in");
  await page.focus("#email");
  await page.keyboard.type(email);
  await page.keyboard.press("Tab");
  await page.keyboard.type(password);
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  assert.match(page.url(), /\/tasks$/, "and comes where they wanted to go");
  await context.close();
});

test("a wrong password keeps the address and says so, without serious findings", async () => {
  for (const language of ["ja", "en"]) {
    const context = await browser.newContext({ baseURL: server.origin });
    await context.addCookies([{ name: "nk_lang", value: language, url: server.origin }]);
    const page = await context.newPage();
    await page.goto("/sign-in");
    await page.fill("#email", "nobody@example.jp");
    await page.fill("#password", "wrong");
    const [response] = await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
    assert.equal(response.status(), 422);
    assert.equal(await page.inputValue("#email"), "nobody@example.jp");
    assert.deepEqual(await seriousFindings(page), []);
    await context.close();
  }
});

test("signing out ends the session", async () => {
  const page = await signIn(browser, server, "auditor");
  await page.evaluate(() => document.querySelector("form[action='/sign-out']").requestSubmit());
  await page.waitForURL(/sign-in/);
  await page.goto("/");
  assert.match(page.url(), /\/sign-in/);
  await page.context().close();
});
