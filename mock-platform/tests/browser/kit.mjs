// What every script here needs: a browser that is watched, people who use it with the keyboard alone, and
// looks at pages. Runs in the folder whose node_modules holds playwright-core and axe-core. Given by
// variables: CHROMIUM, OUT (where screenshots go), MANAGE and PLATFORM (where the two listeners are), CLIENTS
// (certificates of offices), INPUT (files to send).
import { createRequire } from "node:module";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";

const require = createRequire(join(process.cwd(), "x.js"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

export const { OUT, MANAGE, PLATFORM, CLIENTS, INPUT } = process.env;
export const MANAGER = "9970100013";
export const PROVIDER = "9970100021";

const flags = "--no-sandbox --disable-gpu --disable-dev-shm-usage --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";
const wrong = [];
let looks = 0;
const seen = new Set();
const scriptless = new WeakSet();
const allowances = [];

/** Something that has to hold. */
export const claim = (holds, what) => holds || wrong.push(what);

mkdirSync(OUT, { recursive: true });
export const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: flags.split(" ") });

/** Runs a script and says what came of it. */
export async function script(name, body) {
  try {
    await body();
  } catch (error) {
    wrong.push(`${name}: ${error.stack}`);
    const pages = browser.contexts().flatMap((context) => context.pages());
    await Promise.all(pages.map((page, i) => page.screenshot({ path: join(OUT, `${name}-broken-${i}.png`) }).catch(() => {})));
  }
  await browser.close();
  for (const line of wrong) console.log(line);
  writeFileSync(join(OUT, `${name}.seen`), [...seen].sort().join("\n"));
  console.log(`${name}: ${looks > 0 ? "pages were looked at" : "nothing was looked at"}, ${wrong.length} complaints`);
  process.exitCode = wrong.length || !looks ? 1 : 0;
}

