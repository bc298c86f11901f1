//! Writes rows as the bytes of a file. Which items a kind has, in which order, how long they are
//! and which are quoted comes from the tables of the standard. Knows no population and no file.

mod cells;
mod characters;
mod columns;
mod deletion;
mod month;

pub use deletion::Deletion;
pub use month::{Beside, Sheet, TypeUnits, level_code, result, sex_code, supplement, table6, table7};

use renkei_validator::bind::YearMonth;
use renkei_validator::spec::{Key, Kind, Version};
use thiserror::Error;
use time::Date;

use self::cells::Cells;
use self::characters::{Put, is_plain, put_quoted};
use self::columns::{Layout, layout};

/// Why a row cannot be written: the value does not fit what the standard says of the item.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EncodeError {
    /// The version has no such kind.
    #[error("version {version} has no kind {kind}")]
    NoKind {
        /// The version.
        version: Version,
        /// The kind.
        kind: Kind,
    },
    /// A character that MS932 has not, or that other tables read as another one.
    #[error("{kind} {item}: a character outside MS932 or of two readings in `{text}`")]
    Character {
        /// The kind.
        kind: Kind,
        /// The item's key.
        item: &'static str,
        /// What was to be written.
        text: String,
    },
    /// Longer or shorter than the item may be.
    #[error("{kind} {item}: `{text}` has not the length of the item")]
    Length {
        /// The kind.
        kind: Kind,
        /// The item's key.
        item: &'static str,
        /// What was to be written.
        text: String,
    },
    /// An item that must be filled is empty.
    #[error("{kind} {item}: nothing stands in a required item")]
    Missing {
        /// The kind.
        kind: Kind,
        /// The item's key.
        item: &'static str,
    },
    /// An office that the population has not.
    #[error("there is no office of index {index}")]
    NoOffice {
        /// The index.
        index: u32,
    },
}

/// A row in the making. What was put into an item stays there from row to row until something else
/// is put there; what the table has no item for is left out.
///
/// The first fault is kept and told by [`Line::end`], so that a row is written whole or not at all.
#[derive(Debug)]
pub struct Line {
    layout: &'static Layout,
    cells: Cells,
    fault: Option<EncodeError>,
}

impl Line {
    /// An empty row, but for the version and what always stands in an item.
    pub fn new(version: Version, kind: Kind) -> Result<Line, EncodeError> {
        let layout = layout(version, kind).ok_or(EncodeError::NoKind { version, kind })?;
        let cells = Cells::of(layout.columns.iter().map(|column| column.fixed.as_bytes()));
        Ok(Line { layout, cells, fault: None })
    }

    /// Empties an item.
    pub fn clear(&mut self, key: Key) {
        if let Some(column) = self.layout.table.column(key) {
            self.cells.clear(column);
        }
    }

    /// Puts text into an item, in quotes where the item is free text. Nothing stays nothing.
    pub fn put(&mut self, key: Key, text: &str) {
        let Some(column) = self.layout.table.column(key) else { return };
        let layout = self.layout;
        if let Err(error) = self.cells.put(column, |cell| put_text(cell, layout, column, text)) {
            self.fault.get_or_insert(error);
        }
    }

    /// Puts a whole number into an item.
    pub fn put_number(&mut self, key: Key, number: i64) {
        let Some(column) = self.layout.table.column(key) else { return };
        self.cells.put(column, |cell| push_number(cell, number));
        self.measure(column);
    }

    /// Puts a number of hundredths into an item, with a point and both digits behind it.
    pub fn put_hundredths(&mut self, key: Key, hundredths: u32) {
        let Some(column) = self.layout.table.column(key) else { return };
        self.cells.put(column, |cell| {
            push_number(cell, i64::from(hundredths / 100));
            cell.push(b'.');
            cell.extend_from_slice(&two(hundredths % 100));
        });
        self.measure(column);
    }

    /// Puts a number into an item, or nothing.
    pub fn put_number_or_none(&mut self, key: Key, number: Option<i64>) {
        match number {
            Some(number) => self.put_number(key, number),
            None => self.clear(key),
        }
    }

