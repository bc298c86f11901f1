// Goes through an attended run in Chromium as a person does:
// `node walk.mjs CHROMIUM OUT first|second ADDRESS GOOD WRONG`. Runs in the folder whose node_modules holds
// what it needs; leaves screenshots in OUT; fails with what is wrong. The first sitting uses a mouse, the
// second nothing but the keyboard.
import { createRequire } from "node:module";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const require = createRequire(join(process.cwd(), "x.js"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const [executablePath, out, sitting, address, good, wrong] = process.argv.slice(2);
const flags = "--no-sandbox --disable-gpu --disable-dev-shm-usage --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";
const root = new URL(address).origin;
const complaints = [];
const claim = (holds, what) => holds || complaints.push(what);
const files = (folder) => readdirSync(folder).sort().map((name) => join(folder, name));

const browser = await chromium.launch({ executablePath, args: flags.split(" ") });
const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true });
context.on("request", (request) => {
  if (!request.url().startsWith(`${root}/`) && !request.url().startsWith("data:")) complaints.push(`a request to ${request.url()}`);
});
context.on("console", (message) => message.type() === "error" && complaints.push(`console: ${message.text()}`));
context.on("weberror", (error) => complaints.push(`error: ${error.error()}`));
const page = await context.newPage();

/** Looks at the page wide and narrow, light and dark: room, and what axe calls serious or critical. */
async function look(name, on = page) {
  for (const [colorScheme, width] of [["light", 1280], ["light", 320], ["dark", 360]]) {
    await on.setViewportSize({ width, height: 900 });
    await on.emulateMedia({ colorScheme });
    const room = await on.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    claim(room <= 0, `${name}, ${width}: the page is ${room} px too wide`);
    // Evaluated by the debugger, which no policy of the page binds.
    await on.evaluate(axe);
    const { violations, passes } = await on.evaluate(() => window.axe.run(document));
    claim(passes.length > 5, `${name}: axe looked at nothing`);
    for (const { id, impact, nodes } of violations) {
      if (impact === "serious" || impact === "critical") complaints.push(`${name}, ${colorScheme}, ${width}: axe ${impact} ${id}: ${nodes[0].html.slice(0, 200)}`);
    }
    await on.screenshot({ path: join(out, `${sitting}-${name}-${colorScheme}-${width}.png`), fullPage: true });
  }
  await on.setViewportSize({ width: 1280, height: 900 });
  await on.emulateMedia({ colorScheme: "light" });
}

const says = async (text) => (await page.locator("main").innerText()).includes(text);
const click = (name) => page.getByRole("button", { name, exact: true }).click();
const go = (path) => page.goto(root + path);

/** Presses Tab until something is focused that answers to the test. */
async function tabTo(what, fits) {
  for (let presses = 0; presses < 400; presses += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(fits)) return;
  }
  complaints.push(`the keyboard does not reach ${what}`);
}

