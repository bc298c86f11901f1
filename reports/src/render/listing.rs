//! The vendor listing sheet as a page and as a table. Shows what the sheet holds; gives no mark.

use askama::Template;
use csv::{Terminator, WriterBuilder};

use super::csv::inert;
use crate::Lang;
use crate::listing::{Direction, Listing, Row, Standing, V3, V4, rows};
use crate::model::Report;
use crate::outcome::{CaseKind, Outcome, OutcomeRecord, Pattern};
use crate::safe::safe;
use crate::words::{self, pick};

/// ○, as in the published list.
const MARK: &str = "○";

/// One self-contained page that prints to A4.
pub fn listing_html(report: &Report, listing: &Listing, lang: Lang) -> String {
    Page::of(report, listing, lang).render().expect("the template writes strings to a string")
}

/// One line per product, in the columns of the published list; then the cases behind each mark. With the
/// byte-order mark that spreadsheets ask for.
pub fn listing_csv(report: &Report, listing: &Listing, lang: Lang) -> String {
    let say = |ja: &'static str, en: &'static str| pick(lang, ja, en).to_owned();
    let mut heads = vec![
        say("介護ソフト名", "product"),
        say("提供会社名", "company"),
        say("ソフトの版", "version"),
        say("連絡先", "contact"),
        say("作成日", "date"),
    ];
    let optional = |text: &Option<String>| text.clone().unwrap_or_default();
    let date = listing.date.map(|day| day.to_string()).unwrap_or_default();
    let mut cells = vec![
        listing.product.clone(),
        listing.company.clone(),
        optional(&listing.version),
        optional(&listing.contact),
        date,
    ];
    let rows: Vec<Row<'_>> = rows(report, &[&V4[..], &V3].concat());
    for row in &rows {
        heads.push(full_name(row.pattern, lang));
        cells.push(if row.mark { MARK } else { "" }.to_owned());
    }
    for row in &rows {
        heads.push(format!("{} {}", row.pattern.word(), say("の根拠", "evidence")));
        cells.push(evidence(row, lang));
    }
    heads.push(say("注意", "note"));
    cells.push(note(lang).to_owned());
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer("\u{FEFF}".as_bytes().to_vec());
    for line in [heads, cells] {
        writer.write_record(line.iter().map(|cell| inert(cell))).expect("writing to memory does not fail");
    }
    let bytes = writer.into_inner().expect("writing to memory does not fail");
    String::from_utf8(bytes).expect("cells are text")
}

/// The words that must stand on it.
fn note(lang: Lang) -> &'static str {
    pick(
        lang,
        "renkeiによる自己確認です。国保中央会のベンダ試験の結果ではなく、公式の対応ソフト一覧への掲載を示すものではありません。",
        "A rehearsal with renkei: no result of the official vendor test, and no entry in the official list.",
    )
}

/// What a pattern is called, without its number.
fn name(pattern: Pattern, lang: Lang) -> &'static str {
    let (ja, en) = match pattern {
        Pattern::D1 => ("計画書", "care plan"),
        Pattern::D2 => ("予定", "planned services"),
        Pattern::D3 => ("実績", "services given"),
        Pattern::D4 => ("利用者基本情報", "basic information on the user"),
        Pattern::D5 => ("支援計画書", "support plan"),
        Pattern::D6 => ("予定（介護予防支援）", "planned services (preventive care)"),
        Pattern::D7 => ("実績（介護予防支援）", "services given (preventive care)"),
        Pattern::Plan => ("計画書(1,2表)", "計画書(1,2表)"),
        Pattern::Schedule => ("予定(6,7表)", "予定(6,7表)"),
        Pattern::Result => ("実績(6表)", "実績(6表)"),
        Pattern::Transport => ("送受信", "transport"),
        Pattern::Robustness => ("不正なファイルの拒否", "robustness"),
    };
    pick(lang, ja, en)
}

/// `D1 計画書`
fn full_name(pattern: Pattern, lang: Lang) -> String {
    if V4.contains(&pattern) {
        format!("{} {}", pattern.word(), name(pattern, lang))
    } else {
        name(pattern, lang).to_owned()
    }
}