    /// Puts a day into an item, as YYYYMMDD.
    pub fn put_date(&mut self, key: Key, date: Date) {
        let Some(column) = self.layout.table.column(key) else { return };
        let (year, month) = (four(date.year().unsigned_abs()), two(u32::from(u8::from(date.month()))));
        let day = two(u32::from(date.day()));
        let digits = [year[0], year[1], year[2], year[3], month[0], month[1], day[0], day[1]];
        self.cells.put(column, |cell| cell.extend_from_slice(&digits));
        self.measure(column);
    }

    /// Puts a day into an item, or nothing.
    pub fn put_date_or_none(&mut self, key: Key, date: Option<Date>) {
        match date {
            Some(date) => self.put_date(key, date),
            None => self.clear(key),
        }
    }

    /// Puts a month into an item, as YYYYMM.
    pub fn put_month(&mut self, key: Key, month: YearMonth) {
        let Some(column) = self.layout.table.column(key) else { return };
        self.cells.put(column, |cell| {
            cell.extend_from_slice(&four(u32::from(month.year)));
            cell.extend_from_slice(&two(u32::from(month.month)));
        });
    }

    /// Puts a time into an item, as HHMM; nothing is 9999.
    pub fn put_time(&mut self, key: Key, minutes: Option<u16>) {
        let Some(column) = self.layout.table.column(key) else { return };
        let digits = match minutes {
            Some(minutes) => {
                let (hour, minute) = (two(u32::from(minutes / 60)), two(u32::from(minutes % 60)));
                [hour[0], hour[1], minute[0], minute[1]]
            }
            None => *b"9999",
        };
        self.cells.put(column, |cell| cell.extend_from_slice(&digits));
        self.measure(column);
    }

    /// Writes the row with its line end.
    pub fn end(&mut self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        let mut length = 1;
        for (at, (column, cell)) in self.layout.columns.iter().zip(self.cells.iter()).enumerate() {
            if cell.is_empty() && column.is_required {
                return Err(missing(self.layout, at));
            }
            length += cell.len() + 1;
        }
        out.reserve(length);
        for (column, cell) in self.cells.iter().enumerate() {
            if column > 0 {
                out.push(b',');
            }
            out.extend_from_slice(cell);
        }
        out.extend_from_slice(b"\r\n");
        Ok(())
    }

    fn measure(&mut self, column: usize) {
        if let Err(error) = measure(self.layout, column, self.cells.get(column)) {
            self.fault.get_or_insert(error);
        }
    }
}

/// Puts text behind what is there. Nothing stays nothing.
#[inline]
fn put_text(out: &mut Vec<u8>, layout: &Layout, column: usize, text: &str) -> Result<(), EncodeError> {
    if text.is_empty() {
        return Ok(());
    }
    if layout.columns[column].is_text {
        return match put_quoted(out, text) {
            Put::Whole => Ok(()),
            Put::Refused => Err(character(layout, column, text)),
        };
    }
    check_plain(layout, column, text)?;
    out.extend_from_slice(text.as_bytes());
    Ok(())
}

/// Whether text can stand in an item without quotes.
#[inline]
fn check_plain(layout: &Layout, column: usize, text: &str) -> Result<(), EncodeError> {
    if !is_plain(text.as_bytes()) {
        return Err(character(layout, column, text));
    }
    measure(layout, column, text.as_bytes())
}

#[inline]
fn measure(layout: &Layout, column: usize, cell: &[u8]) -> Result<(), EncodeError> {
    let (least, most) = layout.columns[column].length;
    if (least..=most).contains(&cell.len()) { Ok(()) } else { Err(misfit(layout, column, cell)) }
}

#[cold]
fn misfit(layout: &Layout, column: usize, cell: &[u8]) -> EncodeError {
    let text = String::from_utf8_lossy(cell).into_owned();
    EncodeError::Length { kind: layout.table.kind, item: name(layout, column), text }
}

#[cold]
fn character(layout: &Layout, column: usize, text: &str) -> EncodeError {
    EncodeError::Character { kind: layout.table.kind, item: name(layout, column), text: text.to_owned() }
}

#[cold]
fn missing(layout: &Layout, column: usize) -> EncodeError {
    EncodeError::Missing { kind: layout.table.kind, item: name(layout, column) }
}

