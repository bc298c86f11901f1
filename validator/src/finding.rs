//! What a rule finds, and where. Values are kept as bytes here; masking them is the report's work.

use std::ops::Range;
use std::sync::Arc;

use crate::decode::{Encoding, display};
use crate::rule::Rule;
use crate::scan::{Cell, Record, line_breaks};
use crate::spec::{Certainty, Item, Table};
use crate::text::{Message, Text};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// May be rejected somewhere.
    Warning,
    /// Against the standard.
    Error,
}

impl Severity {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// A place in a record, light enough to be kept for every row of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// 1-based physical line.
    pub line: u64,
    /// Offset of the record.
    pub record: u64,
    /// Length of the record.
    pub record_length: u32,
    /// Start of the marked bytes in the record.
    pub start: u32,
    /// End of the marked bytes in the record.
    pub end: u32,
    /// 0-based column, `u16::MAX` for the whole row.
    pub column: u16,
}

impl Place {
    /// A whole record.
    pub fn record(record: &Record<'_>) -> Place {
        Place::range(record, 0..record.bytes.len(), None)
    }

    /// A range inside a record.
    pub fn range(record: &Record<'_>, range: Range<usize>, column: Option<usize>) -> Place {
        Place {
            line: record.line,
            record: record.at,
            record_length: record.bytes.len() as u32,
            start: range.start as u32,
            end: range.end as u32,
            column: column.map_or(u16::MAX, |column| column as u16),
        }
    }

    /// The marked bytes as a range of the file.
    pub fn bytes(&self) -> Range<u64> {
        self.record + u64::from(self.start)..self.record + u64::from(self.end)
    }
}

/// Where a finding is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The input's name.
    pub file: Arc<str>,
    /// 1-based physical line, that on which the record begins where one is concerned; `None` for the whole file.
    pub line: Option<u64>,
    /// The item concerned.
    pub item: Option<ItemRef>,
    /// The bytes concerned; `None` for the whole file.
    pub bytes: Option<Range<u64>>,
}

/// An item by its number and names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemRef {
    /// Its number in the published layout.
    pub no: u16,
    /// The glossary's name.
    pub key: &'static str,
    /// 項目名
    pub name_ja: &'static str,
}

impl ItemRef {
    /// The reference to an item.
    pub fn of(item: &'static Item) -> ItemRef {
        ItemRef { no: item.no, key: item.key.name(), name_ja: &item.name_ja }
    }
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Got {
    /// The absence of something says it all.
    Nothing,
    /// The content of a cell.
    Value {
        /// As it stands in the file.
        bytes: Vec<u8>,
        /// Whether it may be shown without being asked for.
        shown: bool,
    },
    /// Something counted or computed, which tells nothing of a person.
    Said(Message),
}

/// A second place that a finding speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// Where.
    pub at: Location,
    /// What is there.
    pub note: Message,
}

/// A part of a record around the marked bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The marked ones among them.
    pub mark: Range<usize>,
    /// Cells among them whose values may be shown.
    pub shown: Vec<Range<usize>>,
    /// Whether the record goes on before and after them.
    pub cut: (bool, bool),
    /// How many lines of the record end before the mark.
    pub lines: u64,
    /// What the line of the mark holds before it.
    pub before: Characters,
}

/// Counts of characters, by the encodings in which a file has records. Which one it is in is known at its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Characters {
    ms932: usize,
    utf8: usize,
    euc_jp: usize,
}

impl Characters {
    /// Counts them.
    pub fn of(bytes: &[u8]) -> Characters {
        let ascii = bytes.is_ascii().then_some(bytes.len());
        let count = |encoding| ascii.unwrap_or_else(|| display(bytes, encoding).chars().count());
        Characters { ms932: count(Encoding::Ms932), utf8: count(Encoding::Utf8), euc_jp: count(Encoding::EucJp) }
    }

    /// How many there are, read in an encoding.
    pub fn count(&self, encoding: Encoding) -> usize {
        match encoding {
            Encoding::Ms932 | Encoding::Utf16 | Encoding::Iso2022Jp | Encoding::NoText(_) => self.ms932,
            Encoding::Utf8 | Encoding::Utf8Bom => self.utf8,
            Encoding::EucJp => self.euc_jp,
        }
    }
}

/// What tells a row from the other rows of its file, wherever it stands: the values of its table's
/// key; where the table has none, or one of them is missing, all values of the row. Holds numbers of
/// people: it leaves the program through a keyed hash only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowKey(Vec<u8>);

