//! Plans that are wrong are refused, with the line and a sentence in both languages.

#![allow(clippy::unwrap_used)]

use renkei_mock_platform::faults::plan::MOST_BYTES;
use renkei_mock_platform::faults::{Fault, On, Operation, Plan};

/// The flaws of a plan, in Japanese and in English.
fn flaws(bytes: &[u8]) -> (Vec<String>, Vec<String>) {
    let flaws = Plan::parse(bytes).expect_err("a flaw");
    flaws.0.iter().map(|flaw| flaw.text()).map(|text| (text.ja, text.en)).unzip()
}

#[track_caller]
fn refused(plan: &str, ja: &[&str], en: &[&str]) {
    assert_eq!(flaws(plan.as_bytes()), (strings(ja), strings(en)));
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn a_plan_is_read_with_all_it_says() {
    let plan = Plan::parse(
        "# 例\n\n[[step]]\non = \"send\"\nnth = 2\ntimes = 3\noffice = \"9970100013\"\nfault = \"status-503\"\n\
         retry_after_s = 0x10\n\n[[step]]\nfault = \"reset-on-connect\"\nnth = \"every\"\non = \"connect\"\n"
            .as_bytes(),
    )
    .unwrap();
    let [first, second] = plan.steps() else { panic!("{} steps", plan.steps().len()) };
    assert_eq!((first.line, first.on), (3, On::Operation(Operation::Send)));
    assert_eq!(first.fault, Fault::Status503 { retry_after_s: 16 });
    assert_eq!(first.office.as_ref().unwrap().as_str(), "9970100013");
    assert_eq!(first.nth.to_string(), "2..4");
    assert_eq!((second.line, second.on), (11, On::Connect));
    assert_eq!(second.fault, Fault::ResetOnConnect);
    assert_eq!(second.nth.to_string(), "every");
    assert_eq!(second.office, None);
}

#[test]
fn an_empty_plan_is_a_flaw() {
    for empty in ["", "\n\n", "# 何もありません\n", "step = []\n"] {
        refused(empty, &["1行目: [[step]] が1つもありません"], &["line 1: there is no [[step]]"]);
    }
}

#[test]
fn unknown_names_are_told_with_the_one_that_was_meant() {
    refused(
        "[[step]]\non = \"sned\"\nnth = 1\nfault = \"status-50\"\n",
        &[
            "2行目: \"sned\" という操作はありません。\"send\" のことですか",
            "4行目: \"status-50\" という障害はありません。\"status-500\" のことですか",
        ],
        &[
            "line 2: there is no operation \"sned\"; did you mean \"send\"?",
            "line 4: there is no fault \"status-50\"; did you mean \"status-500\"?",
        ],
    );
    refused(
        "[[step]]\non = \"send\"\nnht = 1\nnth = 1\nfault = \"status-500\"\n\n[[stpe]]\n",
        &[
            "3行目: \"nht\" という項目はありません。\"nth\" のことですか",
            "7行目: \"stpe\" という項目はありません。\"step\" のことですか",
        ],
        &[
            "line 3: there is no key \"nht\"; did you mean \"nth\"?",
            "line 7: there is no key \"stpe\"; did you mean \"step\"?",
        ],
    );
    refused(
        "[[step]]\non = \"completely-other\"\nnth = 1\nfault = \"status-500\"\n",
        &["2行目: \"completely-other\" という操作はありません"],
        &["line 2: there is no operation \"completely-other\""],
    );
}

#[test]
fn the_parameter_of_another_fault_is_an_unknown_key() {
    refused(
        "[[step]]\non = \"send\"\nnth = 1\nfault = \"status-500\"\nretry_after_s = 1\n",
        &["5行目: \"retry_after_s\" という項目はありません"],
        &["line 5: there is no key \"retry_after_s\""],
    );
}

#[test]
fn what_a_step_needs_is_told_at_the_step() {
    refused(
        "\n[[step]]\n",
        &[
            "2行目: このstepには fault が必要です",
            "2行目: このstepには nth が必要です",
            "2行目: このstepには on が必要です",
        ],
        &["line 2: this step needs fault", "line 2: this step needs nth", "line 2: this step needs on"],
    );
    refused(
        "[[step]]\non = \"send\"\nnth = 1\nfault = \"status-503\"\n",
        &["1行目: このstepには retry_after_s が必要です"],
        &["line 1: this step needs retry_after_s"],
    );
}

#[test]
fn numbers_out_of_their_bounds_are_refused() {
    let nth = |value: &str| format!("[[step]]\non = \"send\"\nnth = {value}\nfault = \"status-500\"\n");
    for value in ["0", "-1", "1_000_001", "99999999999999999999"] {
        refused(
            &nth(value),
            &["3行目: nth は1以上1000000以下の整数です"],
            &["line 3: nth is a whole number from 1 to 1000000"],
        );
    }
    for value in ["\"always\"", "1.5", "true", "[1]", "2026-11-27"] {
        refused(
            &nth(value),
            &["3行目: nth は1以上の整数か \"every\" です"],
            &["line 3: nth is a whole number from 1, or \"every\""],
        );
    }
    refused(
        "[[step]]\non = \"send\"\nnth = 1\ntimes = 0\nfault = \"stall-before-response\"\nduration_ms = 600001\n",
        &["4行目: times は1以上1000000以下の整数です", "6行目: duration_ms は1以上600000以下の整数です"],
        &[
            "line 4: times is a whole number from 1 to 1000000",
            "line 6: duration_ms is a whole number from 1 to 600000",
        ],
    );
    refused(
        "[[step]]\non = \"home\"\nnth = 1\nfault = \"slow-response\"\nbytes_per_second = 19\n",
        &["5行目: bytes_per_second は20以上1000000以下の整数です"],
        &["line 5: bytes_per_second is a whole number from 20 to 1000000"],
    );
}

#[test]
fn what_does_not_go_together_is_refused() {
    refused(
        "[[step]]\non = \"send\"\nnth = \"every\"\ntimes = 2\nfault = \"status-500\"\n",
        &["4行目: nth = \"every\" に times は使えません"],
        &["line 4: times does not go with nth = \"every\""],
    );
    refused(
        "[[step]]\non = \"connect\"\nnth = 1\noffice = \"9970100013\"\nfault = \"reset-on-connect\"\n",
        &["4行目: 接続の時点では事業所が分からないため、on = \"connect\" に office は使えません"],
        &["line 4: whose connection it is is not known yet: office does not go with on = \"connect\""],
    );
    refused(
        "[[step]]\non = \"any\"\nnth = 1\nfault = \"delivered-twice\"\n",
        &["1行目: delivered-twice は on = \"any\" では起こせません。使える値: send, send-bulk"],
        &["line 1: delivered-twice cannot strike on = \"any\"; the values are send, send-bulk"],
    );
    refused(
        "[[step]]\non = \"send\"\nnth = 1\nfault = \"abort-handshake\"\n",
        &["1行目: abort-handshake は on = \"send\" では起こせません。使える値: connect"],
        &["line 1: abort-handshake cannot strike on = \"send\"; the values are connect"],
    );
    refused(
        "[[step]]\non = \"send\"\nnth = 1\noffice = \"99\"\nfault = \"status-500\"\n",
        &["4行目: \"99\" は事業所番号の形式ではありません"],
        &["line 4: \"99\" has not the form of an office number"],
    );
    refused(
        "[[step]]\non = 1\nnth = 1\nfault = [\"status-500\"]\n",
        &["2行目: on は文字列です", "4行目: fault は文字列です"],
        &["line 2: on is a string", "line 4: fault is a string"],
    );
    let (ja, en) = ("[[step]] の形で書いてください", "steps are written as [[step]]");
    refused("[step]\non = \"send\"\n", &[&format!("1行目: {ja}")], &[&format!("line 1: {en}")]);
    refused("\nstep = [1]\n", &[&format!("2行目: {ja}")], &[&format!("line 2: {en}")]);
}

#[test]
fn what_is_no_toml_is_told_with_its_line() {
    for (plan, line) in [
        ("[[step]]\non = \"send\n", 2),
        ("[[step]]\nnth = 1\nnth = 2\n", 3),
        ("[[step]]\n\non send\n", 3),
        ("[[step]\n", 1),
    ] {
        let (ja, en) = flaws(plan.as_bytes());
        assert_eq!((ja.len(), en.len()), (1, 1), "{plan}");
        assert!(ja[0].starts_with(&format!("{line}行目: TOMLとして読めません: ")), "{plan}: {ja:?}");
        assert!(en[0].starts_with(&format!("line {line}: this is not TOML: ")), "{plan}: {en:?}");
    }
}

#[test]
fn bytes_that_are_no_utf8_are_told_with_their_line() {
    // 「送信」 in Shift_JIS.
    assert_eq!(
        flaws(b"[[step]]\non = \"send\"\n# \x91\x97\x90\x4D\n"),
        (strings(&["3行目: UTF-8ではありません"]), strings(&["line 3: this is not UTF-8"]))
    );
}

#[test]
fn a_plan_of_a_megabyte_is_refused_unread() {
    let large = "#".repeat(1 << 20);
    assert_eq!(
        flaws(large.as_bytes()),
        (
            strings(&["1行目: 障害計画が大きすぎます（1048576バイト、最大262144バイト）"]),
            strings(&["line 1: the plan is too large (1048576 bytes of at most 262144)"]),
        )
    );
    let step = "[[step]]\non = \"home\"\nnth = 1\nfault = \"status-500\"\n";
    let mut fits = step.repeat(MOST_BYTES / step.len());
    fits.push_str(&" ".repeat(MOST_BYTES - fits.len()));
    assert_eq!(Plan::parse(fits.as_bytes()).unwrap().steps().len(), MOST_BYTES / step.len());
}

#[test]
fn deep_nesting_and_long_words_end_in_flaws() {
    let deep = format!("step = {}{}\n", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(flaws(deep.as_bytes()).1.len(), 1);
    let long = format!("[[step]]\non = \"{}\"\nnth = 1\nfault = \"status-500\"\n", "あ".repeat(50_000));
    let (ja, _) = flaws(long.as_bytes());
    assert_eq!(ja, [format!("2行目: \"{}\" という操作はありません", "あ".repeat(60))]);
}