fn name(layout: &Layout, column: usize) -> &'static str {
    layout.table.items[column].key.name()
}

/// Items with what stands in them: a row of a kind that has a place for every thought.
pub type Items = Vec<(Key, String)>;

/// The most items that a row from items may have; all tables have fewer.
const MOST_ITEMS: usize = 128;

/// Writes a row from items; those not named are empty. Of two for one place the later stands.
pub fn row(out: &mut Vec<u8>, version: Version, kind: Kind, items: &[(Key, String)]) -> Result<(), EncodeError> {
    let layout = layout(version, kind).ok_or(EncodeError::NoKind { version, kind })?;
    // Of each column, one more than the place of its item.
    let mut places = [0_u16; MOST_ITEMS];
    for ((key, _), place) in items.iter().zip(1..) {
        if let Some(column) = layout.table.column(*key) {
            places[column] = place;
        }
    }
    let begin = out.len();
    let written = cells(out, layout, items, &places);
    if written.is_err() {
        out.truncate(begin);
    }
    written
}

fn cells(
    out: &mut Vec<u8>,
    layout: &Layout,
    items: &[(Key, String)],
    places: &[u16; MOST_ITEMS],
) -> Result<(), EncodeError> {
    let mut empty = None;
    for (at, (column, place)) in layout.columns.iter().zip(places).enumerate() {
        let begin = out.len();
        match items.get(usize::from(*place).wrapping_sub(1)) {
            Some((_, text)) => put_text(out, layout, at, text)?,
            None => out.extend_from_slice(column.fixed.as_bytes()),
        }
        if out.len() == begin && column.is_required && empty.is_none() {
            empty = Some(at);
        }
        out.push(b',');
    }
    // The last comma is a line end.
    out.pop();
    out.extend_from_slice(b"\r\n");
    // A value that does not fit is told before one that is not there.
    empty.map_or(Ok(()), |at| Err(missing(layout, at)))
}

/// A day as YYYYMMDD.
pub fn day(date: Date) -> String {
    format!("{:04}{:02}{:02}", date.year(), u8::from(date.month()), date.day())
}

fn push_number(cell: &mut Vec<u8>, number: i64) {
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        cell.push(b'-');
    }
    cell.extend_from_slice(&digits[at..]);
}

/// The last two digits.
fn two(number: u32) -> [u8; 2] {
    [b'0' + (number / 10 % 10) as u8, b'0' + (number % 10) as u8]
}

/// The last four digits.
fn four(number: u32) -> [u8; 4] {
    let (high, low) = (two(number / 100), two(number));
    [high[0], high[1], low[0], low[1]]
}

#[cfg(test)]
mod tests {
    use super::*;
    use renkei_validator::spec::keys::{dltplan, upplan, upsikyu};

    fn dltplan_line() -> Line {
        let mut line = Line::new(Version::V202407, Kind::Dltplan).expect("the kind exists");
        line.put(dltplan::INSURER_NUMBER, "991018");
        line.put(dltplan::INSURED_NUMBER, "0000000101");
        line.put_month(dltplan::TARGET_MONTH, YearMonth { year: 2026, month: 4 });
        line
    }

    #[test]
    fn a_row_is_written_in_the_order_of_the_table() {
        let mut out = Vec::new();
        dltplan_line().end(&mut out).expect("the row is whole");
        assert_eq!(out, b"202407,991018,0000000101,202604\r\n");
    }

    #[test]
    fn free_text_is_quoted_and_its_quotes_are_doubled() {
        let mut line = Line::new(Version::V202407, Kind::Upplan).expect("the kind exists");
        line.put(upplan::PLAN_MANAGER_NAME, "髙\"ソ\"①");
        assert_eq!(line.cells.get(6), b"\"\xFB\xFC\"\"\x83\x5C\"\"\x87\x40\"");
        line.put(upplan::PLAN_MANAGER_NAME, "");
        assert_eq!(line.cells.get(6), b"");
    }

