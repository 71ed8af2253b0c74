// A matching session from its preparation to the file that anybody can replay, in browsers of several people at once:
// the strategy unit, the sending and the receiving PS, later the PDs of both sides. SHOTS=folder keeps a picture of every step.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { seriousFindings, signIn, startBrowser, startServer } from "./support.mjs";

const program = process.env.NAKADACHI ?? new URL("../../target/release/nakadachi", import.meta.url).pathname;
const shots = process.env.SHOTS;

let server, browser, unit, sending, receiving;
before(async () => {
  server = await startServer({ tasksPerYear: 150, years: 4 });
  browser = await startBrowser();
  [unit, sending, receiving] = await Promise.all(["unit", "ps-next", "ps"].map((who) => signIn(browser, server, who)));
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await server?.stop();
});

let step = 0;
async function shot(page, name) {
  if (!shots) return;
  mkdirSync(shots, { recursive: true });
  step += 1;
  for (const width of [1440, 820]) {
    await page.setViewportSize({ width, height: 1000 });
    await page.screenshot({ path: join(shots, `${String(step).padStart(2, "0")}-${name}-${width}.png`), fullPage: true });
  }
  await page.setViewportSize({ width: 1440, height: 900 });
}

const day = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const press = (page, selector) => Promise.all([page.waitForNavigation(), page.click(selector)]);
// A button whose form asks first.
async function confirm(page, selector, dialog) {
  await page.click(selector);
  await press(page, `#${dialog} [data-confirms]`);
}
const textOf = (page, selector) => page.textContent(selector).then((text) => text.trim());

/** Milliseconds until `selector` shows `words` on a page. */
async function until(page, selector, words, since) {
  await page.waitForFunction(([s, w]) => document.querySelector(s)?.textContent.includes(w), [selector, words], { timeout: 5_000, polling: 5 });
  return Date.now() - since;
}

let session; // its address

test("the unit prepares a session: tasks by a query, slots of the year's calls, what each rule removes", async () => {
  await unit.goto("/matching/new");
  await unit.fill("#name", "三人で歩くセッション");
  await unit.fill("#fiscal_year", "R9");
  await unit.fill("#interest_deadline", `${day(8)}T17:00`);
  await unit.fill("#consent_until", day(40));
  await press(unit, "form[action='/matching'] .button-primary");
  session = new URL(unit.url()).pathname.split("/").slice(0, 4).join("/");
  await unit.goto(`${session}/tasks`);
  await unit.fill("#q", "program:R04 ends:<12m");
  await press(unit, "form[method=get] button:has-text('確かめる')");
  await shot(unit, "tasks-offered");
  await press(unit, "button:has-text('対象課題に加える')");
  assert.ok((await unit.$$("main table[data-list] tbody tr")).length >= 2, "tasks of R04 that end within a year");
  await unit.goto(`${session}/slots`);
  const group = unit.locator("tbody", { has: unit.locator("a[href='/programs/R05']") });
  for (const box of await group.locator("input[name=slots]").all()) await box.check();
  await press(unit, "button:has-text('選んだ枠を受入側にする')");
  await shot(unit, "slots");
  await unit.goto(`${session}/allocations`);
  await shot(unit, "allocations");
  await unit.goto(session);
  await shot(unit, "overview-draft");
  await press(unit, "button:has-text('適格を判定する')");
  await unit.goto(`${session}/eligibility`);
  await shot(unit, "eligibility");
  assert.match(await textOf(unit, "#session-body p"), /適格は/);
});

test("candidates are read and changed by the keyboard alone", async () => {
  await unit.goto(session);
  await press(unit, "button:has-text('候補を作成する')");
  await unit.goto(`${session}/candidates`);
  await shot(unit, "candidates");
  assert.deepEqual(await seriousFindings(unit), []);
  const colours = await unit.$$eval(".legend-mark", (marks) => new Set(marks.map((m) => getComputedStyle(m).backgroundColor)).size);
  assert.equal(colours, 9, "every part of a score has a colour of its own in the legend");
  await unit.keyboard.press("j");
  const task = await unit.evaluate(() => document.activeElement.getAttribute("href"));
  await Promise.all([unit.waitForURL(`**${task}`), unit.keyboard.press("Enter")]);
  await shot(unit, "task");
  const focused = () => unit.evaluate(() => document.activeElement.getAttribute("href"));
  await unit.keyboard.press("j");
  const pair = await focused();
  await unit.keyboard.press("a");
  await unit.keyboard.type("別の枠を優先するため");
  await Promise.all([unit.waitForNavigation(), unit.keyboard.press("Enter")]);
  assert.match(await textOf(unit, ".flash"), /候補から外しました/);
  for (let presses = 0; (await focused()) !== pair && presses < 60; presses += 1) await unit.keyboard.press("j");
  await unit.keyboard.press("a");
  await unit.keyboard.type("やはり残すため");
  await Promise.all([unit.waitForNavigation(), unit.keyboard.press("Enter")]);
  assert.match(await textOf(unit, ".flash"), /候補に加えました/);
  await unit.keyboard.press("j");
  await Promise.all([unit.waitForURL("**/pairs/**"), unit.keyboard.press("Enter")]);
  assert.ok(await unit.isVisible("#words"), "the words that made the score");
  await shot(unit, "pair");
});

