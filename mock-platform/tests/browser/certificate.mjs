// A certificate, from 発行申請を行う前に to its use: the p12 that the page gives opens a connection of a
// program that is not ours, and is what this program is known by.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PROVIDER, atClient, atSite, call, claim, fetched, look, open, person, push, reach, script, shows, token, write } from "./kit.mjs";

await script("certificate", async () => {
  const office = await person("the office");
  await open(office, "/e-seikyuu");
  await look(office, "certificates-login");
  await atSite(office, "/e-seikyuu", PROVIDER);
  const next = office.locator("form[action='/e-seikyuu/password'] button.main");
  claim(await next.isDisabled(), "次へ works before 発行申請を行う前に has been opened");
  await look(office, "certificates");
  await push(office, "link", "発行申請を行う前に");
  await look(office, "certificates-precautions");
  await push(office, "link", "閉じる");
  claim(await next.isEnabled(), "次へ does not work after 発行申請を行う前に");
  await push(office, "button", next);
  const password = office.getByLabel("証明書発行用パスワード");
  claim((await password.getAttribute("type")) === "password", "the password is not masked");
  await look(office, "certificates-password");
  await write(office, password, "Himitsudesu1");
  await push(office, "button", "次へ");
  const send = office.getByRole("button", { name: "利用規約に同意して送信" });
  claim(await send.isDisabled(), "the terms need not be read");
  await shows(office, "最後までスクロールすると、送信できます。", "送信確認");
  await look(office, "certificates-terms");
  await reach(office, office.getByRole("region"));
  await office.keyboard.press("End");
  await office.waitForFunction((element) => !element.disabled, await send.elementHandle());
  await push(office, "button", send);
  await shows(office, "処理終了", "処理終了");
  await look(office, "certificates-done");
  await push(office, "link", "終了");
  await shows(office, "2026/11/27 発行申請中 0円 請求委任事業所用ケアプラン証明書", "the history");

  const operator = await person("the operator");
  await open(operator, "/console/offices");
  await shows(operator, "ヘルパーステーションみほん 証明書の承認待ち", "事業所");
  await push(operator, "link", PROVIDER);
  await look(operator, "console-office-applied");
  await push(operator, "button", "発行を承認");

  await push(office, "link", "証明書");
  await shows(office, "2026/11/27 2026/11/27 2029/11/27 発行済み 0円", "the history");
  await look(office, "certificates-issued");
  await push(office, "link", "お知らせ一覧");
  await shows(office, "証明書発行完了通知", "お知らせ一覧");
  await look(office, "certificates-notices");
  await push(office, "link", "FAQ一覧");
  await shows(office, "拇印 (sha1)", "FAQ一覧");
  await look(office, "certificates-faq");
  await push(office, "link", "証明書");
  await push(office, "button", office.locator("form[action='/e-seikyuu/download'] button"));
  await look(office, "certificates-download");
  const name = await fetched(office, "link", office.locator("td a").first(), "issued.p12");
  claim(name === `${PROVIDER}-2.p12`, `the p12 is called ${name}`);

  const pfx = readFileSync(join(process.env.OUT, "issued.p12"));
  const refused = await call({ pfx, passphrase: "himitsudesu1" }, "GET", "/v1/home").catch((error) => error.message);
  claim(/mac verify failure/.test(refused), `another password opens the p12: ${refused}`);
  const holder = { pfx, passphrase: "Himitsudesu1" };
  const bearer = await token(holder, PROVIDER);
  const home = JSON.parse((await call(holder, "GET", "/v1/home", undefined, bearer)).text);
  claim(home.data?.certificate_until === "2029-11-27T23:59:59+09:00", `the platform knows another certificate: ${JSON.stringify(home)}`);

  await push(operator, "link", "TLS接続");
  await shows(operator, `CarePlanJigyousho`, "TLS接続");

  await push(operator, "link", "事業所");
  await push(operator, "link", PROVIDER);
  await push(operator, "button", operator.getByRole("button", { name: "失効させる" }).first());
  const revoked = await call(holder, "GET", "/v1/home", undefined, bearer).catch((error) => error.message);
  claim(/revoked/.test(String(revoked)), `a revoked certificate is taken: ${JSON.stringify(revoked)}`);
  await push(operator, "link", "TLS接続");
  await look(operator, "console-handshakes");
  await push(operator, "link", "成立しなかった接続のみ");
  await shows(operator, "certificate_revoked", "TLS接続");
  await atClient(office, PROVIDER);
  await shows(office, "電子証明書の有効終了日時", "ホーム with the certificate that is left");
});
