//! The HTML page: one file, nothing loaded, nothing of the input as markup, below five megabytes.

#![allow(clippy::unwrap_used)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use common::{Setup, report, small};
use renkei_reports::{InputRecord, Lang, LeftOut, OmittedRecord, Report, Verdict, html, json};
use renkei_validator::NotChecked;
use renkei_validator::draft::Draft;
use renkei_validator::text::Message;
use scraper::{ElementRef, Html, Selector};
use serde_json::Value;
use sha2::{Digest, Sha256};

const LIMIT: usize = 5_000_000;

fn page(report: &Report, lang: Lang) -> String {
    let mut out = Vec::new();
    html(report, lang, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn select<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).unwrap()).collect()
}

fn texts(page: &Html, selector: &str) -> Vec<String> {
    select(page, selector).iter().map(|element| element.text().collect()).collect()
}

const NAME: &str = "DLTPLAN_202610_9970100013_43_9970100021_11_20260929083000.CSV";

/// A wrong month with its neighbours, a row of too few items, a wrong line end, an input that is no CSV,
/// one without findings, and something that could not be read.
fn everything() -> Report {
    let not_checked = [NotChecked {
        what: Message::same("受信.zip"),
        why: Message::pair("zipとして読み取れません", "it cannot be read as a zip archive"),
        blocks: true,
    }];
    let row = |person: u8, month: u8| format!("202407,990010,00000001{person:02},2026{month:02}\r\n");
    let mut rows: Vec<String> = (1..9).map(|person| row(person, 10)).collect();
    rows[2] = row(3, 13);
    rows[5] = row(6, 14);
    rows.push("202407,990010,0000000109\n".to_owned());
    let mut files = small(NAME, rows.concat().as_bytes());
    files.extend(Draft::sample("202407-prevention").unwrap().to_files());
    files.extend(small("メモ.pdf", b"%PDF"));
    report(&files, &Setup { keep: 1, not_checked: &not_checked, ..Setup::default() })
}

/// The page without style and script, which have digests of their own.
fn without_inlined(page: &str) -> String {
    let mut text = page.to_owned();
    for tag in ["style", "script"] {
        let from = text.find(&format!("<{tag}>")).unwrap() + tag.len() + 2;
        let to = text.rfind(&format!("</{tag}>")).unwrap();
        text.replace_range(from..to, "…");
    }
    text
}

#[test]
fn a_page_with_everything_is_as_it_was_approved() {
    insta::assert_snapshot!(without_inlined(&page(&everything(), Lang::Ja)));
}

/// Seven rows of too few items, `few` of them warnings only, of which so many are listed.
fn of_two_severities(keep: usize, few: usize) -> Report {
    let files = small(NAME, &b"202407,991018,0000000101\r\n".repeat(7));
    let mut report = report(&files, &Setup { keep: 7, ..Setup::default() });
    report.findings.retain(|finding| finding.rule == "csv/too-few-items");
    report.findings[..few].iter_mut().for_each(|finding| finding.severity = "warning".to_owned());
    let left_out = report.findings.split_off(keep);
    let of = |severity| left_out.iter().filter(|finding| finding.severity == severity).count() as u64;
    let left_out = LeftOut { error: of("error"), warning: of("warning"), info: 0 };
    report.totals.by_rule.retain(|rule, _| rule == "csv/too-few-items");
    (report.totals.error, report.totals.warning, report.totals.info) = (7 - few as u64, few as u64, 0);
    if keep < 7 {
        let severity = if few < 7 { "error" } else { "warning" }.to_owned();
        let (rule, file) = ("csv/too-few-items".to_owned(), Some(NAME.to_owned()));
        report.omitted = vec![OmittedRecord { rule, file, kept: keep as u64, total: 7, severity, left_out }];
    }
    report
}

