//! The listing sheet: which marks there are, what stands behind them, and that it formats nothing else.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Files, Setup, report};
use renkei_reports::{
    CaseKind, EvidenceRecord, Lang, Listing, Outcome, OutcomeRecord, Pair, Pattern, Report, Verdict, html, listing_csv,
    listing_html,
};
use renkei_validator::draft::Draft;

fn pair(text: &str) -> Pair {
    Pair { ja: text.to_owned(), en: text.to_owned() }
}

fn case(id: &str, pattern: Pattern, kind: CaseKind, outcome: Outcome) -> OutcomeRecord {
    OutcomeRecord {
        case: id.to_owned(),
        title: pair("見本のケース"),
        pattern,
        kind,
        outcome,
        why: (outcome != Outcome::Pass).then(|| pair("見本の理由")),
        requirements: vec!["R-001".to_owned()],
        evidence: vec![EvidenceRecord {
            what: pair("出力されたファイル"),
            file: Some("UPPLAN_202610_9970100013_43_9970100021_11_20260928101500.CSV".to_owned()),
            sha256: Some("0123456789abcdef".repeat(4)),
            journal_sequence: Some(17),
        }],
    }
}

fn with(outcomes: Vec<OutcomeRecord>) -> Report {
    let files: Files = Draft::sample("202407-result").unwrap().to_files();
    report(&files, &Setup::default()).with_outcomes(outcomes)
}

fn listing() -> Listing {
    Listing {
        product: "見本ケアソフト".to_owned(),
        version: Some("1.2".to_owned()),
        company: "株式会社見本システム".to_owned(),
        contact: Some("support@b.example".to_owned()),
        date: Some(time::Date::from_calendar_date(2026, time::Month::November, 20).unwrap()),
    }
}

/// Headings and cells of the table, without the mark of the encoding.
fn table(report: &Report, listing: &Listing) -> Vec<(String, String)> {
    let text = listing_csv(report, listing, Lang::Ja);
    let text = text.strip_prefix('\u{FEFF}').expect("spreadsheets ask for the mark");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let lines: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(lines.len(), 2);
    lines[0].iter().map(str::to_owned).zip(lines[1].iter().map(str::to_owned)).collect()
}

/// The patterns that have a mark.
fn marks(outcomes: Vec<OutcomeRecord>) -> Vec<String> {
    let table = table(&with(outcomes), &listing());
    table.into_iter().filter(|(_, cell)| cell == "○").map(|(head, _)| head).collect()
}

#[test]
fn a_pattern_has_its_mark_when_all_that_ran_passed() {
    use CaseKind::{Exchange, Export, Import};
    use Outcome::{Blocked, Fail, Pass, Skip};
    let case = |pattern, kind, outcome| case("case", pattern, kind, outcome);
    assert_eq!(marks(vec![]), Vec::<String>::new());
    assert_eq!(marks(vec![case(Pattern::D1, Export, Pass)]), ["D1 計画書"]);
    assert_eq!(
        marks(vec![
            case(Pattern::D2, Export, Pass),
            case(Pattern::D2, Import, Pass),
            case(Pattern::D3, Export, Pass),
            case(Pattern::D3, Import, Fail),
            case(Pattern::D4, Export, Pass),
            case(Pattern::D4, Export, Blocked),
            case(Pattern::D5, Import, Skip),
            case(Pattern::D6, Import, Skip),
            case(Pattern::D6, Import, Pass),
            case(Pattern::D7, Exchange, Pass),
            case(Pattern::Plan, Export, Pass),
            case(Pattern::Schedule, Exchange, Fail),
            case(Pattern::Result, Import, Pass),
            case(Pattern::Transport, Exchange, Fail),
        ]),
        ["D2 予定", "D6 予定（介護予防支援）", "D7 実績（介護予防支援）", "計画書(1,2表)", "実績(6表)"]
    );
    let unreasoned = OutcomeRecord { why: None, ..case(Pattern::D1, Export, Skip) };
    assert_eq!(marks(vec![case(Pattern::D1, Export, Pass), unreasoned]), Vec::<String>::new());
}

