// The operator's console: a fault that is set there strikes a client; the journal is alive; clock, licences,
// notices, snapshots and reset do what they say.
import { MANAGER, PROVIDER, atClient, call, claim, identity, look, open, person, push, script, shows, tick, token, write } from "./kit.mjs";

await script("console", async () => {
  const operator = await person("the operator");
  const witness = await person("who reads the journal");
  await open(witness, "/console/journal");
  await witness.getByText("新しい行が自動で表示されます。").waitFor();
  await look(witness, "console-journal");
  const client = identity(MANAGER);
  const bearer = await token(client, MANAGER);
  await witness.locator("#lines tr", { hasText: `office ${MANAGER}` }).first().waitFor();

  await open(operator, "/console");
  await look(operator, "console-overview");
  await push(operator, "link", "障害計画");
  await look(operator, "console-faults");
  await push(operator, "link", operator.locator(".card", { hasText: "status-503" }).getByRole("link").first());
  await shows(operator, "計画に例を追加しました。", "障害計画");
  await write(operator, operator.getByLabel("計画（TOML）"), '[[step]]\non = "home"\nnth = 1\nfault = "status-530"\n');
  await push(operator, "button", "この計画にする");
  await shows(operator, "CPM-S400", "a plan with a fault that there is not");
  await look(operator, "console-faults-wrong");
  await write(operator, operator.getByLabel("計画（TOML）"), '[[step]]\non = "home"\nnth = 1\nfault = "status-503"\nretry_after_s = 7\n');
  await push(operator, "button", "この計画にする");
  await shows(operator, "1 home 1 — status-503 0 0", "障害計画");
  const struck = await call(client, "GET", "/v1/home", undefined, bearer);
  claim(struck.status === 503 && struck.headers["retry-after"] === "7", `the client gets ${struck.status}, ${struck.headers["retry-after"]}`);
  const spared = await call(client, "GET", "/v1/home", undefined, bearer);
  claim(spared.status === 200, `the second request gets ${spared.status}`);
  await push(operator, "link", "更新");
  await shows(operator, "1 home 1 — status-503 2 1", "障害計画");
  await look(operator, "console-faults-fired");
  await witness.locator("#lines tr", { hasText: "fault status-503" }).waitFor();
  await look(witness, "console-journal-live");
  await push(operator, "button", "障害をやめる");
  await shows(operator, "障害は起こりません。", "障害計画");

  const bare = await call({}, "GET", "/v1/home").catch((error) => error.message);
  claim(/certificate required|alert/.test(String(bare)), `without a certificate: ${JSON.stringify(bare)}`);
  await push(operator, "link", "TLS接続");
  await push(operator, "link", "成立しなかった接続のみ");
  await shows(operator, "certificate_required", "TLS接続");
  await look(operator, "console-handshakes-refused");
  await push(operator, "link", "送信データ");
  await look(operator, "console-deliveries");

  const notice = "<img src=x onerror=alert(1)>";
  await push(operator, "link", "概要");
  await write(operator, "件名", notice);
  await write(operator, "本文", "本文です。\n2行目です。");
  await push(operator, "button", "掲載");
  const office = await person("the office");
  await atClient(office, PROVIDER);
  await shows(office, notice, "ホーム");

  await operator.getByLabel("日時（日本時間）").fill("2027-01-05T09:30:00");
  await push(operator, "button", "この日時で止める");
  await shows(operator, "2027/01/05 09:30:00 停止中", "概要");
  await push(office, "link", "ホーム");
  claim(new URL(office.url()).pathname === "/client/login", "a session lives on after more than a month");
  await operator.getByLabel("日時（日本時間）").fill("2026-11-27T09:00:00");
  await push(operator, "button", "この日時で止める");

  await push(operator, "link", "事業所");
  await look(operator, "console-offices");
  await push(operator, "link", PROVIDER);
  await operator.getByLabel("有効期限").fill("2026-11-26");
  await push(operator, "button", "この日までにする");
  await shows(operator, "有効期限 2026/11/26 期限切れ", "the office");
  await look(operator, "console-office");
  await atClient(office, PROVIDER);
  await shows(office, "ライセンスの有効期限 2026/11/26 期限切れ", "ホーム");
  await look(office, "client-home-expired");

  await push(operator, "link", "概要");
  await write(operator, operator.getByLabel("名前（半角英数字と-、_）"), "before");
  await push(operator, "button", "作成");
  await shows(operator, "before", "概要");
  await tick(operator, operator.getByLabel("すべて消えることを確認しました"));
  await push(operator, "button", "リセット");
  await push(office, "link", "ホーム");
  claim(new URL(office.url()).pathname === "/client/login", "a session lives on after a reset");
  await push(operator, "link", "事業所");
  claim(!(await operator.locator("tr", { hasText: PROVIDER }).innerText()).includes("期限切れ"), "a reset keeps a licence as it was changed");
  await push(operator, "link", "概要");
  await push(operator, "button", "この時点に戻す");
  await push(operator, "link", "事業所");
  claim((await operator.locator("tr", { hasText: PROVIDER }).innerText()).includes("期限切れ"), "a snapshot brings nothing back");
  await open(operator, "/language/en?to=/console");
  await look(operator, "console-overview-english");
});