#[test]
fn a_file_has_as_many_findings_of_a_severity_as_the_record_says() {
    for (keep, few, chips) in [
        (7, 0, &["エラー 7"][..]),
        (7, 3, &["エラー 4", "警告 3"]),
        (3, 3, &["エラー 4", "警告 3"]),
        (3, 0, &["エラー 7"]),
        (0, 7, &["警告 7"]),
        (2, 3, &["エラー 4", "警告 3"]),
        (0, 3, &["エラー 4", "警告 3"]),
    ] {
        let page = Html::parse_document(&page(&of_two_severities(keep, few), Lang::Ja));
        assert_eq!(texts(&page, ".chips .chip .ja"), chips, "{keep} listed, {few} warnings");
        let worst = if few < 7 { "error" } else { "warning" };
        assert_eq!(select(&page, &format!("article.group.{worst}")).len(), 1, "{keep} listed, {few} warnings");
    }
}

#[test]
fn the_policy_names_the_digests_of_the_style_and_the_script() {
    let page = Html::parse_document(&page(&everything(), Lang::Ja));
    let digest = |tag: &str| {
        let [content] = &texts(&page, tag)[..] else { panic!("not exactly one <{tag}>") };
        format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(content)))
    };
    let (style, script) = (digest("style"), digest("script"));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/render/html/digests.rs");
    if std::env::var_os("RENKEI_UPDATE").is_some() {
        let head = fs::read_to_string(&path).unwrap();
        let head = &head[..head.find("pub(super)").unwrap()];
        let constants =
            format!("pub(super) const STYLE: &str = \"{style}\";\npub(super) const SCRIPT: &str = \"{script}\";\n");
        fs::write(&path, head.to_owned() + &constants).unwrap();
        return;
    }
    let policy = select(&page, "meta[http-equiv=\"Content-Security-Policy\"]")[0].attr("content").unwrap();
    let expected =
        format!("default-src 'none'; style-src '{style}'; script-src '{script}'; base-uri 'none'; form-action 'none'");
    assert_eq!(policy, expected, "`RENKEI_UPDATE=1 cargo test -p renkei-reports --test html` writes the digests");
}

#[test]
fn nothing_is_loaded_and_no_attribute_runs_or_styles() {
    for lang in [Lang::Ja, Lang::En] {
        let text = page(&everything(), lang);
        for word in ["url(", "@import", "http:", "https:", "<link", "<img", "<iframe", "style=\""] {
            assert!(!text.contains(word), "the page holds {word}");
        }
        let page = Html::parse_document(&text);
        let mut hrefs = 0;
        for element in select(&page, "*") {
            for (name, value) in element.value().attrs() {
                assert!(!name.starts_with("on") && name != "src" && name != "style", "{name}={value}");
                if name == "href" {
                    assert!(value.starts_with('#'), "href={value}");
                    let target = Selector::parse(&format!("[id=\"{}\"]", &value[1..])).unwrap();
                    assert_eq!(page.select(&target).count(), 1, "{value} leads nowhere, or to more places than one");
                    hrefs += 1;
                }
            }
        }
        assert!(hrefs > 15, "only {hrefs} links");
    }
}

#[test]
fn the_summary_is_there_without_script_in_both_languages() {
    let page = Html::parse_document(&page(&everything(), Lang::En));
    assert_eq!(texts(&page, ".verdict h1 .ja"), ["判定保留"]);
    assert_eq!(texts(&page, ".verdict h1 .en"), ["Incomplete"]);
    assert_eq!(texts(&page, ".verdict .blocks li strong"), ["受信.zip"]);
    assert_eq!(texts(&page, ".verdict .blocks li .en"), ["it cannot be read as a zip archive"]);
    assert_eq!(texts(&page, ".counts dd"), ["3", "1", "0"]);
    assert!(texts(&page, ".official .ja")[0].contains("公式の試験や審査の結果ではありません"));
    assert!(texts(&page, ".official .en")[0].contains("no official result"));
    assert_eq!(select(&page, "#lang-en[checked]").len(), 1);
    assert_eq!(select(&page, "#filter[hidden]").len(), 1, "the filter needs a script, so it is hidden without");
}

