//! サービス利用票 (第6表): a line for visits that differ in nothing but their day, the days across.

use renkei_validator::spec::keys::upplan as own;
use renkei_validator::spec::{Key, Kind, parse_date};

use super::Source;
use super::filler::Filler;
use super::model::{Block, Cell, Field, Form, Grid, Part, Tr};
use super::person::{beside, name_line};
use super::wording::weekday;

/// What all lines of one form share.
const SHEET: [Key; 7] = [
    own::INSURER_NUMBER,
    own::INSURED_NUMBER,
    own::TARGET_MONTH,
    own::CREATED_ON,
    own::SUPPORT_OFFICE_NUMBER,
    own::PLAN_MANAGER_NAME,
    own::SHORT_STAY_DAYS_BEFORE_MONTH,
];
/// What visits of one line share, in the cells of the line.
const LINE: [Key; 14] = [
    own::START_TIME,
    own::END_TIME,
    own::SERVICE_CODE,
    own::UNITS,
    own::TAIS_CODE,
    own::TODOKEDE_CODE,
    own::EQUIPMENT_NAME,
    own::DETAIL_NO,
    own::PRORATED_DAYS,
    own::OVER_30_DAYS,
    own::SERVICE_OFFICE_NUMBER,
    own::SERVICE_OFFICE_NAME,
    own::SATELLITE_NO,
    own::SERVICE_DATE,
];

/// A line: its visits by day, and those whose day is none of the month.
struct Line {
    rows: Vec<usize>,
    days: [Option<usize>; 31],
}

/// 第6表
pub(crate) fn sixth(source: &Source<'_>, forms: &mut Vec<Form>) {
    for rows in source.groups(&SHEET) {
        let f = Filler::of(source, &rows);
        let result = source.document.kind == Kind::Upjsk;
        let (lines, strays) = lines(source, &f);
        let mut blocks: Vec<Block> = name_line(source, rows[0]).into_iter().collect();
        blocks.push(Block::Line(vec![
            f.field(3, own::INSURER_NUMBER),
            f.field(3, own::INSURED_NUMBER),
            f.field(3, own::TARGET_MONTH),
            f.field(3, own::CREATED_ON),
        ]));
        blocks.push(Block::Line(vec![
            f.field(4, own::SUPPORT_OFFICE_NUMBER),
            f.field(4, own::PLAN_MANAGER_NAME),
            f.field(4, own::SHORT_STAY_DAYS_BEFORE_MONTH),
        ]));
        blocks.extend(care_line(source, rows[0]));
        blocks.push(Block::Grid(Grid {
            class: "days",
            caption: "月間サービス計画及び実績の記録".to_owned(),
            columns: &[],
            head: head(f.get(own::TARGET_MONTH)),
            body: lines.iter().flat_map(|line| body(&f, line, result)).collect(),
        }));
        f.place(&LINE);
        f.place(&[own::SERVICE_COUNT]);
        blocks.extend((!strays.is_empty()).then(|| Block::Rest(stray_fields(&f, &strays))));
        let title = if result { "サービス利用票（実績）" } else { "サービス利用票（予定）" };
        forms.push(f.form("第6表", title, true, blocks));
    }
}

/// Care level and limit, as 利用者補足情報 beside the file has them.
fn care_line(source: &Source<'_>, row: usize) -> Option<Block> {
    use renkei_validator::spec::keys::uphosoku as of;
    let beside = beside(source, row)?;
    let rows = beside.names(beside.rows());
    let fields = vec![
        beside.field(3, of::CARE_LEVEL),
        beside.field(3, of::CARE_LEVEL_CHANGED_ON),
        beside.field(2, of::CATEGORY_LIMIT_UNITS),
        beside.span(4, "限度額適用開始・終了年月日", of::LIMIT_PERIOD_START, of::LIMIT_PERIOD_END),
    ];
    Some(Block::Line(fields.into_iter().map(|field| Field { rows: rows.clone(), ..field }).collect()))
}

fn lines(source: &Source<'_>, f: &Filler<'_>) -> (Vec<Line>, Vec<usize>) {
    // What has no cell of its own does not part lines: it stands below, visit by visit where it differs.
    let shared: Vec<Key> = LINE.iter().copied().filter(|key| *key != own::SERVICE_DATE).collect();
    let (mut lines, mut strays): (Vec<Line>, Vec<usize>) = (Vec::new(), Vec::new());
    for group in source.split(f.rows().to_vec(), &shared) {
        let start = lines.len();
        for row in group {
            let Some(day) = day_of(f, row) else {
                strays.push(row);
                continue;
            };
            match lines[start..].iter_mut().find(|line| line.days[day].is_none()) {
                Some(line) => {
                    line.days[day] = Some(row);
                    line.rows.push(row);
                }
                None => {
                    let mut days = [None; 31];
                    days[day] = Some(row);
                    lines.push(Line { rows: vec![row], days });
                }
            }
        }
    }
    lines.sort_by(|a, b| key(f, a).cmp(&key(f, b)));
    (lines, strays)
}

