//! What a name, a value or a message tries to make of a format: HTML, XML, workflow commands, formulas,
//! terminal controls, Markdown. Values are shown here; the expectations are written by hand.

#![allow(clippy::unwrap_used)]

mod common;

use common::{manner, rendered, sample};
use renkei_reports::{Encoding, Kind, Lang, Manner, Pair, Report};
use serde_json::Value;

/// Everything that the sample holds of one text, said to be another.
fn with(text: &str) -> Report {
    let mut report = sample("invalid");
    let name = format!("{text}/UPPLAN.CSV");
    let pair = || Pair { ja: text.to_owned(), en: text.to_owned() };
    name.clone_into(&mut report.inputs[0].name);
    let finding = &mut report.findings[0];
    finding.file = name;
    (finding.message, finding.fix) = (pair(), pair());
    (finding.expected, finding.got) = (Some(pair()), Some(pair()));
    finding.because = Some(pair());
    let item = finding.item.as_mut().unwrap();
    text.clone_into(&mut item.name_ja);
    let excerpt = finding.excerpt.as_mut().unwrap();
    text.clone_into(&mut excerpt.before);
    text.clone_into(&mut excerpt.marked);
    report.not_checked[0].what = pair();
    report.not_checked[0].why = pair();
    report
}

fn shown(text: &str, kind: Kind) -> String {
    String::from_utf8(rendered(&with(text), kind, &manner(Lang::Ja))).unwrap()
}

#[track_caller]
fn assert_line(shown: &str, line: &str) {
    assert!(shown.lines().any(|it| it == line), "no line is\n{line}\nin\n{shown}");
}

#[test]
fn no_format_but_the_record_keeps_a_character_that_acts() {
    let text = "a\x1B[31m\x07\r\n\u{9B}1m\u{202E}\u{200B}\u{FEFF}\0b";
    for kind in Kind::ALL {
        let shown = shown(text, kind);
        let shown = shown.strip_prefix('\u{FEFF}').unwrap_or(&shown);
        let shown = if kind == Kind::Csv { shown.replace("\r\n", "\n") } else { shown.to_owned() };
        let acting =
            shown.chars().find(|&c| (c.is_control() && c != '\n') || matches!(c, '\u{202E}' | '\u{200B}' | '\u{FEFF}'));
        assert_eq!(acting, None, "{kind:?}");
        let pictures = "a␛[31m␇␍␊\u{FFFD}1m\u{FFFD}\u{FFFD}\u{FFFD}␀b";
        match kind {
            Kind::Json => assert!(shown.contains(r"a\u001b[31m\u0007\r\n\u009b1m\u202e\u200b\ufeff\u0000b"), "{shown}"),
            Kind::Text
            | Kind::Concise
            | Kind::Junit
            | Kind::Sarif
            | Kind::Github
            | Kind::GithubSummary
            | Kind::Gitlab
            | Kind::Csv
            | Kind::Markdown
            | Kind::Html => {
                let unescaped = shown.replace("\\[", "[");
                assert!(unescaped.contains(pictures), "{kind:?}: {shown}");
            }
        }
    }
}

#[test]
fn xml_is_escaped_in_junit() {
    let text = "</failure><testcase name=\"x\"/>]]>&<!--";
    let shown = shown(text, Kind::Junit);
    let escaped = "&lt;/failure&gt;&lt;testcase name=&quot;x&quot;/&gt;]]&gt;&amp;&lt;!--";
    assert!(shown.contains(&format!("<failure message=\"{escaped}（1件）\" type=\"warning\">")), "{shown}");
    assert!(shown.contains(&format!("<testsuite name=\"{escaped}/UPPLAN.CSV\" ")), "{shown}");
    assert!(shown.contains(&format!("   = 対処: {escaped}</failure>")), "{shown}");
    let read = junit_parser::from_reader(shown.as_bytes()).unwrap();
    assert_eq!((read.failures, read.suites.len()), (1, 2));
}

#[test]
fn workflow_commands_of_github_are_data() {
    let text = "::error::x%0A::add-mask::y,line=9\n::stop-commands::t";
    let shown = shown(text, Kind::Github);
    let commands: Vec<&str> = shown.lines().filter(|line| line.trim_start().starts_with("::")).collect();
    let property = "%3A%3Aerror%3A%3Ax%250A%3A%3Aadd-mask%3A%3Ay%2Cline=9␊%3A%3Astop-commands%3A%3At";
    let data = "::error::x%250A::add-mask::y,line=9␊::stop-commands::t";
    let one_line = "::error::x%250A::add-mask::y,line=9 ::stop-commands::t";
    let expected = format!(
        "::warning file={property}/UPPLAN.CSV,line=1,col=26,title=cell/date-does-not-exist::{data}\
         %0A項目: No.4 {data}%0A期待: {one_line}%0A実際: {one_line}%0A根拠: 標準仕様（spec） \
         第3.2版（第4.1版 別紙と改訂履歴からの推定） UPPLAN No.4 / {one_line}%0A注意: \
         表の確からしさが「likely」（原文から確定できない項目）のため、警告にとどめています%0A対処: {one_line}"
    );
    assert_eq!(commands, [expected.as_str()]);
}

