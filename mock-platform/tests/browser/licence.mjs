// 利用申請, from an office without a licence to one that has it: each message beside its field, terms that are
// scrolled to their end, the dialog, the completion page, and the texts before and after.
import { atClient, atSite, claim, look, open, person, push, reach, script, shows, tick, write } from "./kit.mjs";

const UNLICENSED = "9970100062";

await script("licence", async () => {
  const office = await person("the office");
  await open(office, "/usage");
  await look(office, "usage-login");
  await atSite(office, "/usage", UNLICENSED);
  await shows(office, "ただいまシステムは正常稼働中です。", "トップ");
  await shows(office, `個人ユーザID c${UNLICENSED} パスワード Person${UNLICENSED}`, "トップ");
  await look(office, "usage-top");
  await push(office, "link", "ライセンス");
  await shows(office, "差引状態 — 事業所名 ライセンスのない事業所みほん", "ライセンス without one");
  await push(office, "link", "利用申請/更新");
  await shows(office, `ユーザID : KJ99${UNLICENSED} 利用申請可能です。`, "利用申請/更新");
  await look(office, "usage-application");
  await push(office, "button", "申請");
  await look(office, "usage-form");

  // The boxes wait until the texts have been read to their ends, the button until both are ticked.
  const [terms, privacy] = [office.getByLabel("利用規約に同意する"), office.getByLabel("個人情報取り扱いに同意する")];
  const apply = office.getByRole("button", { name: "申請", exact: true });
  claim((await terms.isDisabled()) && (await privacy.isDisabled()) && (await apply.isDisabled()), "the form can be sent before anything was read");
  const hints = office.getByText("最後までスクロールすると、チェックを入れられます。");
  claim((await hints.filter({ visible: true }).count()) === 2, "it is not said why the boxes cannot be ticked");
  for (const [box, region] of [[terms, "利用規約"], [privacy, "個人情報取り扱いについて"]]) {
    await reach(office, office.getByRole("region", { name: region }));
    await office.keyboard.press("End");
    await office.waitForFunction((element) => !element.disabled, await box.elementHandle());
    claim(await apply.isDisabled(), `the form can be sent before ${region} was agreed to`);
    await tick(office, box);
  }
  claim(await apply.isEnabled(), "the form cannot be sent");
  claim((await hints.filter({ visible: true }).count()) === 0, "what has been done is still asked for");

  // Each message, beside its field. The boxes stay ticked from one try to the next.
  const good = {
    representative_family_name: "見本", representative_given_name: "一郎", contact_family_name: "見本", contact_given_name: "花子",
    phone: "0300000000", mail: "care-plan_1@mail.example.com", mail_again: "care-plan_1@mail.example.com",
  };
  const fill = async (changes) => {
    for (const [name, value] of Object.entries({ ...good, ...changes })) await write(office, office.locator(`input[name=${name}]`), value);
  };
  const trials = [
    ["代表者氏名", { representative_family_name: "" }, "未入力です。"],
    ["代表者氏名", { representative_given_name: "Ichiro" }, "不正な形式または不正な記号が入力されています。"],
    ["担当者氏名", { contact_given_name: "" }, "未入力です。"],
    ["電話番号 (ハイフンなし)", { phone: "" }, "未入力です。"],
    ["電話番号 (ハイフンなし)", { phone: "03-1234-567" }, "10桁、もしくは11桁の数字を入力してください。"],
    ["メールアドレス", { mail: "" , mail_again: "" }, "未入力です。"],
    ["メールアドレス", { mail: "test#@test.com", mail_again: "test#@test.com" }, "不正な形式または不正な記号が入力されています。"],
    ["メールアドレス (確認用)", { mail_again: "test2@test.com" }, "メールアドレスが一致していません。"],
  ];
  for (const [field, changes, message] of trials) {
    await fill(changes);
    await push(office, "button", "申請");
    await push(office, "button", "はい");
    const row = office.locator(".form > div", { has: office.locator("dt", { hasText: field }) });
    const beside = await row.filter({ has: office.locator(".wrong") }).first().locator(".wrong").innerText();
    claim(beside === message, `${field}: “${beside}”, not “${message}”`);
    const right = await row.first().evaluate((line) => {
      const wrong = line.querySelector(".wrong");
      return !wrong || wrong.getBoundingClientRect().left >= line.querySelector("input").getBoundingClientRect().right;
    });
    claim(right, `${field}: the message is not right of the field`);
  }
  await fill({ representative_family_name: "", contact_given_name: "", phone: "03-1234-567", mail: "test#@test.com", mail_again: "test1@test.com" });
  await push(office, "button", "申請");
  await push(office, "button", "はい");
  claim((await office.locator(".wrong").count()) === 5, `${await office.locator(".wrong").count()} messages, not 5`);
  await look(office, "usage-form-wrong");

  await fill({});
  await push(office, "button", "申請");
  await look(office, "usage-confirm");
  await push(office, "button", "いいえ");
  claim((await office.locator("input[name=phone]").inputValue()) === "0300000000", "いいえ loses what was written");
  await push(office, "button", "申請");
  await push(office, "button", "はい");
  await shows(office, "利用申請が完了しました。 申請日 2026/11/27 事業所名 ライセンスのない事業所みほん 代表者氏名 見本 一郎", "利用申請完了");
  await look(office, "usage-applied");
  await push(office, "link", "OK");
  await shows(office, "○新規で利用申請された方: 利用申請が正常に完了しております。", "利用申請/更新 afterwards");
  await shows(office, "○継続利用をご希望の方: ご利用期間内、もしくはライセンス料のお支払が完了していない為、現在は利用申請ができません。", "利用申請/更新 afterwards");
  claim(await office.getByRole("button", { name: "申請", exact: true }).isDisabled(), "申請 is not disabled afterwards");
  await look(office, "usage-application-done");
  await push(office, "link", "ライセンス");
  await shows(office, "有効期限 2027/11/26", "ライセンス");
  await look(office, "usage-licence");
  await push(office, "button", "自動更新を停止");
  await shows(office, "自動更新 なし", "ライセンス");
  await push(office, "link", "トップ");
  await shows(office, "利用可能です。 ただいまシステムは正常稼働中です。", "トップ afterwards");
  await push(office, "button", "ログアウト");

  await atClient(office, UNLICENSED);
  await shows(office, "ライセンスの有効期限 2027/11/26 有効", "ホーム");
});