#[test]
fn the_table_has_the_columns_of_the_published_list_and_the_cases_behind_each_mark() {
    let table = table(&with(vec![case("d2/export", Pattern::D2, CaseKind::Export, Outcome::Pass)]), &listing());
    let heads: Vec<&str> = table.iter().map(|(head, _)| head.as_str()).collect();
    assert_eq!(
        heads[..15],
        [
            "介護ソフト名",
            "提供会社名",
            "ソフトの版",
            "連絡先",
            "作成日",
            "D1 計画書",
            "D2 予定",
            "D3 実績",
            "D4 利用者基本情報",
            "D5 支援計画書",
            "D6 予定（介護予防支援）",
            "D7 実績（介護予防支援）",
            "計画書(1,2表)",
            "予定(6,7表)",
            "実績(6表)",
        ]
    );
    let cell = |head: &str| table.iter().find(|(of, _)| of == head).unwrap().1.clone();
    assert_eq!(cell("介護ソフト名"), "見本ケアソフト");
    assert_eq!(cell("D2 の根拠"), "出力 ○ [d2/export 合格]");
    assert_eq!(cell("D1 の根拠"), "");
    assert!(cell("注意").starts_with("renkeiによる自己確認です。"));
}

#[test]
fn what_was_blocked_leaves_the_verdict_incomplete_and_what_failed_makes_it_invalid() {
    let verdict = |outcomes: &[Outcome]| {
        let cases = outcomes.iter().map(|&outcome| case("case", Pattern::D1, CaseKind::Export, outcome));
        with(cases.collect()).verdict
    };
    assert_eq!(verdict(&[Outcome::Pass, Outcome::Skip]), Verdict::Valid);
    assert_eq!(verdict(&[Outcome::Pass, Outcome::Fail]), Verdict::Invalid);
    assert_eq!(verdict(&[Outcome::Fail, Outcome::Blocked]), Verdict::Incomplete);
}

#[test]
fn the_page_says_that_it_is_no_official_result_and_loads_nothing() {
    let report = with(vec![
        case("d1/export", Pattern::D1, CaseKind::Export, Outcome::Pass),
        case("d1/import", Pattern::D1, CaseKind::Import, Outcome::Fail),
    ]);
    let ja = listing_html(&report, &listing(), Lang::Ja);
    assert!(ja.contains("国保中央会のベンダ試験の結果ではなく"), "{ja}");
    assert!(ja.contains("content=\"default-src &#39;none&#39;; ") || ja.contains("content=\"default-src 'none'; "));
    for loads in ["<script", "<link", "<img", "src=", "href=", "url(", "@import"] {
        assert!(!ja.contains(loads), "{loads}");
    }
    let scrolled = ja.matches("<div class=\"scroll\"").count();
    assert!(scrolled > 2, "{ja}");
    assert_eq!(ja.matches("<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"").count(), scrolled);
    for said in ["見本ケアソフト", "株式会社見本システム", "d1/import", "見本の理由", "R-001", "ジャーナル 17"]
    {
        assert!(ja.contains(said), "{said}");
    }
    let en = listing_html(&report, &listing(), Lang::En);
    assert!(en.contains("no result of the official vendor test"), "{en}");
}

#[test]
fn the_report_of_cases_alone_counts_cases_and_no_files() {
    let outcomes = vec![case("d1/export", Pattern::D1, CaseKind::Export, Outcome::Pass)];
    let report = report(&Files::new(), &Setup::default()).with_outcomes(outcomes);
    let mut page = Vec::new();
    html(&report, Lang::Ja, &mut page).unwrap();
    let page = String::from_utf8(page).unwrap();
    let scope = page.split_once("<p class=\"scope\">").unwrap().1.split_once("</p>").unwrap().0;
    assert!(scope.contains("1ケース") && !scope.contains("ファイル") && !scope.contains('組'), "{scope}");
}

#[test]
fn what_a_caller_or_a_case_says_neither_marks_up_nor_calculates() {
    let hostile = "=1+1</td><script>alert(1)</script>\u{202E}\u{1B}[2J";
    let mut record = case(hostile, Pattern::D1, CaseKind::Export, Outcome::Fail);
    record.title = pair(hostile);
    record.why = Some(pair(hostile));
    record.requirements = vec![hostile.to_owned()];
    record.evidence[0].what = pair(hostile);
    record.evidence[0].file = Some(hostile.to_owned());
    let report = with(vec![record]);
    let text = || hostile.to_owned();
    let listing =
        Listing { product: text(), version: Some(text()), company: text(), contact: Some(text()), date: None };
    for lang in [Lang::Ja, Lang::En] {
        let page = listing_html(&report, &listing, lang);
        assert!(!page.contains("<script") && !page.contains('\u{202E}') && !page.contains('\u{1B}'), "{page}");
        let csv = listing_csv(&report, &listing, lang);
        assert!(!csv.contains('\u{202E}') && !csv.contains('\u{1B}'));
    }
    let cells = table(&report, &listing);
    assert!(cells.iter().all(|(_, cell)| !cell.starts_with(['=', '+', '-', '@'])), "{cells:?}");
    assert!(cells[0].1.starts_with("'=1+1"));
}