/// Lines stand by their times, as on paper.
fn key<'a>(f: &Filler<'a>, line: &Line) -> (&'a str, &'a str, usize) {
    let first = line.rows.first().copied().unwrap_or_default();
    (f.at(first, own::START_TIME), f.at(first, own::END_TIME), first)
}

/// 0-based day of a visit in the form's month.
fn day_of(f: &Filler<'_>, row: usize) -> Option<usize> {
    let date = f.at(row, own::SERVICE_DATE);
    let day = parse_date(date.as_bytes())?.day();
    (date.get(..6)? == f.get(own::TARGET_MONTH)).then(|| usize::from(day) - 1)
}

fn head(month: &str) -> Vec<Vec<Cell>> {
    let mut days = vec![Cell::head("日付", "which")];
    let mut weekdays = vec![Cell::head("曜日", "which")];
    for day in 1..=31 {
        let date = parse_date(format!("{month}{day:02}").as_bytes());
        let class = match date.map(weekday) {
            Some("土") => "d sat",
            Some("日") => "d sun",
            Some(_) => "d",
            None => "d none",
        };
        days.push(Cell::head(day.to_string(), class));
        weekdays.push(Cell::head(date.map_or("", weekday), class));
    }
    let mut first = vec![
        Cell::head("提供時間帯", "time").over(1, 2),
        Cell::head("サービス内容", "what").over(1, 2),
        Cell::head("サービス事業者・事業所名", "who").over(1, 2),
    ];
    first.extend(days);
    first.push(Cell::head("合計回数", "sum").over(1, 2));
    vec![first, weekdays]
}

fn body(f: &Filler<'_>, line: &Line, result: bool) -> [Tr; 2] {
    let first = line.rows.first().copied().unwrap_or_default();
    let names = f.names(&line.rows);
    let mut time = f.value_of(first, own::START_TIME);
    time.push(Part::Text("～".to_owned()));
    time.push(Part::Break);
    time.extend(f.value_of(first, own::END_TIME));
    let mut what = f.value_of(first, own::SERVICE_CODE);
    for key in [
        own::UNITS,
        own::EQUIPMENT_NAME,
        own::TAIS_CODE,
        own::TODOKEDE_CODE,
        own::DETAIL_NO,
        own::PRORATED_DAYS,
        own::OVER_30_DAYS,
    ] {
        let parts = f.labelled(first, &f.label(key), key);
        if !parts.is_empty() {
            what.push(Part::Break);
            what.extend(parts);
        }
    }
    let mut who = f.value_of(first, own::SERVICE_OFFICE_NAME);
    who.push(Part::Break);
    who.extend(f.value_of(first, own::SERVICE_OFFICE_NUMBER));
    who.extend(f.labelled(first, "枝番", own::SATELLITE_NO));
    let day = |day: usize| {
        let row = line.days[day];
        Cell { rows: row.map_or_else(String::new, |row| f.names(&[row])), ..Cell::of(visits(f, row), "d") }
    };
    let counts = line.rows.iter().map(|row| f.at(*row, own::SERVICE_COUNT).parse::<u32>().unwrap_or_default());
    let sum = Cell::of(vec![Part::Text(counts.sum::<u32>().to_string())], "sum");
    let filled = |word: &str| {
        let mut cells = vec![Cell::head(word, "which")];
        cells.extend((0..31).map(day));
        cells.push(sum.clone());
        cells
    };
    let empty = |word: &str| {
        let mut cells = vec![Cell::head(word, "which")];
        cells.extend((0..31).map(|_| Cell::of(Vec::new(), "d")));
        cells.push(Cell::of(Vec::new(), "sum"));
        cells
    };
    let mut cells =
        vec![Cell::of(time, "time").over(1, 2), Cell::of(what, "what").over(1, 2), Cell::of(who, "who").over(1, 2)]
            .into_iter()
            .map(|cell| Cell { rows: names.clone(), ..cell })
            .collect::<Vec<_>>();
    cells.extend(if result { empty("予定") } else { filled("予定") });
    let second = if result { filled("実績") } else { empty("実績") };
    [Tr { class: "plan", rows: String::new(), cells }, Tr { class: "result", rows: String::new(), cells: second }]
}

fn visits(f: &Filler<'_>, row: Option<usize>) -> Vec<Part> {
    row.map_or_else(Vec::new, |row| f.value_of(row, own::SERVICE_COUNT))
}

/// Visits of no day of the month, item by item.
fn stray_fields(f: &Filler<'_>, strays: &[usize]) -> Vec<Field> {
    let field = |row: &usize| {
        let keys = LINE.iter().chain([&own::SERVICE_COUNT]);
        let parts = keys.flat_map(|key| f.labelled(*row, &f.label(*key), *key)).collect();
        Field { label: "月外の日付".to_owned(), weight: 12, tall: false, rows: f.names(&[*row]), parts }
    };
    strays.iter().map(field).collect()
}