async function first() {
  await page.goto(address);
  await page.waitForURL(`${root}/`);
  claim(await says("予定を出力します"), "the list names the cases");
  await look("home");

  // An export whose files are good, dropped onto the page.
  await page.getByRole("link", { name: "このケースを開く" }).click();
  await look("intro");
  await click("始める");
  await look("export");
  const [sheet] = await Promise.all([context.waitForEvent("page"), page.getByRole("link", { name: /入力用シート/ }).click()]);
  await sheet.waitForLoadState();
  claim((await sheet.locator("h2").allInnerTexts()).includes("サービス利用票（予定）"), "the sheet has 第6表");
  await look("sheet", sheet);
  await sheet.pdf({ path: join(out, "sheet.pdf"), preferCSSPageSize: true, printBackground: true });
  await sheet.close();
  await page.locator("#files").scrollIntoViewIfNeeded();
  const box = await page.locator("#files").boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const cdp = await context.newCDPSession(page);
  for (const type of ["dragEnter", "dragOver", "drop"]) {
    await cdp.send("Input.dispatchDragEvent", { type, x, y, data: { items: [], files: files(good), dragOperationsMask: 1 } });
  }
  const dropped = await page.locator("#files").evaluate((input) => input.files.length);
  claim(dropped === files(good).length, `${dropped} files were dropped`);
  await click("渡して次へ");
  claim(await says("合格"), "good files pass");
  await look("pass");

  // One with a wrong file: the reason is shown.
  await page.getByRole("link", { name: "次のケースへ" }).click();
  await click("始める");
  await click("渡して次へ");
  claim(await says("ファイルを選ぶか"), "a form without files says what is missing");
  await look("nothing");
  await page.locator("#files").setInputFiles(files(wrong));
  await click("渡して次へ");
  claim(await says("不合格"), "wrong files fail");
  claim(await says("違う値になっています"), "the reason is shown");
  await look("fail");

  // An import, left after its first step.
  await page.getByRole("link", { name: "次のケースへ" }).click();
  await click("始める");
  await look("import");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: /ZIP/ }).click()]);
  claim((await download.failure()) === null, "the archive is downloaded");
  await page.getByLabel("すべて取り込めた").check();
  await click("答えて次へ");
  claim(await says("1行ずつ見比べてください"), "the reference is asked for");
  await look("show");

  // The language is changed on the spot.
  await click("English");
  claim(await says("compare them line by line"), "the page speaks English");
  claim((await page.evaluate(() => document.documentElement.lang)) === "en", "the language is said");
  await look("show-en");
  await click("日本語");

  // A case is left out, with a reason.
  await go("/case/d2.export.left-out");
  await page.getByText("このケースを見送る").click();
  await page.locator("#reason").fill("この機能はありません");
  await click("見送る");
  claim(await says("見送り"), "it is left out");
  await go("/");
  claim(await says("途中") || (await says("回答待ち")), "the import is begun");
  await look("list");
  // The reader closes the page; the run is ended by its operator.
  await go("/finish");
  claim(await says("まだ終わっていないケースがあります"), "it is told that a case is open");
  await look("finish");
  await click("終了する");
  claim(await says("終了しました"), "it has ended");
}

async function second() {
  await page.goto(address);
  await page.waitForURL(`${root}/`);
  await page.keyboard.press("Tab");
  claim(await page.evaluate(() => document.activeElement.getAttribute("href") === "#main"), "the first stop leads to the content");
  const button = (text) => tabTo(text, `(() => document.activeElement.textContent.trim() === ${JSON.stringify(text)})()`);
  await button("このケースを開く");
  await page.keyboard.press("Enter");
  await page.waitForURL(/case\/d2\.import\.plan/);
  claim(await says("続きから始まります"), "it goes on");
  await button("続ける");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".line");
  claim(await says("1行ずつ見比べてください"), "the first step is not asked again");
  // One line differs, all others are as shown.
  await tabTo("a line", `(() => document.activeElement.name === "l0")()`);
  await page.keyboard.press("Space");
  for (;;) {
    const left = await page.locator(`.line:not(:has(input:checked))`).count();
    if (!left) break;
    const group = await page.evaluate(() => [...document.querySelectorAll("section.group")].findIndex((one) => one.querySelector(".line:not(:has(input:checked))")));
    const several = await page.locator("section.group").nth(group).locator('button[name="all"]').count();
    if (several) {
      const value = await page.locator("section.group").nth(group).locator('button[name="all"]').getAttribute("value");
      await tabTo(`the button of group ${group}`, `(() => document.activeElement.name === "all" && document.activeElement.value === "${value}")()`);
      await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
    } else {
      const name = await page.locator("section.group").nth(group).locator('input[type="radio"]').first().getAttribute("name");
      await tabTo(name, `(() => document.activeElement.name === "${name}")()`);
      await page.keyboard.press("Space");
    }
  }
  await look("ticked");
  await button("答えて次へ");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".outcome");
  claim(await says("合格") && !(await says("不合格")), "what was seen passes");
  await look("pass");
  await button("終了して報告を作る");
  await page.keyboard.press("Enter");
  await page.waitForURL(/finish/);
  await button("終了する");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "終了しました" }).waitFor();
  await look("ended");
}

try {
  await (sitting === "first" ? first : second)();
} catch (error) {
  complaints.push(`stopped: ${error.message}`);
  await page.screenshot({ path: join(out, `${sitting}-stopped.png`), fullPage: true }).catch(() => {});
  // The run ends, so that who waits for it does not wait for ever.
  await go("/finish").then(() => page.locator("main form button").first().click()).catch(() => {});
}
await browser.close();
for (const line of complaints) console.log(line);
console.log(`${sitting}: ${complaints.length} complaints`);
process.exitCode = complaints.length ? 1 : 0;