/** Somebody with a browser of their own, in which nothing may complain and nothing be asked of others. */
export async function person(who, options = {}) {
  const context = await browser.newContext({ acceptDownloads: true, locale: "ja-JP", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  // Whoever listens only when the key is pressed may be too late: the browser has to be asked for it first.
  page.on("filechooser", () => {});
  if (options.javaScriptEnabled === false) scriptless.add(page);
  context.on("request", (request) => {
    const url = request.url();
    claim(url.startsWith(`${MANAGE}/`) || url.startsWith("blob:"), `${who}: asks ${url}`);
  });
  context.on("console", (message) => {
    const allowed = allowances.some(([path, status]) => message.location().url === MANAGE + path && message.text().includes(`status of ${status}`));
    if (message.type() === "error" && !allowed) wrong.push(`${who}: console: ${message.text()} at ${page.url()}`);
  });
  page.on("pageerror", (error) => wrong.push(`${who}: ${error}`));
  page.on("dialog", (dialog) => {
    wrong.push(`${who}: a dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  return page;
}

/** Lets the console say that a page was answered with a status: Chromium calls every 4xx an error. */
export const allow = (path, status) => allowances.push([path, status]);

export const open = (page, path) => page.goto(MANAGE + path);

const focused = (locator) => locator.evaluate((element) => element === element.ownerDocument.activeElement);

/** Goes with the tabulator to an element, as who has no mouse does. */
export async function reach(page, locator) {
  await locator.waitFor();
  for (let steps = 0; steps < 400; steps += 1) {
    if (await focused(locator)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`the keyboard does not reach ${locator}`);
}

/** Writes into a field. */
export async function write(page, label, text) {
  const field = typeof label === "string" ? page.getByLabel(label, { exact: true }) : label;
  await reach(page, field);
  await page.keyboard.press("ControlOrMeta+A");
  if (text === "") await page.keyboard.press("Delete");
  else await page.keyboard.insertText(text);
}

/** Presses a button or follows a link that leads to another page. */
export async function push(page, role, name) {
  const locator = typeof name === "string" ? page.getByRole(role, { name, exact: true }) : name;
  await reach(page, locator);
  await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
}

/** Presses a button or follows a link that leads to a file, and keeps it. */
export async function fetched(page, role, name, as) {
  const locator = typeof name === "string" ? page.getByRole(role, { name, exact: true }) : name;
  await reach(page, locator);
  const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
  await download.saveAs(join(OUT, as));
  return download.suggestedFilename();
}

/** Chooses files with the keyboard: the field opens the dialogue of the system. */
export async function choose(page, label, files) {
  const field = page.locator(label);
  await reach(page, field);
  // A busy machine now and then loses a press.
  for (let tries = 3; ; tries -= 1) {
    const opened = page.waitForEvent("filechooser", { timeout: 10_000 }).catch(() => null);
    await page.keyboard.press("Space");
    const chooser = await opened;
    if (chooser) return chooser.setFiles(files);
    if (tries === 1) throw new Error(`the key opens no choice of files at ${label}`);
  }
}

/** Marks or unmarks a box or a circle. */
export async function tick(page, locator) {
  await reach(page, locator);
  await page.keyboard.press("Space");
}

/** Whether a page shows a text. */
export async function shows(page, text, where) {
  const words = (await page.locator("main").innerText()).replace(/\s+/g, " ");
  claim(words.includes(text), `${where}: no “${text}” in “${words.slice(0, 600)}”`);
}

/** Looks at a page: light and dark, narrow and wide; leaves pictures. Fails for what is too wide, what axe
 * calls serious, and what every page has to have. */
export async function look(page, name) {
  if (scriptless.has(page)) {
    // axe is a script. It looks at the same page of the same person in another window.
    const twin = await person(`${name}, with scripts`, { storageState: await page.context().storageState() });
    await twin.goto(page.url());
    await look(twin, name);
    return twin.context().close();
  }
  looks += 1;
  seen.add(new URL(page.url()).pathname);
  const before = page.viewportSize();
  for (const [colorScheme, width, height] of [["light", 1280, 900], ["dark", 1280, 900], ["light", 320, 640], ["dark", 320, 640]]) {
    const where = `${name}, ${colorScheme}, ${width}`;
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height });
    await page.screenshot({ path: join(OUT, `${name}-${colorScheme}-${width}.png`), fullPage: true });
    const room = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    claim(room <= 0, `${where}: the page is ${room} px too wide`);
    await page.evaluate(axe);
    const { violations, passes } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
    claim(passes.length > 10, `${where}: axe looked at nothing`);
    for (const { id, impact, nodes } of violations) {
      if (impact === "serious" || impact === "critical") wrong.push(`${where}: axe ${impact} ${id}: ${nodes[0].html.slice(0, 200)}`);
    }
  }
  claim(await page.locator(".banner strong", { hasText: "TEST" }).isVisible(), `${name}: no TEST banner`);
  claim((await page.locator("h1").count()) === 1, `${name}: not one heading`);
  claim((await page.locator("html").getAttribute("lang")) !== null, `${name}: no language`);
  // As on A4, which cannot be scrolled; lists lie on its long side.
  await page.emulateMedia({ colorScheme: "light", media: "print" });
  const wide = await page.evaluate(() => getComputedStyle(document.body).page === "lists");
  await page.setViewportSize({ width: wide ? 1046 : 718, height: 1000 });
  const cut = await page.evaluate(() => {
    const boxes = [...document.querySelectorAll("main *:not(.quiet, input, select, textarea)")].filter((box) => getComputedStyle(box).overflow !== "visible");
    return [document.documentElement, ...boxes].filter((box) => box.scrollWidth > box.clientWidth || (box.scrollHeight > box.clientHeight && boxes.includes(box))).map((box) => box.outerHTML.slice(0, 100));
  });
  claim(cut.length === 0, `${name}, printed: cut off in ${cut}`);
  await page.emulateMedia({ colorScheme: null, media: null });
  await page.setViewportSize(before);
}

/** Logs an office in at its client. */
export async function atClient(page, office) {
  await open(page, "/client");
  await page.getByLabel("この端末の事業所").selectOption(office);
  await write(page, "ユーザID", `c${office}`);
  await write(page, "パスワード", `Person${office}`);
  await push(page, "button", "ログイン");
  await write(page, "ユーザID", `KJ99${office}`);
  await write(page, "パスワード", `Office${office}`);
  await push(page, "button", "ログイン");
}

/** Logs 事業所ユーザ in at a site. */
export async function atSite(page, area, office) {
  await open(page, area);
  await write(page, "ユーザID", `KJ99${office}`);
  await write(page, "パスワード", `Office${office}`);
  await push(page, "button", "ログイン");
}

/** A request to the platform listener over TLS, as a program sends it: `identity` is what Node takes of a
 * client, such as `pfx` and `passphrase`. */
export function call(identity, method, path, body, token) {
  const ca = readFileSync(join(CLIENTS, MANAGER, "authority.pem"));
  const headers = { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) };
  return new Promise((resolve, reject) => {
    const sent = request(PLATFORM + path, { method, headers, ca, agent: false, ...identity }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, text: Buffer.concat(chunks).toString() }));
      response.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** The certificate that an office was given with its platform. */
export const identity = (office) => ({ cert: readFileSync(join(CLIENTS, office, "client.pem")), key: readFileSync(join(CLIENTS, office, "client.key")) });

/** Logs a program in; the token, or what was answered instead. */
export async function token(who, office) {
  const first = JSON.parse((await call(who, "POST", "/v1/login/personal", { user_id: `c${office}`, password: `Person${office}` })).text);
  const second = { step_token: first.data?.step_token, user_id: `KJ99${office}`, password: `Office${office}` };
  return JSON.parse((await call(who, "POST", "/v1/login/office", second)).text).data?.access_token;
}
