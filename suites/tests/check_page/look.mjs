// Uses the page that checks files in Chromium as a developer does: `node look.mjs CHROMIUM SITE OUT SET`. SET
// is a folder with a rejected set in it, and as a zip beside it. Runs in the folder whose node_modules holds
// what it needs; leaves screenshots in OUT; fails with what is wrong.
import { createRequire } from "node:module";
import { appendFileSync, readFileSync, readdirSync, utimesSync } from "node:fs";
import { join } from "node:path";

const require = createRequire(join(process.cwd(), "x.js"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const [executablePath, site, out, set] = process.argv.slice(2);
const flags = "--no-sandbox --disable-gpu --disable-dev-shm-usage --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";
const wrong = [];
let claims = 0;
const claim = (holds, what) => {
  claims += 1;
  if (!holds) wrong.push(what);
};

const inner = join(set, "inner");
const path = (kind) => join(inner, readdirSync(inner).find((name) => name.startsWith(kind)));
const table = path("UPPLAN_");
// A value of the table that is no name of a file: it is masked until somebody asks.
const value = "見本　連子";

const browser = await chromium.launch({ executablePath, args: flags.split(" ") });

/** Watches a page: it may speak to this site only, and complain of nothing. */
function watch(page, where) {
  page.on("console", (message) => message.type() === "error" && wrong.push(`${where}: console: ${message.text()}`));
  page.on("pageerror", (error) => wrong.push(`${where}: ${error}`));
  page.on("request", (request) => request.url().startsWith(`${site}/`) || wrong.push(`${where}: asks for ${request.url()}`));
  return page;
}

async function open(options, where, address = "/check") {
  const context = await browser.newContext(options);
  const page = watch(await context.newPage(), where);
  // Whoever listens only when the key is pressed may be too late: the browser has to be asked for it first.
  page.on("filechooser", () => {});
  await page.goto(site + address);
  return page;
}

const report = (page) => page.frames().find((frame) => frame.name() === "report");
/** Waits until the frame holds a report that is not the one before. */
async function explained(page, act) {
  const answered = page.waitForResponse((response) => response.request().method() === "POST");
  await act();
  await (await answered).finished();
  await page.frameLocator("#report").locator("#verdict").waitFor();
  await page.locator("#said", { hasText: /./ }).waitFor({ state: "attached" });
  return report(page);
}

/** Drops files as a file manager does. */
async function drop(page, ...files) {
  const devtools = await page.context().newCDPSession(page);
  await page.evaluate(() => scrollTo(0, 0));
  const { x, y } = await page.locator("h1").first().boundingBox();
  const data = { items: [], files, dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"]) {
    await devtools.send("Input.dispatchDragEvent", { type, x: x + 5, y: y + 5, data });
  }
}

/** What axe calls serious or critical. It is evaluated by the debugger, which no policy of the page binds. */
async function accessible(frame, where) {
  await frame.evaluate(axe);
  const { violations, passes } = await frame.evaluate(() => window.axe.run(document, { iframes: false }));
  claim(passes.length > 10, `${where}: axe looked at nothing`);
  for (const { id, impact, nodes } of violations) {
    if (impact === "serious" || impact === "critical") wrong.push(`${where}: axe ${impact} ${id}: ${nodes[0].html.slice(0, 200)}`);
  }
}

/** Opens the choice of files by the key. A busy machine now and then loses the first press. */
async function chooser(page) {
  for (let tries = 3; ; tries -= 1) {
    const opened = page.waitForEvent("filechooser", { timeout: 10_000 }).catch(() => null);
    await page.keyboard.press("Enter");
    const found = await opened;
    if (found) return found;
    if (tries === 1) throw new Error("the key opens no choice of files");
  }
}

// A rejected file, dropped: at once explained, masked, and beside the form.
{
  const page = await open({ viewport: { width: 1280, height: 900 } }, "drop");
  let frame = await explained(page, () => drop(page, table));
  let text = await frame.textContent("body");
  claim(text.includes("不適合"), "drop: no verdict");
  claim(text.includes("cell/date-does-not-exist"), `drop: the rule is not named: ${text.slice(0, 2000)}`);
  claim(text.includes("まず直すところ") && text.includes("月の日数とうるう年を確かめ"), "drop: it is not said what to mend first");
  claim(!text.includes(value), "drop: a value is shown");
  claim((await page.textContent("#said")) === "結果を表示しました。", "drop: it is not said that the report is there");
  claim(await page.evaluate(() => document.querySelector("#report").getBoundingClientRect().top < 250), "drop: the report is out of sight");
  await page.screenshot({ path: join(out, "dropped.png") });

  // On paper a frame is cut off.
  await page.emulateMedia({ media: "print" });
  claim(!(await page.locator("#report").isVisible()) && (await page.locator(".paper").isVisible()), "print: a report that is cut off");
  await page.emulateMedia({ media: null });

  // The switch sends the same files once more.
  frame = await explained(page, () => page.locator("#values").check());
  text = await frame.textContent("body");
  claim(text.includes(value), "switch: no value is shown");
  claim(text.includes("値をそのまま表示しています"), "switch: the report does not warn");
  await page.screenshot({ path: join(out, "values.png") });
  frame = await explained(page, () => page.locator("#values").uncheck());
  claim(!(await frame.textContent("body")).includes(value), "switch: it cannot be taken back");

  // Other files begin masked.
  await explained(page, () => page.locator("#values").check());
  frame = await explained(page, () => drop(page, set));
  claim(!(await page.locator("#values").isChecked()), "folder: the switch stays on");
  text = await frame.textContent("body");
  claim(text.includes("1組") && text.includes("set/inner/UPPLAN_"), `folder: no set: ${text.slice(0, 2000)}`);
  frame = await explained(page, () => drop(page, `${set}.zip`));
  text = await frame.textContent("body");
  claim(text.includes("1組") && text.includes("set.zip/UPPLAN_"), "zip: no set");

  // The report's own links, filter and languages work where it is.
  await frame.locator("label:has(#lang-en)").click();
  claim((await frame.locator("html").getAttribute("lang")) === "en", "frame: its script does not run");
  await page.reload();
  claim((await report(page).textContent("body")).includes("結果はここに表示されます"), "reload: something was kept");
  await page.context().close();
}

// Chosen files, a chosen folder, a new tab.
{
  const page = await open({ viewport: { width: 1280, height: 900 } }, "choose");
  await page.locator("#file").setInputFiles([table]);
  let frame = await explained(page, () => page.getByRole("button", { name: "検査する", exact: true }).click());
  claim((await frame.textContent("body")).includes("cell/date-does-not-exist"), "choose: not explained");
  await page.locator("#folder").setInputFiles(set);
  claim((await page.locator("#file").inputValue()) === "", "choose: the files before stay chosen");
  frame = await explained(page, () => page.getByRole("button", { name: "検査する", exact: true }).click());
  claim((await frame.textContent("body")).includes("set/inner/UPPLAN_"), "choose: no folder");
  const [tab] = await Promise.all([page.context().waitForEvent("page"), page.getByRole("button", { name: "新しいタブで検査する" }).click()]);
  watch(tab, "tab");
  await tab.locator("#verdict").waitFor();
  claim((await tab.textContent("body")).includes("set/inner/UPPLAN_"), "tab: no report");
  await tab.close();

  // A file that was changed since: browsers refuse to send it, and the page says so.
  await page.locator("#file").setInputFiles([table]);
  // Chromium looks at a chosen file a little after it was chosen, but before anybody reads it.
  await page.locator("#file").evaluate((field) => field.files[0].slice(0, 1).arrayBuffer());
  appendFileSync(table, "\r\n");
  // Browsers look at whole seconds.
  utimesSync(table, new Date(), new Date(Date.now() + 10_000));
  await page.getByRole("button", { name: "検査する", exact: true }).click();
  await page.locator("#said.bad", { hasText: "ファイルが変わった" }).waitFor();
  claim(true, "");
  await page.locator("#file").setInputFiles([]);
  await page.getByRole("button", { name: "検査する", exact: true }).click();
  await page.locator("#said.bad", { hasText: "ファイルが選ばれていません。" }).waitFor();
  claim(true, "");
  await page.context().close();
}

// By the keyboard alone.
{
  const page = await open({ viewport: { width: 1280, height: 900 } }, "keyboard");
  await page.bringToFront();
  const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.textContent);
  for (let presses = 0; presses < 20 && (await focused()) !== "file"; presses += 1) await page.keyboard.press("Tab");
  claim((await focused()) === "file", `keyboard: ${await focused()} is reached, not the field for files`);
  await (await chooser(page)).setFiles([path("UPSIKYU_")]);
  const order = [];
  for (let presses = 0; presses < 3; presses += 1) {
    await page.keyboard.press("Tab");
    order.push(await focused());
  }
  claim(order.join() === "folder,values,検査する", `keyboard: the order is ${order}`);
  const frame = await explained(page, () => page.keyboard.press("Enter"));
  claim((await frame.textContent("body")).includes("不適合"), "keyboard: no report");
  await page.context().close();
}

// Without script.
{
  const page = await open({ javaScriptEnabled: false }, "no script");
  claim(!(await page.locator(".anywhere").isVisible()), "no script: a drop that cannot work is offered");
  await page.locator("#file").setInputFiles([path("UPSIKYU_")]);
  const sent = async () => {
    const answered = page.waitForResponse((response) => response.request().method() === "POST");
    await page.getByRole("button", { name: "検査する", exact: true }).click();
    await (await answered).finished();
    await page.frameLocator("#report").locator("#verdict").waitFor();
    return (await report(page).locator(".note").first().textContent()) ?? "";
  };
  claim((await sent()).includes("値は伏せて表示しています"), "no script: no report");
  await page.locator("#values").check();
  claim((await sent()).includes("値をそのまま表示しています"), "no script: the switch does nothing");
  await page.context().close();
}

// In every light and width, before and after; in English.
for (const colorScheme of ["light", "dark"]) {
  for (const width of [320, 1280]) {
    const where = `${colorScheme}, ${width}`;
    const page = await open({ colorScheme, viewport: { width, height: 900 } }, where);
    const room = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    await page.screenshot({ path: join(out, `before-${colorScheme}-${width}.png`), fullPage: true });
    claim((await room()) <= 0, `${where}: the page is ${await room()} px too wide`);
    await accessible(page.mainFrame(), where);
    await page.locator("#file").setInputFiles([path("UPSIKYU_")]);
    const frame = await explained(page, () => page.getByRole("button", { name: "検査する", exact: true }).click());
    claim((await frame.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)) <= 0, `${where}: the report is too wide for its frame`);
    await accessible(frame, `${where}, report`);
    await page.screenshot({ path: join(out, `after-${colorScheme}-${width}.png`), fullPage: true });
    await page.context().close();
  }
}
{
  const page = await open({ viewport: { width: 1280, height: 900 } }, "English", "/language/en?to=/check");
  const frame = await explained(page, () => drop(page, path("UPSIKYU_")));
  claim((await frame.locator("html").getAttribute("lang")) === "en", "English: the report is not");
  await page.screenshot({ path: join(out, "english.png"), fullPage: true });
  await page.context().close();
}

await browser.close();
for (const line of wrong) console.log(line);
console.log(`${claims} claims, ${wrong.length} complaints`);
process.exitCode = wrong.length ? 1 : 0;
