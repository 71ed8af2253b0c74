// Every kind of page that a person can reach by links, in both languages: answers, says nothing wrong in the console,
// fits its width, and has no serious or critical finding of axe-core.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { kindOf, seriousFindings, signIn, startBrowser, startServer } from "./support.mjs";

let server, browser;
before(async () => {
  server = await startServer();
  browser = await startBrowser();
}, { timeout: 120_000 });
after(async () => {
  await browser?.close();
  assert.equal(await server?.stop(), 0, "the server ends well");
});

// One page stands for its kind: the path with ids taken out, and the names of its query's parameters.
const kindOfLink = (href) => {
  const url = new URL(href);
  return `${kindOf(url.pathname)}?${[...new Set(url.searchParams.keys())].sort()}`;
};

// Files, and links that end the session.
const leaves = (url) => /\.(csv|xlsx|pdf|svg|json|ndjson|txt|zip)$/.test(url.pathname) || /^\/(assets|sign-out|metrics|healthz|readyz)/.test(url.pathname) || url.searchParams.has("format") || url.searchParams.has("lang");

async function linksOf(page) {
  const hrefs = await page.$$eval("a[href]", (links) => links.filter((a) => !a.hasAttribute("download")).map((a) => new URL(a.getAttribute("href"), location.href).href)); // a link in an SVG has no plain href
  return hrefs.filter((href) => href.startsWith(server.origin) && !leaves(new URL(href))).map((href) => href.split("#")[0]);
}

async function crawl({ role, language, width, most, axe }) {
  const page = await signIn(browser, server, role, { language, width });
  const troubles = [];
  let now = "";
  page.on("console", (message) => message.type() === "error" && troubles.push(`${now}: console: ${message.text()}`));
  page.on("pageerror", (error) => troubles.push(`${now}: script: ${error.message}`));
  const seen = new Set();
  const waiting = [server.origin + "/"];
  while (waiting.length > 0 && seen.size < most) {
    const href = waiting.shift();
    const kind = kindOfLink(href);
    if (seen.has(kind)) continue;
    seen.add(kind);
    now = href.slice(server.origin.length);
    const response = await page.goto(href).catch((error) => (troubles.push(`${now}: ${error.message.split("\n")[0]}`), null));
    if (!response) continue;
    if (response.status() !== 200) {
      troubles.push(`${now}: status ${response.status()}`);
      continue;
    }
    if (!/text\/html/.test(response.headers()["content-type"] ?? "")) continue;
    const [lang, overflow] = await page.evaluate(() => [document.documentElement.lang, document.documentElement.scrollWidth - window.innerWidth]);
    if (lang !== language) troubles.push(`${now}: lang=${lang}`);
    if (overflow > 1) troubles.push(`${now}: ${overflow} px wider than the window of ${width}`);
    if (axe) for (const finding of await seriousFindings(page)) troubles.push(`${now}: ${finding}`);
    // Depth first by kind: new kinds are looked for on every page.
    waiting.push(...(await linksOf(page)).filter((link) => !seen.has(kindOfLink(link))));
  }
  await page.context().close();
  return { troubles, seen };
}

describe("pages", () => {
  test("the strategy unit's pages in Japanese", async (t) => {
    const { troubles, seen } = await crawl({ role: "strategy_unit", language: "ja", width: 1440, most: 150, axe: true });
    t.diagnostic(`${seen.size} kinds of pages`);
    assert.deepEqual(troubles, []);
  });

  test("the administrator's pages in English", async (t) => {
    const { troubles, seen } = await crawl({ role: "administrator", language: "en", width: 1440, most: 150, axe: true });
    t.diagnostic(`${seen.size} kinds of pages`);
    assert.deepEqual(troubles, []);
  });

  test("a program officer's pages on a tablet", async (t) => {
    const { troubles, seen } = await crawl({ role: "program_officer", language: "ja", width: 820, most: 120, axe: false });
    t.diagnostic(`${seen.size} kinds of pages`);
    assert.deepEqual(troubles, []);
  });
});