/** Answers every pair of the list on the page: wishes, and a “no” with its reason for the last one. */
async function answer(page) {
  const rows = await page.$$("#answers tbody tr");
  for (const [at, row] of rows.entries()) {
    const last = at === rows.length - 1 && rows.length > 2;
    await (await row.$(`input[value="${last ? 4 : 1 + (at % 3)}"]`)).check();
    if (last) await (await row.$("select")).selectOption("too_early");
  }
  return rows.length;
}

test("both sides answer blind, are told calmly that something changed, and lose nothing that they typed", async () => {
  await unit.goto(session);
  await confirm(unit, "button:has-text('枠を確定して意向を聞く')", "confirm-step");
  await unit.goto(`${session}/interest`);
  for (const page of [sending, receiving]) {
    await page.goto(`${session}/interest`);
    await press(page, "a[data-row-link][href^='/matching/lists/']");
  }
  await shot(receiving, "list-empty");
  await answer(sending);
  await receiving.fill("#answers tbody tr:first-child input[name^='note-']", "まだ書いている途中の備考");
  await sending.waitForFunction(() => document.querySelector("[data-autosave-status]")?.textContent.includes("自動保存"));
  await shot(sending, "list-answered");
  await press(sending, "#answers button[name=submit]");
  assert.ok(!(await sending.textContent("#session-body")).includes("まだ書いている途中"), "blind");

  // The unit's page is up to date without a reload; the other side's form is untouched and says that something changed.
  await unit.waitForFunction(() => /1 \/ 2/.test(document.querySelector("#session-body .facts")?.textContent ?? ""), null, { timeout: 5_000 });
  await receiving.waitForSelector("#session-change:not([hidden])", { timeout: 5_000 });
  assert.equal(await receiving.inputValue("#answers tbody tr:first-child input[name^='note-']"), "まだ書いている途中の備考");
  await shot(receiving, "list-told");
  await answer(receiving);
  await press(receiving, "#answers button[name=submit]");
  await unit.waitForFunction(() => document.querySelector("#session-body")?.textContent.includes("まだ書いている途中の備考"), null, { timeout: 5_000 });
  await shot(unit, "interest-open");
});

let version; // the address of the version that is adopted

test("the unit solves, locks with a reason and a price, and compares versions", async () => {
  await unit.goto(session);
  await press(unit, "button:has-text('回答を開いて割当てへ')");
  await unit.goto(`${session}/solutions`);
  await press(unit, "button:has-text('計算する')");
  await shot(unit, "solution");
  assert.match(await textOf(unit, "p.toolbar"), /検証済み/);
  const whyNot = unit.locator("a", { hasText: "なぜ入らないか" });
  const target = (await whyNot.count()) > 0 ? whyNot.first() : unit.locator("#main tr[id^='pair-'] a[data-row-link]").first();
  await Promise.all([unit.waitForNavigation(), target.click()]);
  await shot(unit, "why");
  await unit.fill("#reason", "前年度の合同会議での約束");
  await press(unit, "button[name=kind][value=lock]");
  await shot(unit, "locked");
  version = new URL(unit.url()).pathname;
  await unit.goto(`${version}/comparison?with=1`);
  await shot(unit, "comparison");
  await unit.goto(`${version}/margins`);
  await shot(unit, "margins");
});

test("what the facilitator does is seen by the others within a second, and who drops off comes back to the same place", async (t) => {
  for (const page of [unit, sending, receiving]) {
    await page.goto(`${session}/live`);
    await page.waitForFunction(() => document.querySelector("[data-live-status]")?.dataset.state === "connected");
  }
  const discuss = unit.locator("button[id^='discuss-']").first();
  const title = (await unit.locator("#pairs tbody tr .title").first().textContent()).trim().slice(0, 12);
  const since = Date.now();
  await discuss.click();
  const times = await Promise.all([sending, receiving].map((page) => until(page, "#table", title, since)));
  t.diagnostic(`the pair on the table stood on the others' screens after ${times.join(" and ")} ms`);
  assert.ok(Math.max(...times) < 1_000, `${times} ms`);
  const voted = Date.now();
  await receiving.click("#vote-for");
  const heard = await until(unit, "#tally", "賛成 1", voted);
  t.diagnostic(`a vote stood on the facilitator's screen after ${heard} ms`);
  assert.ok(heard < 1_000, `${heard} ms`);
  await shot(unit, "live-facilitator");
  await shot(receiving, "live-participant");

  // The facilitator types, loses the network, and somebody votes meanwhile.
  const box = unit.locator("#reason");
  const typed = (await box.count()) > 0;
  if (typed) await box.fill("書きかけの理由");
  await unit.evaluate(() => scrollTo(0, 150));
  const place = await unit.evaluate(() => scrollY);
  await unit.context().setOffline(true);
  await sending.click("#vote-against");
  await until(sending, "#tally", "反対 1", Date.now());
  assert.match(await unit.textContent("#tally"), /反対 0/, "nothing comes through without a network");
  const back = Date.now();
  await unit.context().setOffline(false);
  const caught = await until(unit, "#tally", "反対 1", back);
  t.diagnostic(`after the break the facilitator's page was up to date in ${caught} ms`);
  if (typed) assert.equal(await box.inputValue(), "書きかけの理由");
  assert.ok(Math.abs((await unit.evaluate(() => scrollY)) - place) < 5, "at the same place");
  if (typed) await box.fill("");
});