/// How a direction stands: its mark, or why it has none.
fn standing(direction: &Direction<'_>, lang: Lang) -> &'static str {
    match direction.standing {
        Standing::Marked => MARK,
        Standing::Open => pick(lang, "印なし", "no mark"),
        Standing::NotRun => pick(lang, "未実施", "not run"),
    }
}

/// `合格 3件、不合格 1件`: those that there are.
fn counts(cases: &[&OutcomeRecord], lang: Lang) -> String {
    let all = [Outcome::Pass, Outcome::Fail, Outcome::Skip, Outcome::Blocked];
    let counted = all.into_iter().map(|outcome| (outcome, cases.iter().filter(|one| one.outcome == outcome).count()));
    let parts: Vec<String> = counted
        .filter(|(_, count)| *count > 0)
        .map(|(outcome, count)| match lang {
            Lang::Ja => format!("{} {count}件", words::ended(outcome, lang)),
            Lang::En => format!("{count} {}", words::ended(outcome, lang)),
        })
        .collect();
    parts.join(pick(lang, "、", ", "))
}

/// The cases behind a mark, on one line.
fn evidence(row: &Row<'_>, lang: Lang) -> String {
    let parts = [(CaseKind::Export, &row.export), (CaseKind::Import, &row.import)].into_iter();
    let parts = parts.filter(|(_, direction)| !direction.cases.is_empty()).map(|(kind, direction)| {
        let cases: Vec<String> =
            direction.cases.iter().map(|one| format!("{} {}", one.case, words::ended(one.outcome, lang))).collect();
        format!("{} {} [{}]", words::direction(kind, lang), standing(direction, lang), cases.join(", "))
    });
    parts.collect::<Vec<_>>().join(" / ")
}

#[derive(Template)]
#[template(path = "listing.html")]
struct Page {
    lang: &'static str,
    title: &'static str,
    note: &'static str,
    facts: Vec<(&'static str, String)>,
    lists: Vec<List>,
    product_head: &'static str,
    company_head: &'static str,
    division_head: &'static str,
    product: String,
    company: String,
    directions_title: &'static str,
    direction_heads: [&'static str; 5],
    directions: Vec<DirectionLine>,
    cases_title: &'static str,
    case_heads: [&'static str; 4],
    groups: Vec<Group>,
    none: &'static str,
    rule: &'static str,
    foot: Vec<String>,
}

/// A list in the published form: its columns and the marks in them.
struct List {
    title: &'static str,
    columns: Vec<Column>,
}

struct Column {
    number: &'static str,
    name: &'static str,
    mark: &'static str,
}

struct DirectionLine {
    pattern: String,
    cells: [Cell; 2],
}

struct Cell {
    marked: bool,
    standing: &'static str,
    counts: String,
}

struct Group {
    title: String,
    cases: Vec<Case>,
}

struct Case {
    outcome: &'static str,
    outcome_word: &'static str,
    id: String,
    title: String,
    direction: &'static str,
    why: Option<String>,
    requirements: String,
    evidence: Vec<Evidence>,
}

struct Evidence {
    what: String,
    file: Option<String>,
    sha256: Option<String>,
    journal: Option<String>,
}

impl Page {
    fn of(report: &Report, listing: &Listing, lang: Lang) -> Page {
        let say = |ja: &'static str, en: &'static str| pick(lang, ja, en);
        let (v4, v3) = (rows(report, &V4), rows(report, &V3));
        Page {
            lang: say("ja", "en"),
            title: say("データ連携対応表（自己確認）", "Data linkage sheet (rehearsal)"),
            note: note(lang),
            facts: facts(report, listing, lang),
            lists: vec![
                list(say("標準仕様 第4版の区分", "Patterns of version 4 of the standard"), &v4, lang),
                list(say("それ以前のデータ連携区分", "Divisions before that"), &v3, lang),
            ],
            product_head: say("介護ソフト名", "Product"),
            company_head: say("提供会社名", "Company"),
            division_head: say("データ連携区分", "Division of data linkage"),
            product: text(&listing.product),
            company: text(&listing.company),
            directions_title: say("出力と取込", "Export and import"),
            direction_heads: [
                say("区分", "Pattern"),
                say("出力", "Export"),
                say("ケース", "Cases"),
                say("取込", "Import"),
                say("ケース", "Cases"),
            ],
            directions: v4.iter().chain(&v3).map(|row| direction_line(row, lang)).collect(),
            cases_title: say("印の根拠", "Evidence behind the marks"),
            case_heads: [
                say("結果", "Outcome"),
                say("ケース", "Case"),
                say("要件", "Requirements"),
                say("証跡", "Evidence"),
            ],
            groups: groups(report, lang),
            none: say("実施したケースはありません。", "No case was run."),
            rule: say(
                "○は、その区分の出力・取込それぞれについて、実施したケースがすべて合格し、対象外としたケースには理由がある場合だけに付けています。",
                "A mark is given only where every case of the pattern that ran passed, in each direction that has any, and each that was skipped says why.",
            ),
            foot: foot(report, lang),
        }
    }
}

fn text(text: &str) -> String {
    safe(text).into_owned()
}

fn facts(report: &Report, listing: &Listing, lang: Lang) -> Vec<(&'static str, String)> {
    let say = |ja: &'static str, en: &'static str| pick(lang, ja, en);
    let mut facts = vec![(say("介護ソフト名", "Product"), text(&listing.product))];
    let mut add = |head, value: Option<String>| facts.extend(value.map(|value| (head, text(&value))));
    add(say("ソフトの版", "Version"), listing.version.clone());
    add(say("提供会社名", "Company"), Some(listing.company.clone()));
    add(say("連絡先", "Contact"), listing.contact.clone());
    add(say("作成日", "Date"), listing.date.map(|day| day.to_string()));
    add(say("renkeiの判定", "Verdict of renkei"), Some(words::verdict(report, lang)));
    facts
}

fn list(title: &'static str, rows: &[Row<'_>], lang: Lang) -> List {
    let column = |row: &Row<'_>| Column {
        number: if V4.contains(&row.pattern) { row.pattern.word() } else { "" },
        name: name(row.pattern, lang),
        mark: if row.mark { MARK } else { "" },
    };
    List { title, columns: rows.iter().map(column).collect() }
}

fn direction_line(row: &Row<'_>, lang: Lang) -> DirectionLine {
    let cell = |direction: &Direction<'_>| Cell {
        marked: direction.standing == Standing::Marked,
        standing: standing(direction, lang),
        counts: counts(&direction.cases, lang),
    };
    DirectionLine { pattern: full_name(row.pattern, lang), cells: [cell(&row.export), cell(&row.import)] }
}

/// The cases by pattern, those beside the patterns last.
fn groups(report: &Report, lang: Lang) -> Vec<Group> {
    let patterns = V4.into_iter().chain(V3).chain([Pattern::Transport, Pattern::Robustness]);
    let group = |pattern| {
        let own = report.outcomes.iter().filter(|record| record.pattern == pattern);
        Group { title: full_name(pattern, lang), cases: own.map(|record| case(record, lang)).collect() }
    };
    patterns.map(group).filter(|group| !group.cases.is_empty()).collect()
}

fn case(record: &OutcomeRecord, lang: Lang) -> Case {
    Case {
        outcome: record.outcome.word(),
        outcome_word: words::ended(record.outcome, lang),
        id: text(&record.case),
        title: text(record.title.get(lang)),
        direction: words::direction(record.kind, lang),
        why: record.why.as_ref().map(|why| text(why.get(lang))),
        requirements: text(&record.requirements.join(" ")),
        evidence: record
            .evidence
            .iter()
            .map(|evidence| Evidence {
                what: text(evidence.what.get(lang)),
                file: evidence.file.as_deref().map(text),
                sha256: evidence.sha256.as_deref().map(text),
                journal: evidence.journal_sequence.map(|line| match lang {
                    Lang::Ja => format!("ジャーナル {line}"),
                    Lang::En => format!("journal {line}"),
                }),
            })
            .collect(),
    }
}

fn foot(report: &Report, lang: Lang) -> Vec<String> {
    let (version, spec) = (text(&report.tool.version), text(&report.tool.spec.join(", ")));
    let as_of = text(report.as_of.as_deref().unwrap_or("-"));
    match lang {
        Lang::Ja => {
            vec![
                format!("renkei {version}"),
                format!("標準仕様のCSVバージョン {spec}"),
                format!("検査の基準日 {as_of}"),
            ]
        }
        Lang::En => {
            vec![format!("renkei {version}"), format!("CSV versions {spec}"), format!("judged as of {as_of}")]
        }
    }
}
