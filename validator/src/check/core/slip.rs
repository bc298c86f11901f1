//! Where in a row an item was left out, or a value put in: from there on, values fit the items beside theirs.
//! Knows what the rules say of single cells; makes no finding. A guess, and told as one.

use std::ops::RangeInclusive;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::bind::Row;
use crate::finding::{Finding, Place, Severity};
use crate::rule::{CellView, Check, Out, RecordView};
use crate::rules;
use crate::rules::csv::COUNTS;
use crate::scan::{Cell, Quoting, Record};
use crate::spec::Item;

/// Items left out, or values put in, at most.
const MOST: usize = 3;

/// Places beside each other that may be meant, at most: of more, none is told.
const MOST_ALIKE: usize = 5;

/// So many more values fit their items than if it were elsewhere, at least.
const LEAST_EVIDENCE: usize = 3;

/// Tells with a finding about the number of items where they began not to fit, if their values tell it.
pub(super) fn tell_where(finding: &mut Finding, view: &RecordView<'_>) {
    if COUNTS.contains(&finding.rule.id) {
        // Whatever breaks on it, the finding stands.
        let _ = catch_unwind(AssertUnwindSafe(|| guess(finding, view)));
    }
}

fn guess(finding: &mut Finding, view: &RecordView<'_>) {
    let [table] = view.tables else { return };
    let (items, cells) = (&table.items[..], view.record.cells);
    let count = items.len().abs_diff(cells.len());
    if count == 0 || count > MOST {
        return;
    }
    let end = view.record.bytes.len();
    let nothing = |at: usize| vec![Cell::sound(at, at, false); count];
    let is_short = cells.len() < items.len();
    // As if it were behind the last value, and as if it were before the first one.
    let (behind, before) = match is_short {
        true => ([cells, &nothing(end)].concat(), [&nothing(0), cells].concat()),
        false => (cells[..items.len()].to_vec(), cells[count..].to_vec()),
    };
    let fit = |cells: &[Cell]| -> Vec<bool> {
        let row = Row { table, record: Record { cells, ..view.record } };
        (0..items.len()).map(|column| fits(&row, column, finding)).collect()
    };
    let (behind, before) = (fit(&behind), fit(&before));
    let before = if is_short { &before[count..] } else { &before[..] };
    let Some(places) = places(&behind, before) else { return };
    let start = |at: usize| cells.get(at).map_or(end, |cell| cell.span().start);
    let (bytes, ja, en) = if is_short {
        let (ja, en) = left_out(&items[*places.start()..places.end() + count], count);
        (start(*places.start())..start(*places.end()), ja, en)
    } else if *places.end() == items.len() {
        // What stands behind the last item is marked by the finding itself.
        return;
    } else {
        let (first, last) = (*places.start(), places.end() + count - 1);
        let (ja, en) = put_in(first + 1..=last + 1, count);
        (start(first)..cells[last].span().end, ja, en)
    };
    finding.related(Place::range(&view.record, bytes, None), ja, en);
}

/// Before which values it may be, each of which leaves all others where they fit best; `behind` and `before` tell
/// of each whether it fits where it stands, and whether it fits the item beside.
fn places(behind: &[bool], before: &[bool]) -> Option<RangeInclusive<usize>> {
    let misfits = |fit: &[bool]| fit.iter().filter(|fits| !**fits).count();
    let length = behind.len().min(before.len());
    let counts: Vec<usize> = (0..=length).map(|at| misfits(&behind[..at]) + misfits(&before[at..length])).collect();
    let (least, most) = (counts.iter().min()?, counts.iter().max()?);
    let (first, last) = (counts.iter().position(|one| one == least)?, counts.iter().rposition(|one| one == least)?);
    let together = counts[first..=last].iter().all(|one| one == least);
    (together && last - first < MOST_ALIKE && most - least >= LEAST_EVIDENCE).then_some(first..=last)
}

/// Whether the rules about single cells have nothing against a value.
fn fits(row: &Row<'_>, column: usize, finding: &Finding) -> bool {
    let (item, cell) = (&row.table.items[column], &row.record.cells[column]);
    let content = row.record.content(cell);
    if Row::is_text(item) && cell.quoting == Quoting::Bare && !content.is_empty() {
        return false;
    }
    let mut found = Vec::new();
    for rule in rules::all().iter().filter(|rule| rule.severity == Severity::Error) {
        if let Check::Cell(picks, check) | Check::Shape(picks, check) = rule.check
            && picks(item)
        {
            check(&CellView { row, item, cell, content }, &mut Out { rule, file: &finding.at.file, found: &mut found });
        }
    }
    found.is_empty()
}

/// So many of these items are missing.
fn left_out(items: &[Item], count: usize) -> (String, String) {
    let seem = if count == 1 { "seems" } else { "seem" };
    match items {
        [item] => (
            format!("No.{}「{}」が抜けているようです", item.no, item.name_ja),
            format!("No.{} ({}) seems to be left out here", item.no, item.key.name()),
        ),
        [first, .., last] if items.len() == count => (
            format!("No.{}からNo.{}までが抜けているようです", first.no, last.no),
            format!("No.{} to No.{} seem to be left out here", first.no, last.no),
        ),
        [first, .., last] => (
            format!("No.{}からNo.{}までのうち、{count}項目が抜けているようです", first.no, last.no),
            format!("{count} of No.{} to No.{} {seem} to be left out here", first.no, last.no),
        ),
        [] => Default::default(),
    }
}

