//! The report as one HTML file that loads nothing: style and script are inside, and a content security
//! policy lets nothing else in. Both languages are in it; the reader chooses. Stays below five megabytes
//! whatever the record holds: what is left out is counted on the page.

mod chart;
mod digests;
mod file;
mod index;
mod next;
mod table;
mod text;

use std::io;

use askama::Template;
use askama::filters::HtmlSafe;

use self::chart::{Chart, chart};
use self::file::{Extent, facts, file};
use self::index::{FileEntry, Index};
use self::next::{Next, next};
use self::text::{Both, Listed, Made, Shown, grouped};
use super::outcomes::worst_first;
use crate::Lang;
use crate::model::{InputRecord, NotCheckedRecord, Report, Verdict};
use crate::outcome::{Outcome, OutcomeRecord};
use crate::words;

/// Look, language switch and parts that other pages share, and what only the report has.
const STYLE: Inline =
    Inline(concat!(include_str!("../../templates/renkei.css"), include_str!("../../templates/report.css")));
/// Filters; the page can be read without.
const SCRIPT: Inline = Inline(include_str!("../../templates/report.js"));

/// Bytes of all files in detail together.
const DETAIL: usize = 2_800_000;
/// Beyond so many bytes only the items beside a finding are written.
const DETAIL_WHOLE: usize = 1_500_000;
/// Bytes of one list.
const LIST: usize = 200_000;
/// Entries of one list.
const LIST_ENTRIES: usize = 500;
/// Up to so many findings all that the record lists are shown, else `FEW` of each rule and file.
const ALL: usize = 300;
const FEW: usize = 5;
/// So many files are unfolded at first.
const UNFOLDED: usize = 12;

/// Writes the page. `lang` is the language it opens in.
pub fn html(report: &Report, lang: Lang, out: &mut dyn io::Write) -> io::Result<()> {
    page(report, lang).write_into(out)
}

/// The same page with what to mend first, in the words of the rule that says so.
pub fn html_with_next_step(report: &Report, lang: Lang, out: &mut dyn io::Write) -> io::Result<()> {
    let page = page(report, lang);
    let next = next(&page.chart, report);
    Page { next, ..page }.write_into(out)
}

/// Text of this crate's own that goes between the tags of a style or a script.
struct Inline(&'static str);

impl std::fmt::Display for Inline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl HtmlSafe for Inline {}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    lang: &'static str,
    style: Inline,
    script: Inline,
    policy: String,
    verdict: &'static str,
    verdict_name: Both<'static>,
    outcome: Both<'a>,
    counts: Vec<Count>,
    scope: Vec<Both<'a>>,
    blocks: Listed,
    next: Option<Next<'a>>,
    not_checked: Listed,
    chart: Chart<'a>,
    rules: Vec<Shown<'a>>,
    files: Vec<(usize, Shown<'a>)>,
    details: Vec<Made>,
    left_out: Listed,
    clean: Listed,
    inputs: Listed,
    outcomes: Listed,
    facts: Vec<(Both<'a>, Both<'a>)>,
    cap: Both<'static>,
    masked: bool,
}

fn page(report: &Report, lang: Lang) -> Page<'_> {
    let index = Index::of(report);
    let details = details(&index);
    let (blocks, others): (Vec<_>, Vec<_>) = report.not_checked.iter().partition(|entry| entry.blocks);
    let numbered = || index.files.iter().enumerate().map(|(i, file)| (i + 1, file));
    let left_out: Vec<_> = numbered().skip(details.len()).collect();
    let mut rules: Vec<&str> = report.totals.by_rule.keys().map(String::as_str).collect();
    rules.truncate(LIST_ENTRIES);
    Page {
        lang: match lang {
            Lang::Ja => "ja",
            Lang::En => "en",
        },
        style: STYLE,
        script: SCRIPT,
        policy: html_policy(),
        verdict: words::word(report.verdict),
        verdict_name: match report.verdict {
            Verdict::Valid => Both::of("適合", "Valid"),
            Verdict::Invalid => Both::of("不適合", "Invalid"),
            Verdict::Incomplete => Both::of("判定保留", "Incomplete"),
        },
        outcome: {
            let outcome = words::outcome(report);
            Both::made(outcome.ja, outcome.en)
        },
        counts: counts(report),
        scope: scope(report),
        next: None,
        blocks: list(blocks.into_iter().map(NotCheckedItem::of)),
        not_checked: list(others.into_iter().map(NotCheckedItem::of)),
        chart: chart(&index),
        rules: rules.into_iter().map(Shown::of).collect(),
        files: numbered().take(details.len()).map(|(number, file)| (number, Shown::of(file.name))).collect(),
        left_out: list(left_out.into_iter().map(|(number, file)| LeftOut::of(number, file))),
        clean: list(index.clean.iter().map(|input| InputItem::of(input))),
        inputs: list(report.inputs.iter().map(InputItem::of)),
        outcomes: list(worst_first(report).into_iter().map(OutcomeItem::of)),
        facts: made_of(report),
        cap: {
            let cap = report.kept_per_rule_and_file;
            Both::made(
                format!(
                    "件数は正確です（「+」の付くものは、組のルールの指摘がほかにもあり、それより多いことがあります）。report.json には、1つのファイルの1つのルールにつき{cap}件まで例を残しています。"
                ),
                format!(
                    "Counts are exact; with +, there may be more, from rules about sets. report.json keeps at most {cap} examples of one rule in one file."
                ),
            )
        },
        masked: report.values != "shown",
        details,
    }
}