    #[test]
    fn characters_outside_ms932_or_of_two_readings_are_refused() {
        for text in ["𠮷野家", "～", "−", "¥", "㈱\u{1F600}", "a\tb", "―"] {
            let mut line = Line::new(Version::V202407, Kind::Upplan).expect("the kind exists");
            line.put(upplan::PLAN_MANAGER_NAME, text);
            let fault = line.end(&mut Vec::new());
            assert!(matches!(fault, Err(EncodeError::Character { .. })), "{text}: {fault:?}");
        }
        let mut line = dltplan_line();
        line.put(dltplan::INSURED_NUMBER, "１００００００００1");
        assert!(matches!(line.end(&mut Vec::new()), Err(EncodeError::Character { .. })));
    }

    #[test]
    fn a_value_of_another_length_and_an_empty_required_item_are_refused() {
        let mut out = Vec::new();
        let mut line = dltplan_line();
        line.put(dltplan::INSURED_NUMBER, "1");
        assert!(matches!(line.end(&mut out), Err(EncodeError::Length { item: "insured_number", .. })));
        let mut line = dltplan_line();
        line.clear(dltplan::INSURED_NUMBER);
        assert!(matches!(line.end(&mut out), Err(EncodeError::Missing { item: "insured_number", .. })));
        assert_eq!(out, b"");
    }

    #[test]
    fn what_a_version_has_no_item_for_is_left_out() {
        let items = |version, kind| Line::new(version, kind).map(|line| line.cells.iter().count());
        assert_eq!(items(Version::V202407, Kind::Upsikyu), Ok(37));
        assert_eq!(items(Version::V202208, Kind::Upsikyu), Ok(34));
        assert_eq!(items(Version::V202003, Kind::Upsikyu), Ok(33));
        assert!(matches!(items(Version::V202208, Kind::Upkihon), Err(EncodeError::NoKind { .. })));
        let mut line = Line::new(Version::V202208, Kind::Upsikyu).expect("the kind exists");
        line.put(upsikyu::EQUIPMENT_NAME, "手すり");
        assert!(line.cells.iter().filter(|cell| !cell.is_empty()).eq([b"202208".as_slice(), b"9999999999"]));
    }

    #[test]
    fn a_row_from_items_is_that_of_a_line_or_nothing() {
        let items: Items = [
            (dltplan::TARGET_MONTH, "202603"),
            (dltplan::INSURED_NUMBER, "0000000101"),
            (dltplan::INSURER_NUMBER, "991018"),
            (dltplan::TARGET_MONTH, "202604"),
        ]
        .map(|(key, text)| (key, text.to_owned()))
        .into();
        let mut out = b"before".to_vec();
        row(&mut out, Version::V202407, Kind::Dltplan, &items).expect("the row is whole");
        assert_eq!(out, b"before202407,991018,0000000101,202604\r\n");
        let missing = row(&mut out, Version::V202407, Kind::Dltplan, &items[..2]);
        assert_eq!(missing, Err(EncodeError::Missing { kind: Kind::Dltplan, item: "insurer_number" }));
        let longer = [&items[..], &[(dltplan::INSURER_NUMBER, "9910181".to_owned())]].concat();
        assert!(matches!(row(&mut out, Version::V202407, Kind::Dltplan, &longer), Err(EncodeError::Length { .. })));
        assert_eq!(out.len(), 39);
    }

    #[test]
    fn every_table_fits_into_a_row_from_items() {
        for version in Version::ALL {
            for kind in Kind::ALL {
                assert!(layout(version, *kind).is_none_or(|layout| layout.columns.len() <= MOST_ITEMS), "{kind}");
            }
        }
    }

    #[test]
    fn numbers_and_times_are_written_plainly() {
        let mut line = Line::new(Version::V202407, Kind::Upplan).expect("the kind exists");
        line.put_number(upplan::UNITS, -120);
        line.put_time(upplan::START_TIME, Some(545));
        line.put_time(upplan::END_TIME, None);
        assert_eq!(line.cells.get(7), b"-120");
        assert_eq!(line.cells.get(11), b"0905");
        assert_eq!(line.cells.get(12), b"9999");
        let mut line = Line::new(Version::V202407, Kind::Upsikyu).expect("the kind exists");
        line.put_hundredths(upsikyu::UNIT_PRICE, 1105);
        assert_eq!(line.cells.get(22), b"11.05");
    }
}