#[test]
fn the_cell_at_fault_is_marked_under_its_official_name_between_its_neighbours() {
    let page = Html::parse_document(&page(&everything(), Lang::Ja));
    let group = "article[data-rule=\"cell/not-a-month\"]";
    assert_eq!(texts(&page, &format!("{group} .id .n .ja")), ["2件のうち1件を表示"]);
    assert_eq!(texts(&page, &format!("{group} thead th .no")), ["1", "2", "3", "4"]);
    let names: Vec<String> = texts(&page, &format!("{group} thead th:last-child"));
    assert_eq!(names, ["4削除対象年月target_month"]);
    assert_eq!(texts(&page, &format!("{group} tbody th")), ["2", "3", "4"]);
    assert_eq!(texts(&page, &format!("{group} td.m")), ["1202613"]);
    assert_eq!(texts(&page, &format!("{group} tr.hit th")), ["3"]);
}

#[test]
fn the_chart_takes_exact_totals() {
    let page = Html::parse_document(&page(&everything(), Lang::Ja));
    let row = |rule: &str| {
        let rows = select(&page, ".chart tbody tr");
        let row = rows.iter().find(|row| row.text().any(|text| text == rule)).unwrap();
        let cells = Selector::parse("td.total, td.heat").unwrap();
        row.select(&cells).map(|cell| cell.text().collect::<String>()).collect::<Vec<_>>()
    };
    assert_eq!(row("cell/not-a-month"), ["2", "2"]);
    assert_eq!(row("csv/too-few-items"), ["1", "1"]);
}

/// Every element with the names of its attributes, in order.
fn skeleton(page: &str) -> Vec<(String, BTreeSet<String>)> {
    select(&Html::parse_document(page), "*")
        .iter()
        .map(|element| {
            let names = element.value().attrs().map(|(name, _)| name.to_owned()).collect();
            (element.value().name().to_owned(), names)
        })
        .collect()
}