/// The content security policy that stands in the page, for who serves it: style and script by their
/// digests, and nothing else.
pub fn html_policy() -> String {
    let (style, script) = (digests::STYLE, digests::SCRIPT);
    format!("default-src 'none'; style-src '{style}'; script-src '{script}'; base-uri 'none'; form-action 'none'")
}

fn list<T: Template>(entries: impl Iterator<Item = T>) -> Listed {
    let entries: Vec<T> = entries.collect();
    Listed::of(entries.into_iter(), LIST_ENTRIES, LIST)
}

/// Files in detail, as many as fit.
fn details(index: &Index<'_>) -> Vec<Made> {
    let hits = if index.report.findings.len() <= ALL { usize::MAX } else { FEW };
    let mut used = 0;
    let mut details = Vec::new();
    for (i, entry) in index.files.iter().enumerate() {
        let open = i < UNFOLDED;
        let made = |whole_rows| Made::by(&file(index, i + 1, entry, Extent { hits, whole_rows, open }));
        let mut section = made(used < DETAIL_WHOLE);
        if used + section.len() > DETAIL_WHOLE {
            section = made(false);
        }
        if used + section.len() > DETAIL {
            break;
        }
        used += section.len();
        details.push(section);
    }
    details
}

/// A number beside the verdict: its tone, its picture and its name.
struct Count {
    tone: &'static str,
    icon: &'static str,
    name: Both<'static>,
    count: String,
}

/// How many findings there are, or how the cases ended where nothing else was judged.
fn counts(report: &Report) -> Vec<Count> {
    if words::is_of_cases(report) {
        let of = |outcome| report.outcomes.iter().filter(|record| record.outcome == outcome).count() as u64;
        let all = [Outcome::Pass, Outcome::Fail, Outcome::Blocked, Outcome::Skip];
        return all.map(|outcome| Count { count: grouped(of(outcome)), ..ended(outcome) }).into();
    }
    let totals = &report.totals;
    let all = [("error", totals.error), ("warning", totals.warning), ("info", totals.info)];
    let count = |(word, count)| Count { tone: word, icon: word, name: Both::severity(word), count: grouped(count) };
    all.map(count).into()
}

fn ended(outcome: Outcome) -> Count {
    let (tone, icon, name) = match outcome {
        Outcome::Pass => ("pass", "valid", Both::of("合格", "passed")),
        Outcome::Fail => ("error", "error", Both::of("不合格", "failed")),
        Outcome::Skip => ("info", "info", Both::of("対象外", "skipped")),
        Outcome::Blocked => ("blocked", "incomplete", Both::of("判定保留", "blocked")),
    };
    Count { tone, icon, name, count: String::new() }
}

/// What was judged, and from what on it counts.
fn scope(report: &Report) -> Vec<Both<'_>> {
    if words::is_of_cases(report) {
        return vec![Both::count(report.outcomes.len() as u64, "ケース", "case")];
    }
    let mut scope = vec![Both::count(report.inputs.len() as u64, "ファイル", "file")];
    scope.extend(report.sets.map(|sets| Both::count(sets, "組", "set")));
    scope.push(match report.fail_on.as_str() {
        "none" => Both::of("指摘は判定に含めない設定", "no finding counts"),
        word => {
            let said = Both::severity(word);
            Both::made(format!("{}以上があれば不適合", said.ja), format!("invalid from {} on", said.en))
        }
    });
    if let Some(baseline) = &report.baseline {
        let (known, own) = (words::sum(&baseline.covered), words::sum(&baseline.totals));
        scope.push(Both::made(
            format!("うち既知 {}件（判定に数えません）", grouped(known)),
            format!("{} of them known, which do not count", grouped(known)),
        ));
        if own > 0 {
            scope.push(Both::made(
                format!("このほかベースラインについての警告 {}件", grouped(own)),
                format!("besides, {} about the baseline", grouped(own)),
            ));
        }
    }
    scope
}

