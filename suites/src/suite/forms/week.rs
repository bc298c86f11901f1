//! 週間サービス計画表 (第3表): the hours of a day down, the days of a week across.

use renkei_validator::spec::keys::up3kyo as own;
use renkei_validator::spec::{Key, keys};

use super::Source;
use super::filler::Filler;
use super::model::{Block, Cell, Field, Form, Grid, Part, Tr};
use super::person::name_line;
use super::wording::minutes;

/// The form's day begins here.
const FIRST_HOUR: u16 = 4;
/// The parts of a day and their hours, from the first hour on.
const PARTS: [(&str, usize); 6] = [("深夜", 2), ("早朝", 2), ("午前", 4), ("午後", 6), ("夜間", 4), ("深夜", 6)];
/// The column of 主な日常生活上の活動, behind those of the days.
const ACTIVITY: usize = 7;

/// The columns of the grid.
const COLUMNS: [&str; 10] = ["part", "hour", "", "", "", "", "", "", "", "activity"];

/// Something within an hour or more.
struct Entry {
    column: usize,
    /// Hours of the form's day: from, and up to.
    hours: (usize, usize),
    row: usize,
    keys: [Key; 3],
}

/// 第3表
pub(crate) fn third(source: &Source<'_>, forms: &mut Vec<Form>) {
    let plan = [own::INSURER_NUMBER, own::INSURED_NUMBER, own::PLAN_CREATED_ON, own::CREATED_ON];
    for rows in source.groups(&plan) {
        let f = Filler::of(source, &rows);
        let mut blocks: Vec<Block> = name_line(source, rows[0]).into_iter().collect();
        blocks.push(Block::Line(plan.iter().map(|key| f.field(3, *key)).collect()));
        let (mut entries, mut loose) = (Vec::new(), Vec::new());
        for row in &rows {
            sort(&f, *row, &mut entries, &mut loose);
        }
        blocks.push(Block::Grid(grid(&f, entries)));
        blocks.extend((!loose.is_empty()).then_some(Block::Line(loose)));
        let other: Vec<&usize> = rows.iter().filter(|row| !f.at(**row, own::NON_WEEKLY_SERVICE).is_empty()).collect();
        let other = other.iter().map(|row| Field {
            rows: f.names(&[**row]),
            parts: f.value_of(**row, own::NON_WEEKLY_SERVICE),
            ..f.tall(12, own::NON_WEEKLY_SERVICE)
        });
        let other: Vec<Field> = other.collect();
        blocks.extend((!other.is_empty()).then_some(Block::Line(other)));
        f.place(&[own::NON_WEEKLY_SERVICE]);
        forms.push(f.form("第3表", "週間サービス計画表", true, blocks));
    }
}

/// Finds the places of a row's service and activity; what has no place in the grid becomes a field.
fn sort(f: &Filler<'_>, row: usize, entries: &mut Vec<Entry>, loose: &mut Vec<Field>) {
    let service = [own::SERVICE_START_TIME, own::SERVICE_END_TIME, own::SERVICE_CONTENT];
    let activity = [own::ACTIVITY_START_TIME, own::ACTIVITY_END_TIME, own::DAILY_ACTIVITY];
    let day = f.at(row, own::WEEKDAY);
    let column = day.parse::<usize>().ok().filter(|day| (1..=7).contains(day)).map(|day| day - 1);
    for (keys, column, more) in [(service, column, Some(own::WEEKDAY)), (activity, Some(ACTIVITY), None)] {
        f.place(&keys);
        f.place(&[own::WEEKDAY]);
        let said = keys.iter().chain(&more).any(|key| !f.at(row, *key).is_empty());
        let hours = hours(f.at(row, keys[0]), f.at(row, keys[1]));
        match (column, hours) {
            (Some(column), Some(hours)) => entries.push(Entry { column, hours, row, keys }),
            (Some(_) | None, _) if said => {
                let all = more.into_iter().chain(keys);
                let parts = all.flat_map(|key| f.labelled(row, &f.label(key), key)).collect();
                let label = f.label(keys[2]);
                loose.push(Field { label, weight: 6, tall: false, rows: f.names(&[row]), parts });
            }
            (Some(_) | None, _) => {}
        }
    }
}

