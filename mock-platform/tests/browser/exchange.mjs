// The twelve steps of the business flow: a plan goes from the care manager to the provider, its result comes
// back; through the screens alone, with the keyboard alone, one of the two offices without any script.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { INPUT, MANAGER, PROVIDER, allow, atClient, choose, claim, fetched, look, open, person, push, reach, script, shows, tick, write } from "./kit.mjs";

const exported = (set) => readdirSync(join(INPUT, set)).sort().map((name) => join(INPUT, set, name));

await script("exchange", async () => {
  const manager = await person("the care manager");
  const provider = await person("the provider", { javaScriptEnabled: false });

  await open(manager, "/");
  await look(manager, "first-page");
  await open(manager, "/client");
  await look(manager, "client-login-personal");
  await manager.getByLabel("この端末の事業所").selectOption(MANAGER);
  await write(manager, "ユーザID", `c${MANAGER}`);
  await write(manager, "パスワード", "wrong");
  await reach(manager, manager.getByRole("button", { name: "パスワードを表示" }));
  await manager.keyboard.press("Enter");
  claim((await manager.getByLabel("パスワード", { exact: true }).getAttribute("type")) === "text", "the password is not shown when asked for");
  await push(manager, "button", "ログイン");
  await shows(manager, "IDまたはパスワードが違います。 CPM-A01", "a wrong password");
  await look(manager, "client-login-refused");
  await write(manager, "パスワード", `Person${MANAGER}`);
  await push(manager, "button", "ログイン");
  await look(manager, "client-login-office");
  await write(manager, "ユーザID", `KJ99${MANAGER}`);
  await write(manager, "パスワード", `Office${MANAGER}`);
  await push(manager, "button", "ログイン");
  await shows(manager, "未取得のデータ 0件", "ホーム");
  await shows(manager, "テスト用の模擬環境です", "ホーム");
  await look(manager, "client-home");

  // ① The care software has written the files. ② They are uploaded.
  const plan = exported("202407-table");
  claim(plan.length === 3, `there are ${plan.length} files of a plan`);
  await push(manager, "link", "新規作成");
  await look(manager, "client-new");
  await choose(manager, "#file", [...plan.slice(0, 2), join(INPUT, "第3表.pdf")]);
  await push(manager, "button", "送信一覧に追加");
  await shows(manager, "この組み合わせのファイルは送信できません。 CPM-D04", "two of three files");
  await shows(manager, "送信できる最も近い形: UPPLAN + UPSIKYU + UPHOSOKU", "two of three files");
  await look(manager, "client-new-incomplete");
  await push(manager, "link", "編集");
  await look(manager, "client-edit");
  await push(manager, "button", "この行を削除");
  await shows(manager, "未送信のデータはありません。", "送信一覧");

  await push(manager, "link", manager.locator("nav").getByRole("link", { name: "新規作成" }));
  await choose(manager, "#file", plan);
  await push(manager, "button", "送信一覧に追加");
  await shows(manager, `ヘルパーステーションみほん ${PROVIDER} 2026/09/28 10:15:00`, "新規作成");
  await shows(manager, "登録 利用者補足情報 登録 サービス利用票（第6表）予定 登録 サービス利用票別表（第7表） 未送信 編集", "新規作成");
  await look(manager, "client-new-added");
  await push(manager, "link", "送信一覧へ");
  await look(manager, "client-sending");
  const hidden = await manager.locator(".scroll").evaluate((box) => box.scrollWidth - box.clientWidth);
  claim(hidden <= 0, `編集 is ${hidden} px out of sight`);
  const size = manager.viewportSize();
  await manager.setViewportSize({ width: 390, height: 844 });
  const edit = await manager.getByRole("link", { name: "編集" }).boundingBox();
  claim(edit.x + edit.width <= 390, `編集 ends ${edit.x + edit.width - 390} px beyond a narrow page`);
  await manager.setViewportSize(size);
  // ③ They are sent, with one message for all.
  await write(manager, manager.getByLabel("メッセージ（すべての送信に付けます）"), "10月分の予定です。\n<b>ご確認ください。</b>");
  await push(manager, "button", "一括送信");
  await shows(manager, "1件を送信しました。", "一括送信");
  await look(manager, "client-sending-sent");
  await push(manager, "link", "送信済");
  await shows(manager, "10月分の予定です。 <b>ご確認ください。</b>", "送信済");
  await look(manager, "client-sent");
  await push(manager, "link", manager.locator("td a").first());
  await look(manager, "client-sent-detail");

  // ④ The provider looks for what is new. ⑤ It downloads the files. ⑥ Its software takes them in.
  await atClient(provider, PROVIDER);
  await shows(provider, "未取得のデータ 1件", "ホーム of the provider");
  await push(provider, "link", "受信一覧");
  await shows(provider, "202407 202407 202407 未", "受信一覧");
  claim((await provider.locator("tr.new").count()) === 1, "the new row is not marked");
  const green = await provider.locator("tr.new td").first().evaluate((cell) => getComputedStyle(cell).backgroundColor);
  claim(green === "rgb(228, 245, 230)", `the new row is ${green}, not pale green`);
  await look(provider, "client-received-new");
  await push(provider, "link", provider.locator("tr.new a"));
  await shows(provider, `送信元事業所ID ${MANAGER} 居宅介護支援事業所みほん`, "the detail");
  await look(provider, "client-received-detail");
  const archive = await fetched(provider, "button", "データ取得", "plan.zip");
  claim(archive === "received.zip", `the archive is called ${archive}`);
  await push(provider, "link", "戻る");
  for (let tries = 0; tries < 50 && (await provider.locator("tr.new").count()) > 0; tries += 1) await push(provider, "link", "更新");
  await shows(provider, "1件（未0件）", "受信一覧 afterwards");
  await look(provider, "client-received-fetched");
  await push(provider, "link", "ダウンロード一覧");
  await shows(provider, "received.zip", "ダウンロード一覧");
  await look(provider, "client-downloads");

  // ⑦ The result is written. ⑧ It is uploaded. ⑨ It is sent.
  const result = exported("202407-result");
  claim(result.length === 1, `there are ${result.length} files of a result`);
  await push(provider, "link", "新規作成");
  await choose(provider, "#file", result);
  await push(provider, "button", "送信一覧に追加");
  await shows(provider, "居宅介護支援事業所みほん", "新規作成 of the provider");
  await push(provider, "link", "送信一覧へ");
  await push(provider, "button", "一括送信");
  await shows(provider, "1件を送信しました。", "一括送信 of the provider");

  // ⑩ The care manager looks for what is new. ⑪ It downloads the result. ⑫ Its software takes it in.
  await push(manager, "link", "受信一覧");
  await shows(manager, "ヘルパーステーションみほん UPJSK_202609", "受信一覧 of the care manager");
  await reach(manager, manager.getByRole("button", { name: "一括取得" }));
  const all = await fetched(manager, "button", "一括取得", "result.zip");
  claim(all === "received.zip", `the archive is called ${all}`);
  await tick(manager, manager.locator("td input[type=checkbox]"));
  await push(manager, "button", "一括取得");
  await shows(manager, "一括取得する行を選択してください。", "nothing ticked");
  await push(manager, "link", manager.locator("td a").first());
  const name = await fetched(manager, "link", manager.locator("dd a").first(), "result.CSV");
  claim(name === "UPJSK_202609_9970100021_11_9970100013_43_20261003174500.CSV", `the file is called ${name}`);
  claim(readFileSync(join(process.env.OUT, "result.CSV")).equals(readFileSync(result[0])), "the result is not what was sent");
  await open(manager, "/console/deliveries");
  await shows(manager, "S0000000001", "送信データ");
  await look(manager, "console-deliveries-two");
  await open(manager, "/client/received");
  await push(manager, "button", "ログアウト");
  await open(manager, "/client/received");
  claim(new URL(manager.url()).pathname === "/client/login", "after the logout the list is still there");
  allow("/client/nowhere", 404);
  await open(manager, "/client/nowhere");
  await look(manager, "no-such-page");
  await open(manager, "/language/en?to=/client/login");
  claim((await manager.locator("html").getAttribute("lang")) === "en", "the page is not in English");
  await look(manager, "client-login-english");
});