/** The projects whose PD must consent to an agreement. */
async function projectsOf(agreement) {
  await unit.goto(agreement);
  const rows = await unit.$$eval("main table tbody tr", (all) => all.map((row) => [row.cells[0].textContent, row.cells[1].textContent]));
  return rows.filter(([party]) => party.includes("PD")).map(([, project]) => project.trim());
}

/** The administrator makes the demo's PD the PD of these projects too: the demo has accounts for two projects only. */
async function makeDirector(projects) {
  const admin = await signIn(browser, server, "administrator");
  for (const project of projects) {
    await admin.goto("/admin/users");
    await Promise.all([admin.waitForNavigation(), admin.click("tr:has-text('pd@demo.nakadachi.example') a[data-row-link]")]);
    await admin.selectOption("#role", "program_director");
    const scope = admin.locator("#scope option", { hasText: project }).first();
    await admin.selectOption("#scope", await scope.getAttribute("value"));
    await admin.fill("#valid_from", day(-30));
    await press(admin, "button:has-text('役割を追加')");
  }
  await admin.context().close();
}

test("everybody consents, one declines, a task moves", async () => {
  await unit.goto(`${session}/solutions`);
  await confirm(unit, "button:has-text('この版を採用')", "adopting");
  const director = await signIn(browser, server, "pd");
  await sending.goto(`${session}/consent`);
  await shot(sending, "consent");
  const all = await sending.$$eval("#session-body a[data-row-link]", (links) => links.map((a) => a.getAttribute("href")));
  assert.ok(all.length >= 1);
  const [first, second] = all;
  await makeDirector(await projectsOf(first));
  for (const page of [sending, receiving, director]) {
    await page.goto(first);
    const give = page.locator("form:has(input[value=give]) button");
    if ((await give.count()) > 0) await Promise.all([page.waitForNavigation(), give.click()]);
  }
  if (second) {
    await receiving.goto(second);
    await receiving.selectOption("#decline_reason", "budget");
    await receiving.fill("#note", "次年度の上限に達したため");
    await press(receiving, ".button-danger:has-text('辞退する')");
    await shot(receiving, "declined");
  }
  await unit.goto(first);
  await shot(unit, "agreed");
  await unit.check("#way-new");
  await unit.fill("#evidence", "令和9年3月1日付 採択通知");
  await press(unit, "#transfer button:has-text('移行を記録')");
  assert.match(await unit.textContent("main"), /移行済み/);
  await shot(unit, "transferred");
  await unit.goto(`${session}/consent`);
  await shot(unit, "consent-settled");
});

test("report, workbook, PDF and the file that replays identically", async () => {
  await unit.goto(`${session}/solutions`);
  await unit.click(".page-actions a:has-text('報告')");
  await unit.waitForURL("**/report");
  await shot(unit, "report");
  const report = unit.url();
  const folder = shots ?? process.env.TMPDIR ?? "/tmp";
  const download = async (selector, name) => {
    const [file] = await Promise.all([unit.waitForEvent("download"), unit.click(selector)]);
    const path = join(folder, name);
    await file.saveAs(path);
    return path;
  };
  const workbook = readFileSync(await download("a[href$='/report/workbook']", "session-report.xlsx"));
  assert.equal(workbook.subarray(0, 2).toString(), "PK");
  const document_ = await unit.request.get(`${report}/document`);
  assert.ok(document_.status() === 200 || document_.status() === 422, "a PDF, or which font to install");
  if (document_.status() === 200) {
    const pdf = await document_.body();
    assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
    if (shots) writeFileSync(join(shots, "session-report.pdf"), pdf);
  }
  const file = await download("a[href$='/session-file']", "session-file.json");
  const said = execFileSync(program, ["match", "replay", file], { encoding: "utf8" });
  assert.match(said, /identical/);
});
