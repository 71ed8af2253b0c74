// A server of our own on a throwaway data directory, a browser, and the demo's accounts.
import { spawn, execFileSync } from "node:child_process";
import { createServer } from "node:net";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const program = process.env.NAKADACHI ?? new URL("../../target/release/nakadachi", import.meta.url).pathname;
const executablePath = process.env.CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
export const axeSource = createRequire(import.meta.url)("axe-core").source;

const freePort = () =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });

/** Starts the program on a small demo. Returns its address, `accounts` by role, `people` by the name before the @, and `stop`. */
export async function startServer({ tasksPerYear = 150, years = 4 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "nakadachi-browser-"));
  const env = { ...process.env, NAKADACHI_DATA_DIR: folder, NAKADACHI_LOG: "warn" };
  for (const name of ["DATABASE_URL", "DATABASE_READ_URL", "NAKADACHI_LISTEN"]) delete env[name];
  execFileSync("chmod", ["755", folder]);
  const sizes = ["--tasks-per-year", String(tasksPerYear), "--years", String(years)];
  const everybody = execFileSync(program, ["demo", ...sizes], { env, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  const port = await freePort();
  const process_ = spawn(program, ["serve", "--demo-if-empty", "--listen", `127.0.0.1:${port}`], { env, stdio: ["ignore", "pipe", "inherit"] });
  const origin = `http://127.0.0.1:${port}`;
  let printed = "";
  process_.stdout.on("data", (chunk) => (printed += chunk));
  const ended = new Promise((resolve) => process_.once("exit", (code) => resolve(code)));
  const stop = async () => {
    process_.kill("SIGINT");
    const code = await ended;
    rmSync(folder, { recursive: true, force: true });
    return code;
  };
  for (let tries = 0; ; tries += 1) {
    const answer = await fetch(`${origin}/readyz`).catch(() => null);
    if (answer?.ok) break;
    if (process_.exitCode !== null || tries > 600) throw new Error(`the server did not start:\n${printed}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const accounts = new Map();
  const people = new Map();
  for (const [, email, password] of everybody.matchAll(/^\S+\s+(\S+@\S+)\s+(\S+)\s*$/gm)) people.set(email.split("@")[0], { email, password });
  // The lines of the accounts follow the address by a moment.
  for (let tries = 0; accounts.size === 0 && tries < 100; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    for (const line of printed.split("\n").slice(0, -1)) {
      const found = line.match(/^(\S+)\s+(\S+@\S+)\s+(\S+)\s*$/);
      if (found && !accounts.has(found[1])) accounts.set(found[1], { email: found[2], password: found[3] });
    }
  }
  return { origin, accounts, people, printed, stop };
}

export const startBrowser = () =>
  chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });

/** A signed-in page of a role, or of a person by the name of the account; `language` is `ja` or `en`. */
export async function signIn(browser, server, role, { language = "ja", width = 1440, height = 900, script = true } = {}) {
  const account = server.accounts.get(role) ?? server.people.get(role);
  if (!account) throw new Error(`the demo printed no account for ${role}: ${[...server.accounts.keys()].join(", ")}`);
  const context = await browser.newContext({ baseURL: server.origin, viewport: { width, height }, locale: language, javaScriptEnabled: script });
  await context.addCookies([{ name: "nk_lang", value: language, url: server.origin }]);
  const page = await context.newPage();
  await page.goto("/sign-in");
  await page.fill("input[name=email]", account.email);
  await page.fill("input[name=password]", account.password);
  await Promise.all([page.waitForURL((url) => url.pathname !== "/sign-in"), page.click("form[action='/sign-in'] button")]);
  return page;
}

/** Serious and critical findings of axe-core on the page as it stands, one line each. */
export async function seriousFindings(page) {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, help, nodes }) => nodes.slice(0, 3).map((node) => `${id}: ${help}: ${node.target.join(" ")}`));
}

/** What stands for every page of one kind: `/tasks/0190…` is `/tasks/{id}`, `/programs/R05` is `/programs/{id}`. */
export const kindOf = (path) => path.replace(/\/[^/]*\d[^/]*/g, "/{id}");