/// Adds the same text to every string of a record, its words apart.
fn spoiled(value: &mut Value, suffix: &str) {
    match value {
        Value::String(text) => text.push_str(suffix),
        Value::Array(values) => values.iter_mut().for_each(|value| spoiled(value, suffix)),
        Value::Object(object) => {
            let entries = std::mem::take(object);
            for (key, mut value) in entries {
                if key != "verdict" {
                    spoiled(&mut value, suffix);
                }
                let key = if key.contains('/') { key + suffix } else { key };
                object.insert(key, value);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[test]
fn no_element_and_no_attribute_comes_from_the_input() {
    let attacks = [
        "\"><script>alert(1)</script>",
        "</style><img src=x onerror=alert(1)>",
        "' onmouseover='alert(1)",
        " onfocus=alert(1) autofocus x=",
        "</script><script>alert(1)//",
        "<!-- ",
        "]]><![CDATA[",
        "</details></main><form action=javascript:alert(1)>",
        "</select><svg/onload=alert(1)>",
        "</title><base href=//example.invalid/>",
        "&lt;b&gt;&#60;b&#62;&quot;",
        "{{ 7*7 }}{% include \"x\" %}",
        "\u{202E}\u{2066}\u{200B}\u{1B}[31m\u{7}\0\u{9B}",
        "`${alert(1)}`\\u003cscript\\u003e",
    ];
    let record: Value = serde_json::from_str(&json(&everything())).unwrap();
    let with = |suffix: &str| {
        let mut value = record.clone();
        spoiled(&mut value, suffix);
        page(&serde_json::from_value(value).unwrap(), Lang::Ja)
    };
    let expected = skeleton(&with("x"));
    assert!(expected.len() > 300);
    for attack in attacks {
        let page = with(attack);
        assert_eq!(skeleton(&page), expected, "{attack}");
        let acts = |c: char| (c.is_control() && c != '\n') || "\u{202E}\u{2066}\u{200B}".contains(c);
        assert!(!page.contains(acts), "{attack:?} left a character that acts");
        let name = &texts(&Html::parse_document(&page), ".file h3 .name")[0];
        assert!(attack.contains('\u{1B}') || name.ends_with(attack), "{attack} is not shown as what it is: {name}");
    }
}

/// A page of that record must be small, and say how much it leaves out.
#[track_caller]
fn assert_small(report: &Report) -> Html {
    for lang in [Lang::Ja, Lang::En] {
        let length = page(report, lang).len();
        assert!(length < LIMIT, "{length} bytes");
    }
    Html::parse_document(&page(report, Lang::En))
}

#[test]
fn a_million_findings_in_two_hundred_thousand_files_stay_below_the_limit() {
    let mut report = everything();
    let input = report.inputs[0].clone();
    let findings = report.findings.clone();
    let rows = report.rows.clone();
    report.inputs = (0..200_000).map(|i| InputRecord { name: format!("{i:06}/{NAME}"), ..input.clone() }).collect();
    let names = || (0..20_000).map(|i| format!("{i:06}/{NAME}"));
    report.findings = names()
        .flat_map(|name| {
            let findings = findings.iter().cloned();
            findings.map(move |mut finding| {
                finding.file.clone_from(&name);
                finding
            })
        })
        .collect();
    report.rows = names()
        .take(2_000)
        .flat_map(|name| {
            rows.iter().cloned().map(move |mut row| {
                row.file.clone_from(&name);
                row
            })
        })
        .collect();
    report.omitted = names()
        .map(|name| {
            let left_out = LeftOut { error: 49, ..LeftOut::default() };
            OmittedRecord { file: Some(name), kept: 1, total: 50, left_out, ..report.omitted[0].clone() }
        })
        .collect();
    report.totals.error = 1_000_000;
    report.totals.by_rule = BTreeMap::from([("cell/not-a-month".to_owned(), 1_000_000)]);
    let page = assert_small(&report);
    assert_eq!(texts(&page, ".counts .error dd"), ["1,000,000"]);
    let said = texts(&page, "main > details summary");
    assert!(said.iter().any(|text| text.contains("180,000 files")), "{said:?}");
    let detailed = select(&page, "details.file").len() as u64;
    assert!(detailed > 100, "only {detailed} files in detail");
    let grouped = format!("{},{:03} files", (20_000 - detailed) / 1000, (20_000 - detailed) % 1000);
    assert!(said.iter().any(|text| text.contains(&grouped)), "{grouped}: {said:?}");
    assert!(texts(&page, ".more .en").iter().any(|text| text.starts_with("500 of ")));
}

#[test]
fn names_and_values_of_any_length_stay_below_the_limit() {
    let mut report = everything();
    let long = "&".repeat(100_000);
    let mut value: Value = serde_json::from_str(&json(&report)).unwrap();
    spoiled(&mut value, &long);
    assert_small(&serde_json::from_value(value).unwrap());
    let findings = report.findings.clone();
    for rule in 0..400 {
        for finding in &findings {
            let mut finding = finding.clone();
            finding.rule = format!("cell/rule-{rule}");
            finding.message.ja = "\"".repeat(500);
            finding.got = Some(finding.message.clone());
            report.totals.by_rule.insert(finding.rule.clone(), 1);
            report.findings.push(finding);
        }
    }
    assert_small(&report);
}

#[test]
fn a_page_says_that_nothing_was_found_and_still_lists_its_inputs() {
    let report = report(&Draft::sample("202407-result").unwrap().to_files(), &Setup::default());
    assert_eq!(report.verdict, Verdict::Valid);
    let page = Html::parse_document(&page(&report, Lang::En));
    assert_eq!(texts(&page, ".verdict.valid h1 .en"), ["Valid"]);
    assert_eq!(texts(&page, ".outcome .en"), ["no problem was found"]);
    assert!(select(&page, "article, .chart").is_empty());
    assert_eq!(select(&page, "footer tbody tr").len(), report.inputs.len());
}

#[test]
fn references_that_lead_nowhere_break_nothing() {
    let mut report = everything();
    report.layouts.clear();
    report.inputs.clear();
    for row in &mut report.rows {
        row.layout = Some(99);
        row.cells.truncate(2);
    }
    for finding in &mut report.findings {
        finding.rule = "no/such-rule".to_owned();
    }
    report.totals.by_rule.clear();
    let page = Html::parse_document(&page(&report, Lang::Ja));
    assert!(!select(&page, "article").is_empty());
}

#[test]
fn the_same_record_makes_the_same_page() {
    assert_eq!(page(&everything(), Lang::Ja), page(&everything(), Lang::Ja));
}
