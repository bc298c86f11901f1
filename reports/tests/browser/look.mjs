// Looks at pages in Chromium as their readers do: `node look.mjs CHROMIUM OUT PAGE…`. Runs in the folder
// whose node_modules holds what it needs; leaves screenshots and prints in OUT; fails with what is wrong.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(join(process.cwd(), "x.js"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const [executablePath, out, ...pages] = process.argv.slice(2);
const flags = "--no-sandbox --disable-gpu --disable-dev-shm-usage --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";
const wrong = [];
const claim = (holds, what) => holds || wrong.push(what);

const browser = await chromium.launch({ executablePath, args: flags.split(" ") });

/** Opens a page that may load nothing and complain of nothing. */
async function open(path, options, where) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const address = pathToFileURL(path).href;
  page.on("console", (message) => message.type() === "error" && wrong.push(`${where}: console: ${message.text()}`));
  page.on("pageerror", (error) => wrong.push(`${where}: ${error}`));
  page.on("request", (request) => request.url() !== address && wrong.push(`${where}: loads ${request.url()}`));
  await page.goto(address);
  return page;
}

const visible = (page, selector) => page.locator(selector).first().isVisible();

/** What axe calls serious or critical, and landmarks that sound alike. It is evaluated by the debugger, which no policy of the page binds. */
async function accessible(page, where) {
  await page.evaluate(axe);
  const { violations, passes } = await page.evaluate(() => window.axe.run(document));
  claim(passes.length > 10, `${where}: axe looked at nothing`);
  for (const { id, impact, nodes } of violations) {
    if (impact === "serious" || impact === "critical" || id === "landmark-unique") wrong.push(`${where}: axe ${impact} ${id}: ${nodes[0].html.slice(0, 200)}`);
  }
}

/** Prints a page. Chromium says "Printing failed" now and then on a busy machine; a page that cannot be printed never can. */
async function printed(path, name) {
  for (let tries = 3; ; tries -= 1) {
    const page = await open(path, {}, `${name}, print`);
    try {
      await page.pdf({ path: join(out, `${name}.pdf`), preferCSSPageSize: true, printBackground: true });
      return page;
    } catch (error) {
      if (tries === 1) throw error;
      await page.context().close().catch(() => {});
    }
  }
}

let looks = 0;
for (const path of pages) {
  const name = basename(path, ".html");
  for (const colorScheme of ["light", "dark"]) {
    for (const [device, width, height] of [["phone", 360, 780], ["desktop", 1280, 900], ["narrow", 320, 640]]) {
      const where = `${name}, ${colorScheme}, ${device}`;
      const page = await open(path, { colorScheme, viewport: { width, height } }, where);
      await page.screenshot({ path: join(out, `${name}-${colorScheme}-${device}.png`) });
      const room = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      claim(room <= 0, `${where}: the page is ${room} px too wide`);
      await accessible(page, where);
      looks += 1;
      await page.context().close();
    }
  }

  const plain = await open(path, { javaScriptEnabled: false }, `${name}, no script`);
  claim(await visible(plain, ".verdict h1 .ja"), `${name}: no verdict without script`);
  claim(await visible(plain, ".official .ja"), `${name}: no disclaimer without script`);
  claim(!(await visible(plain, ".verdict h1 .en")), `${name}: both languages at once`);
  await plain.locator('label:has(#lang-en)').click();
  claim(await visible(plain, ".verdict h1 .en"), `${name}: no English without script`);
  claim(!(await visible(plain, ".verdict h1 .ja")), `${name}: Japanese stays without script`);
  if (await plain.locator("article").count()) {
    claim(!(await visible(plain, "#filter")), `${name}: a filter that cannot work`);
    claim(await visible(plain, "article .hits"), `${name}: no findings without script`);
  }
  await plain.context().close();

  const page = await open(path, { viewport: { width: 1280, height: 900 } }, `${name}, filter`);
  await page.locator('label:has(#lang-en)').click();
  claim((await page.evaluate(() => document.documentElement.lang)) === "en", `${name}: the language is not said`);
  const articles = page.locator("article");
  const all = await articles.count();
  if (all) {
    const rule = await articles.first().getAttribute("data-rule");
    const same = await page.evaluate((id) => document.querySelectorAll(`article[data-rule="${CSS.escape(id)}"]`).length, rule);
    const shown = () => page.evaluate(() => document.querySelectorAll("article:not([hidden])").length);
    await page.locator('select[name="rule"]').selectOption(rule);
    claim((await shown()) === same, `${name}: the filter shows ${await shown()} of ${rule}, not ${same}`);
    await page.locator('#filter button[type="reset"]').click();
    await page.waitForFunction((count) => document.querySelectorAll("article:not([hidden])").length === count, all);
    for (const [filter, attribute] of [["severity", "data-severity"], ["authority", "data-authority"]]) {
      const value = await articles.first().getAttribute(attribute);
      await page.locator(`input[name="${filter}"][value="${value}"]`).uncheck();
      const left = await page.evaluate(([a, v]) => [...document.querySelectorAll("article:not([hidden])")].filter((e) => e.getAttribute(a) === v).length, [attribute, value]);
      claim(left === 0, `${name}: ${left} entries of ${filter} ${value} stay`);
      await page.locator(`input[name="${filter}"][value="${value}"]`).check();
    }
    await page.locator('select[name="file"]').selectOption("f1");
    const files = await page.evaluate(() => [...document.querySelectorAll("details.file:not([hidden])")].map((e) => e.id));
    claim(files.join() === "f1", `${name}: the filter shows the files ${files}`);
    await page.locator('#filter button[type="reset"]').click();
  }
  const toggle = page.locator("input.all").first();
  if (await toggle.count()) {
    const box = page.locator(".rowbox:has(input.all)").first();
    const cells = () => box.locator("thead th").evaluateAll((heads) => heads.filter((head) => head.offsetWidth > 0).length);
    const before = await cells();
    await toggle.check();
    claim((await cells()) > before, `${name}: the other items do not unfold`);
  }
  await page.context().close();

  const print = await printed(path, name);
  const pdf = readFileSync(join(out, `${name}.pdf`), "latin1");
  const sizes = [...pdf.matchAll(/\/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]/g)];
  claim(sizes.length > 0, `${name}: no page is printed`);
  claim(sizes.every(([, w, h]) => Math.abs(w - 595.28) < 1 && Math.abs(h - 841.89) < 1), `${name}: not A4`);
  // As wide as an A4 page between its margins, in CSS pixels: whatever reaches further is cut.
  await print.emulateMedia({ media: "print" });
  await print.setViewportSize({ width: 703, height: 1000 });
  const cut = await print.evaluate(() => [...document.querySelectorAll("main *, footer *")].filter((e) => e.getClientRects().length && !e.closest("svg, .quiet") && e.getBoundingClientRect().right > 704).map((e) => `${e.tagName}.${e.className}`).slice(0, 3));
  claim(cut.length === 0, `${name}: cut in print: ${cut}`);
  await print.context().close();
}
await browser.close();
for (const line of wrong) console.log(line);
console.log(`${looks} looks, ${wrong.length} complaints`);
process.exitCode = wrong.length || !looks ? 1 : 0;
