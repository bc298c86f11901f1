//! Reports of a run of cases alone: they count cases, and tell nothing of files that nobody judged.

#![allow(clippy::unwrap_used)]

mod common;

use common::{manner, rendered};
use renkei_reports::{CaseKind, Kind, Lang, Outcome, OutcomeRecord, Pair, Pattern, Report, build_outcomes};

fn told(report: &Report, kind: Kind, lang: Lang) -> String {
    String::from_utf8(rendered(report, kind, &manner(lang))).unwrap()
}

fn cases(outcomes: &[Outcome]) -> Report {
    let record = |(nth, outcome): (usize, &Outcome)| OutcomeRecord {
        case: format!("d2.export.{nth:04}"),
        title: Pair { ja: "予定を出力します".to_owned(), en: "planned services are exported".to_owned() },
        pattern: Pattern::D2,
        kind: CaseKind::Export,
        outcome: *outcome,
        why: (*outcome != Outcome::Pass).then(|| Pair { ja: "理由です".to_owned(), en: "the reason".to_owned() }),
        requirements: Vec::new(),
        evidence: Vec::new(),
    };
    build_outcomes(outcomes.iter().enumerate().map(record).collect(), false)
}

const KINDS: [Kind; 8] =
    [Kind::Text, Kind::Concise, Kind::Csv, Kind::Markdown, Kind::GithubSummary, Kind::Junit, Kind::Github, Kind::Sarif];

#[test]
fn the_verdict_counts_cases_in_every_format() {
    use Outcome::{Blocked, Fail, Pass, Skip};
    for (outcomes, ja, en) in [
        (
            &[Pass, Pass, Skip][..],
            "判定 [valid]: 対象のケースすべてに合格しました。合格 2件、不合格 0件、対象外 1件、判定保留 0件",
            "verdict [valid]: all cases that apply passed; 2 pass, 0 fail, 1 skip, 0 blocked",
        ),
        (
            &[Pass, Fail],
            "判定 [invalid]: 不合格のケースがあります。合格 1件、不合格 1件、対象外 0件、判定保留 0件",
            "verdict [invalid]: cases failed; 1 pass, 1 fail, 0 skip, 0 blocked",
        ),
        (
            &[Pass, Blocked],
            "判定 [incomplete]: 判定できなかったケースがあります（判定保留）。合格 1件、不合格 0件、対象外 0件、判定保留 1件",
            "verdict [incomplete]: cases could not be judged; 1 pass, 0 fail, 0 skip, 1 blocked",
        ),
        (
            &[Fail, Blocked],
            "判定 [incomplete]: 不合格のケースと、判定できなかったケースがあります（判定保留）。合格 0件、不合格 1件、対象外 0件、判定保留 1件",
            "verdict [incomplete]: cases failed, and others could not be judged; 0 pass, 1 fail, 0 skip, 1 blocked",
        ),
    ] {
        let report = cases(outcomes);
        for kind in KINDS {
            for (lang, verdict) in [(Lang::Ja, ja), (Lang::En, en)] {
                let text = told(&report, kind, lang).replace('\\', "");
                assert!(text.contains(verdict), "{kind:?}, {lang:?}: {text}");
                for nothing in ["エラー 0件", "ファイル 0件", "0 errors", "0 files", "-の時点", "as of -"] {
                    assert!(!text.contains(nothing), "{kind:?}, {lang:?}: {nothing} in {text}");
                }
            }
        }
    }
}

#[test]
fn the_page_counts_cases() {
    let page = told(&cases(&[Outcome::Pass, Outcome::Fail, Outcome::Fail, Outcome::Blocked]), Kind::Html, Lang::Ja);
    let counts = page.split("<dl class=\"counts\">").nth(1).unwrap().split("</dl>").next().unwrap();
    let counts: Vec<&str> = counts.split("<dd>").skip(1).map(|rest| rest.split('<').next().unwrap()).collect();
    assert_eq!(counts, ["1", "2", "1", "0"]);
    assert!(!page.contains("検査の基準日"), "no day is told");
    let rows: Vec<&str> = page.split("<tr class=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(rows, ["error", "error", "blocked", "pass"], "what failed comes first");
}

#[test]
fn markdown_names_every_case_that_did_not_pass_while_there_is_room_and_always_counts_them() {
    let text = told(&cases(&[Outcome::Fail; 30]), Kind::Markdown, Lang::Ja);
    assert_eq!(text.matches("d2.export.").count(), 30, "{text}");
    let text = told(&cases(&[Outcome::Fail; 2000]), Kind::Markdown, Lang::Ja);
    assert!(text.len() <= 65_000, "{}", text.len());
    let listed = text.matches("d2.export.").count();
    assert!(text.contains("\n合格 0件、不合格 2000件、対象外 0件、判定保留 0件\n"), "{text}");
    assert!(text.contains(&format!("- ほか{}件は、長くなるため載せていません。\n", 2000 - listed)), "{listed}");
}

#[test]
fn what_failed_comes_first_so_that_cases_that_do_not_apply_cannot_push_it_out() {
    let mut outcomes = vec![Outcome::Skip; 2000];
    outcomes.extend([Outcome::Blocked, Outcome::Fail]);
    let report = cases(&outcomes);
    for kind in [Kind::Concise, Kind::Markdown, Kind::GithubSummary] {
        let text = told(&report, kind, Lang::Ja).replace('\\', "");
        let cases: Vec<&str> = text.lines().filter(|line| line.contains("d2.export.")).collect();
        assert!(cases[0].contains("不合格[D2 出力] d2.export.2001"), "{kind:?}: {}", cases[0]);
        assert!(cases[1].contains("判定保留[D2 出力] d2.export.2000"), "{kind:?}: {}", cases[1]);
        assert!(cases[2].contains("対象外[D2 出力] d2.export.0000"), "{kind:?}: {}", cases[2]);
    }
}

#[test]
fn text_counts_what_does_not_apply_and_ends_with_what_failed() {
    let text = told(&cases(&[Outcome::Fail, Outcome::Skip, Outcome::Blocked, Outcome::Skip]), Kind::Text, Lang::Ja);
    let lines: Vec<&str> = text.lines().skip_while(|line| *line != "ケースの結果").collect();
    let places = ["対象外[D2] 2件: ", "判定保留[D2 出力] d2.export.0002", "不合格[D2 出力] d2.export.0000", "合格 0件"]
        .map(|part| {
            lines.iter().position(|line| line.trim_start().starts_with(part)).unwrap_or_else(|| panic!("{text}"))
        });
    assert!(places.is_sorted(), "{text}");
    assert!(!text.contains("d2.export.0001"), "{text}");
}

#[test]
fn rules_stand_in_no_format_where_no_file_was_there_for_them() {
    let report = cases(&[Outcome::Pass, Outcome::Fail]);
    for kind in KINDS {
        assert!(!told(&report, kind, Lang::En).contains("set/"), "{kind:?}");
    }
}