impl RowKey {
    /// The key of a record; `table` is what it was read by.
    pub fn of(record: &[u8], cells: &[Cell], table: Option<&'static Table>) -> RowKey {
        let mut key = RowKey(Vec::new());
        let Some(table) = table.filter(|table| table.items.len() == cells.len() && cells.iter().all(Cell::is_sound))
        else {
            key.push("", record);
            return key;
        };
        let value = |column: usize| &record[cells[column].content()];
        let columns: Option<Vec<usize>> = table.row_key.iter().map(|key| table.column(*key)).collect();
        let columns = columns.filter(|columns| !columns.is_empty() && columns.iter().all(|&c| !value(c).is_empty()));
        for column in columns.unwrap_or_else(|| (0..cells.len()).collect()) {
            key.push(table.items[column].key.name(), value(column));
        }
        key
    }

    /// Each part with its length, so that no two rows run together.
    fn push(&mut self, name: &str, value: &[u8]) {
        for part in [name.as_bytes(), value] {
            self.0.extend((part.len() as u64).to_be_bytes());
            self.0.extend(part);
        }
    }

    /// The bytes to be hashed.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// One thing a rule has to say.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// Its severity, after every cap.
    pub severity: Severity,
    /// Where.
    pub at: Location,
    /// What is wrong.
    pub message: Message,
    /// What should stand there.
    pub expected: Option<Message>,
    /// What stands there.
    pub got: Got,
    /// Which reading of an ambiguous text it rests on.
    pub reading: Option<Text>,
    /// Other places concerned.
    pub related: Vec<Related>,
    /// The row, where one is concerned. `None` until somebody who can read the file again fills it.
    pub excerpt: Option<Excerpt>,
    /// Which row of the file it is, where one is concerned; filled in together with the excerpt.
    pub row: Option<RowKey>,
    /// The record to take the excerpt from.
    pub place: Option<Place>,
    /// The table that the place's columns belong to.
    pub table: Option<&'static Table>,
    /// Why the severity is below the rule's own, where the table is not sure.
    pub capped: Option<Certainty>,
}

impl Finding {
    /// 1-based physical line on which the marked bytes begin; without an excerpt, that on which their record
    /// begins. `None` for the whole file.
    pub fn line(&self) -> Option<u64> {
        let before = self.excerpt.as_ref().map_or(0, |excerpt| excerpt.lines);
        self.at.line.map(|line| line + before)
    }
}

/// How many bytes of a record an excerpt keeps on either side of the mark.
const AROUND: usize = 160;

impl Excerpt {
    /// Cuts the part around the mark out of a record. `cells` are the spans of its cells with
    /// whether each may be shown.
    pub fn cut(record: &[u8], mark: Range<usize>, cells: impl Iterator<Item = (Range<usize>, bool)>) -> Excerpt {
        let mark = mark.start.min(record.len())..mark.end.min(record.len());
        let mut spans: Vec<(Range<usize>, bool)> = cells.collect();
        spans.retain(|(span, _)| span.end <= record.len());
        // Cut at cell borders where there are any near, so that no character is cut in two.
        let from = spans
            .iter()
            .map(|(span, _)| span.start)
            .find(|&start| start + AROUND >= mark.start)
            .unwrap_or(0)
            .min(mark.start);
        let far = (mark.start + 4 * AROUND).min(record.len());
        let to = spans
            .iter()
            .map(|(span, _)| span.end)
            .take_while(|&end| end <= mark.end.min(far) + AROUND)
            .last()
            .unwrap_or(record.len())
            .max(mark.end)
            .min(far.max(mark.start));
        let (lines, line) = line_of(record, mark.start);
        Excerpt {
            bytes: record[from..to].to_vec(),
            mark: mark.start - from..mark.end.min(to) - from,
            shown: spans
                .iter()
                .filter(|(span, shown)| *shown && span.start >= from && span.end <= to)
                .map(|(span, _)| span.start - from..span.end - from)
                .collect(),
            cut: (from > 0, to < record.len()),
            lines,
            before: Characters::of(&record[line..mark.start]),
        }
    }
}