/// So many of the values, counted from 1, are too much.
fn put_in(values: RangeInclusive<usize>, count: usize) -> (String, String) {
    let (first, last) = (values.start(), values.end());
    let seem = if count == 1 { "seems" } else { "seem" };
    match values.clone().count() {
        1 => (format!("{first}番目の値が余分なようです"), format!("value {first} seems to be too much")),
        all if all == count => (
            format!("{first}番目から{last}番目までの値が余分なようです"),
            format!("the values {first} to {last} seem to be too much"),
        ),
        _ => (
            format!("{first}番目から{last}番目までのうち、{count}つの値が余分なようです"),
            format!("{count} of the values {first} to {last} {seem} to be too much"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use super::COUNTS;
    use crate::draft::Draft;
    use crate::spec::Kind;
    use crate::{Options, judge};

    /// Where a finding about the number of items says that it may be, after an edit of the first row of a file:
    /// the bytes of the row, and the words.
    fn told(sample: &str, file: usize, edit: impl Fn(&mut Vec<Vec<u8>>)) -> Option<(Range<usize>, String)> {
        let mut draft = Draft::sample(sample).expect("it is one");
        edit(&mut draft.files[file].rows.first_mut()?.cells);
        let judgement = judge(&draft.to_files(), &Options::default());
        let findings = judgement.findings();
        let found = findings.iter().find(|finding| COUNTS.contains(&finding.rule.id))?;
        let related = found.related.first()?;
        let bytes = related.at.bytes.clone().expect("it is a place");
        Some((bytes.start as usize..bytes.end as usize, related.note.en.clone()))
    }

    #[test]
    fn the_item_left_out_and_the_value_put_in_are_told_with_their_places() {
        let draft = Draft::sample("202407-table").expect("it is one");
        let file = draft.index(Kind::Upplan).expect("it has one");
        let cells = &draft.files[file].rows[0].cells;
        let start = |column: usize| cells[..column].iter().map(|cell| cell.len() + 1).sum::<usize>();
        let told = |edit: fn(&mut Vec<Vec<u8>>)| told("202407-table", file, edit).expect("it is told");
        let left_out = (start(5)..start(5), "No.6 (support_office_number) seems to be left out here".to_owned());
        assert_eq!(told(|cells| drop(cells.remove(5))), left_out);
        let (bytes, words) = told(|cells| drop(cells.drain(5..7)));
        assert_eq!((bytes.start, &*words), (start(5), "No.6 to No.7 seem to be left out here"));
        let put_in = (start(5)..start(5) + 1, "value 6 seems to be too much".to_owned());
        assert_eq!(told(|cells| cells.insert(5, b"x".to_vec())), put_in);
    }

    #[test]
    fn what_is_told_is_true_wherever_it_was() {
        let (mut all, mut left_out, mut put_in) = (0, 0, 0);
        for sample in Draft::sample_names() {
            let draft = Draft::sample(sample).expect("it is one");
            for (file, row) in draft.files.iter().enumerate().filter_map(|(i, file)| Some((i, file.rows.first()?))) {
                let mut start = row.cells[0].len() + 1;
                for column in 1..row.cells.len() {
                    let at = |told: &Range<usize>, words: &str| {
                        assert!((told.start..=told.end).contains(&start), "{sample} {file} {column}: {words}");
                        // Keys have digits, too. The last number, and the one before it where it is no count.
                        let words = words.split(" (").next().unwrap_or(words);
                        let numbers: Vec<usize> = words
                            .split(|c: char| !c.is_ascii_digit())
                            .filter_map(|digits| digits.parse().ok())
                            .collect();
                        let first = if words.contains(" to No.") || words.contains("values") { 2 } else { 1 };
                        let (first, last) = (numbers[numbers.len() - first], numbers[numbers.len() - 1]);
                        assert!((first..=last).contains(&(column + 1)), "{sample} {file} {column}: {words}");
                    };
                    all += 1;
                    if let Some((bytes, words)) = told(sample, file, |cells| drop(cells.remove(column))) {
                        // With the last item its comma is gone, too.
                        at(&(bytes.start..bytes.end + usize::from(column + 1 == row.cells.len())), &words);
                        left_out += 1;
                    }
                    if let Some((bytes, words)) = told(sample, file, |cells| cells.insert(column, b"x".to_vec())) {
                        at(&(bytes.start..bytes.end - 1), &words);
                        put_in += 1;
                    }
                    start += row.cells[column].len() + 1;
                }
            }
        }
        // Among empty items and free texts nothing tells where it was.
        assert!(left_out * 2 > all && put_in * 10 > all * 9, "{left_out} and {put_in} of {all}");
    }
}