#[test]
fn no_line_of_a_log_is_a_command_of_its_runner() {
    for text in ["::error::x", "##[error]x", "##vso[task.setvariable variable=x]y"] {
        for kind in [Kind::Text, Kind::Concise] {
            let shown = shown(text, kind);
            let command =
                |line: &&str| line.trim_start().starts_with("::") || line.contains("##[e") || line.contains("##vso[");
            assert_eq!(shown.lines().find(command), None, "{kind:?}");
        }
    }
    assert_line(
        &shown("::error::x", Kind::Concise),
        "：：error::x/UPPLAN.CSV:1:26: warning[cell/date-does-not-exist] ::error::x (No.4 ::error::x) bytes 25..33",
    );
}

#[test]
fn formulas_are_text_in_the_table() {
    for (text, cell) in [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+1", "'+1"),
        ("-1+1", "'-1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'␉=1"),
        ("\r=1", "'␍=1"),
        ("＝1", "'＝1"),
        ("1=1", "1=1"),
        ("a,\"b\"", "a,\"b\""),
    ] {
        let table = shown(text, Kind::Csv);
        let mut reader = csv::ReaderBuilder::new().from_reader(table.trim_start_matches('\u{FEFF}').as_bytes());
        let row = reader.records().next().unwrap().unwrap();
        // File, item, message, expected, found, fix, because.
        for column in [11, 12, 13, 14, 16, 18] {
            assert_eq!(&row[column], cell, "column {column}");
        }
        assert_eq!(&row[1], format!("{cell}/UPPLAN.CSV"));
    }
}

#[test]
fn what_cp932_lacks_is_seen_to_be_lacking() {
    let table = rendered(&with("𠮷見😀é髙"), Kind::Csv, &Manner { encoding: Encoding::Cp932, ..manner(Lang::Ja) });
    // 〓見〓〓髙
    let cell = b",\x81\xAC\x8C\xA9\x81\xAC\x81\xAC\xFB\xFC,";
    assert!(table.windows(cell.len()).any(|window| window == cell));
    assert!(!table.contains(&b'&') && !table.starts_with(b"\xEF\xBB\xBF"));
}

#[test]
fn markdown_marks_links_mentions_and_html_are_text() {
    let shown = shown("<img src=x onerror=y> [a](https://b.example) @team #1 **b** | `c`", Kind::Markdown);
    let plain = "\\<img src=x onerror=y\\> \\[a\\](https\\://b.example) ＠team ＃1 \\*\\*b\\*\\* \\| \\`c\\`";
    let code = "`` <img src=x onerror=y> [a](https://b.example) @team #1 **b** | `c` ``";
    assert_line(&shown, &format!("- **警告** `cell/date-does-not-exist`: {plain}"));
    assert_line(&shown, &format!("  - 実際: {code}"));
    assert_line(&shown, &format!("  - 対処: {plain}"));
    assert_line(&shown, &format!("- {code}: {plain}"));
}

#[test]
fn a_link_in_a_message_of_sarif_is_text_and_a_name_is_no_scheme() {
    let log: Value = serde_json::from_str(&shown("[a](javascript:b)", Kind::Sarif)).unwrap();
    let result = &log["runs"][0]["results"][0];
    let text = "[a] (javascript:b)\n期待: [a] (javascript:b)\n実際: [a] (javascript:b)\n\
                根拠: 標準仕様（spec） 第3.2版（第4.1版 別紙と改訂履歴からの推定） UPPLAN No.4 / [a] (javascript:b)\n\
                注意: 表の確からしさが「likely」（原文から確定できない項目）のため、警告にとどめています\n\
                対処: [a] (javascript:b)";
    assert_eq!(result["message"]["text"], text);
    let uri = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(uri, "%5Ba%5D%28javascript%3Ab%29/UPPLAN.CSV");
    let name: Value = serde_json::from_str(&shown("javascript:", Kind::Sarif)).unwrap();
    let uri = &name["runs"][0]["artifacts"][0]["location"]["uri"];
    assert_eq!(uri, "javascript%3A/UPPLAN.CSV");
}

#[test]
fn json_stays_json() {
    let text = "\"}],\"x\":[{\"</script><script>";
    for kind in [Kind::Json, Kind::Sarif, Kind::Gitlab] {
        let value: Value = serde_json::from_str(&shown(text, kind)).unwrap();
        let found = match kind {
            Kind::Json => &value["findings"][0]["message"]["ja"],
            Kind::Sarif => &value["runs"][0]["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"],
            _ => &value[0]["location"]["path"],
        };
        let expected = match kind {
            Kind::Json => text.to_owned(),
            Kind::Sarif => format!("{text}: {text}"),
            _ => format!("{text}/UPPLAN.CSV"),
        };
        assert_eq!(*found, expected, "{kind:?}");
    }
}