/// How many lines of a record end before a place in it, and where the line begins that holds it. Between CR
/// and LF no line begins.
fn line_of(record: &[u8], at: usize) -> (u64, usize) {
    let split = record[..at].ends_with(b"\r") && record[at..].starts_with(b"\n");
    let head = &record[..at - usize::from(split)];
    (line_breaks(head), head.iter().rposition(|byte| matches!(byte, b'\r' | b'\n')).map_or(0, |last| last + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::{Piece, scan};
    use crate::spec::{Kind, Version, tables};

    fn key(row: &str) -> RowKey {
        let mut key = None;
        scan(row.as_bytes(), &mut |piece| {
            if let Piece::Record(record) = piece {
                key = Some(RowKey::of(record.bytes, record.cells, tables(Version::V202407, Kind::Dltplan).first()));
            }
        });
        key.unwrap()
    }

    #[test]
    fn a_place_stands_on_the_line_that_holds_it() {
        let record = b"1,\"a\r\nbc\n\rd\",2";
        for (at, lines, start) in
            [(0, 0, 0), (4, 0, 0), (5, 0, 0), (6, 1, 6), (8, 1, 6), (9, 2, 9), (10, 3, 10), (13, 3, 10)]
        {
            assert_eq!(line_of(record, at), (lines, start), "{at}");
        }
        let cut = |at: usize| Excerpt::cut(record, at..at, [(0..record.len(), false)].into_iter());
        assert_eq!((cut(13).lines, cut(13).before), (3, Characters { ms932: 3, utf8: 3, euc_jp: 3 }));
    }

    #[test]
    fn an_excerpt_is_the_whole_cells_around_the_mark() {
        const WIDTH: usize = 7;
        let record = b"abcdef,".repeat(80);
        let cells = (0..record.len()).step_by(WIDTH).map(|start| (start..start + WIDTH - 1, start.is_multiple_of(3)));
        for start in 0..record.len() - 3 {
            let excerpt = Excerpt::cut(&record, start..start + 3, cells.clone());
            assert_eq!(excerpt.bytes[excerpt.mark.clone()], record[start..start + 3]);
            let from = start - excerpt.mark.start;
            let to = from + excerpt.bytes.len();
            assert!(excerpt.bytes == record[from..to] && from.is_multiple_of(WIDTH), "{start}");
            // One more cell would be too much.
            assert!(start - from <= AROUND && (from == 0 || start - from + WIDTH > AROUND), "{start} {from}");
            let last = record.len() - 1;
            assert!(to == last || (to + 1).is_multiple_of(WIDTH) && to <= start + 3 + AROUND, "{start} {to}");
            assert!(to == last || to + WIDTH > start + 3 + AROUND, "{start} {to}");
            assert_eq!(excerpt.cut, (from > 0, to < record.len()));
            let shown = cells.clone().filter(|(span, shown)| *shown && span.start >= from && span.end <= to);
            let shown: Vec<Range<usize>> = shown.map(|(span, _)| span.start - from..span.end - from).collect();
            assert_eq!(excerpt.shown, shown);
        }
        // One long text: the mark and no more than some of what follows.
        let long = Excerpt::cut(&record, 1..record.len() - 1, [(0..record.len(), true)].into_iter());
        assert_eq!((long.mark.clone(), long.bytes.len()), (1..record.len() - 1, record.len()));
        let longer = Excerpt::cut(&[b'a'; 5000], 1..4999, [(0..5000, true)].into_iter());
        assert_eq!((longer.mark, longer.bytes.len(), longer.cut), (1..1 + 4 * AROUND, 1 + 4 * AROUND, (false, true)));
        assert_eq!(longer.shown, []);
    }

    #[test]
    fn characters_are_counted_in_each_encoding() {
        let counted = |bytes: &[u8]| {
            let all = Characters::of(bytes);
            [Encoding::Ms932, Encoding::Utf8, Encoding::Utf8Bom, Encoding::EucJp].map(|encoding| all.count(encoding))
        };
        assert_eq!(counted("1,\"見".as_bytes())[1..3], [4, 4]);
        assert_eq!(counted(b"1,\"\x8C\xA9\x96\x7B")[0], 5);
        assert_eq!(counted(b"1,\"\xB8\xAB\xCB\xDC")[3], 5);
        assert_eq!(counted(b"1,\"a"), [4; 4]);
    }

    #[test]
    fn a_row_with_a_key_is_the_same_row_whatever_else_it_says() {
        // DLTPLAN: version, insurer, insured, month; the last three are the key.
        assert_eq!(key("202407,990010,0000000101,202610"), key("202408,\"990010\",0000000101,202610"));
        assert_ne!(key("202407,990010,0000000101,202610"), key("202407,990010,0000000102,202610"));
        let parts: &[&[u8]] = &[
            &[0, 0, 0, 0, 0, 0, 0, 14],
            b"insurer_number",
            &[0, 0, 0, 0, 0, 0, 0, 6],
            b"990010",
            &[0, 0, 0, 0, 0, 0, 0, 14],
            b"insured_number",
            &[0, 0, 0, 0, 0, 0, 0, 10],
            b"0000000101",
            &[0, 0, 0, 0, 0, 0, 0, 12],
            b"target_month",
            &[0, 0, 0, 0, 0, 0, 0, 6],
            b"202610",
        ];
        assert_eq!(key("202407,990010,0000000101,202610").bytes(), parts.concat());
    }

    #[test]
    fn a_row_whose_key_has_a_gap_is_all_its_values() {
        assert_eq!(key("202407,990010,,202610"), key("202407,\"990010\",,202610"));
        assert_ne!(key("202407,990010,,202610"), key("202408,990010,,202610"));
    }

    #[test]
    fn a_record_that_is_no_row_is_all_its_bytes() {
        assert_eq!(key("a,b").bytes(), b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x03a,b");
        assert_ne!(key("a,b"), key("a,c"));
    }
}