/// The footer's facts.
fn made_of(report: &Report) -> Vec<(Both<'_>, Both<'_>)> {
    let tool = format!("{} {}", report.tool.name, report.tool.version);
    let spec = report.tool.spec.join(", ");
    let mut facts = vec![
        (Both::of("ツール", "Tool"), Both::made(tool.clone(), tool)),
        (Both::of("対応するCSVバージョン", "CSV versions covered"), Both::made(spec.clone(), spec)),
    ];
    // A run of cases has no such day.
    if !words::is_of_cases(report) {
        facts.push((
            Both::of("検査の基準日", "Judged as of"),
            report.as_of.as_deref().map_or(Both::of("指定なし", "no day given"), |day| Both::of(day, day)),
        ));
    }
    facts.extend([
        (
            Both::of("値の表示", "Values"),
            match report.values.as_str() {
                "shown" => Both::of("そのまま表示", "shown as they are"),
                _ => Both::of("伏せて表示", "masked"),
            },
        ),
        (Both::of("記録の形式", "Record"), Both::of(&report.schema, &report.schema)),
    ]);
    facts
}

#[derive(Template)]
#[template(source = "<li><strong>{{ what }}</strong><span>{{ why }}</span></li>", ext = "html")]
struct NotCheckedItem<'a> {
    what: Both<'a>,
    why: Both<'a>,
}

impl<'a> NotCheckedItem<'a> {
    fn of(entry: &'a NotCheckedRecord) -> NotCheckedItem<'a> {
        NotCheckedItem { what: Both::from(&entry.what), why: Both::from(&entry.why) }
    }
}

#[derive(Template)]
#[template(
    source = "<tr><td class=\"name\">{{ name }}</td><td>{% for fact in facts %}<span class=\"fact\">{{ fact }}</span> \
              {% endfor %}</td><td class=\"sha\">{{ sha256 }}</td></tr>",
    ext = "html"
)]
struct InputItem<'a> {
    name: Shown<'a>,
    facts: Vec<Both<'a>>,
    sha256: Shown<'a>,
}

impl<'a> InputItem<'a> {
    fn of(input: &'a InputRecord) -> InputItem<'a> {
        InputItem { name: Shown::of(&input.name), facts: facts(input), sha256: Shown::of(&input.sha256) }
    }
}

/// How a case of the suites ended.
#[derive(Template)]
#[template(
    source = "<tr class=\"{{ tone }}\"><td><span class=\"badge {{ tone }}\"><svg class=\"i\" aria-hidden=\"true\" \
              focusable=\"false\"><use href=\"#i-{{ icon }}\"></use></svg>{{ outcome }}</span></td><td class=\"pattern\">{{ pattern }}</td>\
              <td class=\"case\">{{ title }} <code>{{ case }}</code></td><td class=\"why\">{% if let Some(why) = why %}{{ why }}{% endif %}</td></tr>",
    ext = "html"
)]
struct OutcomeItem<'a> {
    tone: &'static str,
    icon: &'static str,
    outcome: Both<'static>,
    pattern: Shown<'a>,
    case: Shown<'a>,
    title: Both<'a>,
    why: Option<Both<'a>>,
}

impl<'a> OutcomeItem<'a> {
    fn of(outcome: &'a OutcomeRecord) -> OutcomeItem<'a> {
        let Count { tone, icon, name, .. } = ended(outcome.outcome);
        OutcomeItem {
            tone,
            icon,
            outcome: name,
            pattern: Shown::of(outcome.pattern.word()),
            case: Shown::of(&outcome.case),
            title: Both::from(&outcome.title),
            why: outcome.why.as_ref().map(Both::from),
        }
    }
}

/// A file with findings that is not shown in detail.
#[derive(Template)]
#[template(source = "<li><span class=\"name\">{{ number }}. {{ name }}</span> {{ rules }}</li>", ext = "html")]
struct LeftOut<'a> {
    number: usize,
    name: Shown<'a>,
    rules: Both<'a>,
}

impl<'a> LeftOut<'a> {
    fn of(number: usize, file: &FileEntry<'a>) -> LeftOut<'a> {
        let said: Vec<String> =
            file.groups.iter().map(|group| format!("{} {}", group.rule, grouped(group.count.known))).collect();
        let said = said.join(", ");
        LeftOut { number, name: Shown::of(file.name), rules: Both::made(said.clone(), said) }
    }
}