/// The hours of the form's day that two times touch: at least one.
fn hours(from: &str, to: &str) -> Option<(usize, usize)> {
    let on_form = |minutes: u16| usize::from((minutes + 1440 - FIRST_HOUR * 60) % 1440);
    let first = on_form(minutes(from)? % 1440);
    let last = match minutes(to) {
        Some(to) => on_form(to % 1440),
        None if to.is_empty() => first + 1,
        None => return None,
    };
    // What goes on when the form's day ends is drawn to its end.
    let last = if last <= first { 1440 } else { last };
    Some((first / 60, last.div_ceil(60).max(first / 60 + 1)))
}

fn grid(f: &Filler<'_>, mut entries: Vec<Entry>) -> Grid {
    entries.sort_by_key(|entry| (entry.column, entry.hours, entry.row));
    // What overlaps within a column shares a cell.
    let mut blocks: Vec<(usize, (usize, usize), Vec<Entry>)> = Vec::new();
    for entry in entries {
        match blocks.last_mut() {
            Some((column, hours, within)) if *column == entry.column && entry.hours.0 < hours.1 => {
                hours.1 = hours.1.max(entry.hours.1);
                within.push(entry);
            }
            _ => blocks.push((entry.column, entry.hours, vec![entry])),
        }
    }
    let mut part_begins = Vec::new();
    for (name, hours) in PARTS {
        part_begins.push(Some((name, hours)));
        part_begins.extend((1..hours).map(|_| None));
    }
    let mut body = Vec::new();
    for (hour, part) in part_begins.into_iter().enumerate() {
        let mut cells = Vec::new();
        if let Some((name, hours)) = part {
            cells.push(Cell::head(name, "part").over(1, hours));
        }
        let clock = (hour + usize::from(FIRST_HOUR)) % 24;
        cells.push(Cell::head(format!("{clock}:00"), "hour"));
        for column in 0..=ACTIVITY {
            let at = |(of, hours, _): &&(usize, (usize, usize), Vec<Entry>)| *of == column && hours.0 == hour;
            if let Some((_, hours, within)) = blocks.iter().find(at) {
                cells.push(block(f, column, within).over(1, hours.1 - hours.0));
            } else if !blocks.iter().any(|(of, hours, _)| *of == column && hours.0 < hour && hour < hours.1) {
                cells.push(Cell::of(Vec::new(), ""));
            }
        }
        body.push(Tr { class: "", rows: String::new(), cells });
    }
    let days = f.label(keys::up3kyo::WEEKDAY);
    let mut head = vec![Cell::head("", "part").over(2, 1)];
    head.extend(["月", "火", "水", "木", "金", "土", "日"].map(|day| Cell::head(day, "day")));
    head.push(Cell::head(f.label(own::DAILY_ACTIVITY), "activity"));
    Grid { class: "week", caption: format!("{days}と時刻"), columns: &COLUMNS, head: vec![head], body }
}

/// A cell of the grid: what goes on there, each with its times.
fn block(f: &Filler<'_>, column: usize, within: &[Entry]) -> Cell {
    let mut cell = Cell::of(Vec::new(), if column == ACTIVITY { "taken activity" } else { "taken" });
    let mut boxes = Vec::new();
    for entry in within {
        let mut parts = f.value_of(entry.row, entry.keys[0]);
        parts.push(Part::Text("～".to_owned()));
        parts.extend(f.value_of(entry.row, entry.keys[1]));
        parts.push(Part::Break);
        parts.extend(f.value_of(entry.row, entry.keys[2]));
        if column != ACTIVITY {
            // The day stands at the head of the column; its code is told as well.
            parts.push(Part::Break);
            parts.extend(f.labelled(entry.row, "曜日", own::WEEKDAY));
        }
        boxes.push(Part::Box { rows: f.names(&[entry.row]), parts });
    }
    cell.parts = boxes;
    cell
}
