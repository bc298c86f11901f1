//! Content as the official forms show it: a sheet to type from, or to hold beside a screen. Lays values out
//! and words them; leaves none out (what a form has no place for stands below it), judges none, and knows
//! no case but by the words at the top.

mod basic;
mod days;
mod filler;
mod merged;
mod model;
mod page;
mod person;
mod plain;
mod plan;
mod prevention;
mod units;
mod week;
mod wording;

use renkei_validator::spec::{Key, Kind, Segment, Table};

use super::content::Content;
use super::sheet::Sheet;

pub use model::Form;
pub use page::{Head, Purpose, page};
pub(crate) use wording::weekday;
pub use wording::wording;

/// A file, as far as forms are concerned: what it is, and its rows as texts.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its kind.
    pub kind: Kind,
    /// The table that its rows are of; `None` for an image, and where there is no row.
    pub table: Option<&'static Table>,
    /// The parts of its name that are there.
    pub parts: Vec<(Segment, String)>,
    /// Its rows, in the order of the file; each has as many values as the table has items.
    pub rows: Vec<Vec<String>>,
    /// An image.
    pub image: Vec<u8>,
}

impl Document {
    /// What a file says. `None` where it holds a row that is not of its table, or bytes that are no text.
    pub fn of(sheet: &Sheet) -> Option<Document> {
        use super::sheet::Value;
        let text = |value: &Value| match value {
            Value::Text(text) => Some(text.clone()),
            Value::Broken(_) => None,
        };
        let items = sheet.table.map_or(0, |table| table.items.len());
        let row = |cells: &[Value]| match cells.len() == items {
            true => cells.iter().map(text).collect::<Option<Vec<_>>>(),
            false => None,
        };
        let rows = sheet.rows.iter().map(|one| row(&one.cells)).collect::<Option<Vec<_>>>()?;
        let parts = PARTS.iter().map(|segment| (*segment, sheet.part(*segment).to_owned()));
        Some(Document {
            kind: sheet.kind,
            table: sheet.table,
            parts: parts.filter(|(_, part)| !part.is_empty()).collect(),
            rows,
            image: sheet.image.clone(),
        })
    }

    /// A value; empty where the table has no such item.
    pub(crate) fn get(&self, row: usize, key: Key) -> &str {
        let column = self.table.and_then(|table| table.column(key));
        column.and_then(|column| self.rows.get(row)?.get(column)).map_or("", String::as_str)
    }
}

const PARTS: [Segment; 7] = [
    Segment::TargetMonth,
    Segment::SenderOffice,
    Segment::SenderServiceType,
    Segment::ReceiverOffice,
    Segment::ReceiverServiceType,
    Segment::Timestamp,
    Segment::Branch,
];

/// The forms of some files, in the order in which the forms are numbered; those of one person and plan
/// apart from those of the next.
pub fn forms(documents: &[Document]) -> Vec<Form> {
    let mut forms = Vec::new();
    for kinds in ORDER {
        for (at, document) in documents.iter().enumerate().filter(|(_, document)| kinds.contains(&document.kind)) {
            let source = Source { at, document, all: documents };
            match document.kind {
                Kind::Up1kyo => plan::first(&source, &mut forms),
                Kind::Up2kyo => plan::second(&source, &mut forms),
                Kind::Up3kyo => week::third(&source, &mut forms),
                Kind::Upplan | Kind::Upjsk => days::sixth(&source, &mut forms),
                Kind::Upsikyu => units::seventh(&source, &mut forms),
                Kind::Uphosoku => person::supplement(&source, &mut forms),
                Kind::Upkihon => basic::basic(&source, &mut forms),
                Kind::UpkihonSub1 => basic::day(&source, &mut forms),
                Kind::UpkihonSub2 => basic::illnesses(&source, &mut forms),
                Kind::UpkihonImage => basic::image(&source, &mut forms),
                Kind::Upyobo => prevention::plan(&source, &mut forms),
                Kind::UpyoboSub => prevention::support(&source, &mut forms),
                Kind::Dlt1kyo | Kind::Dltplan | Kind::Dltjsk | Kind::Dltkihon | Kind::Dltyobo => {
                    plain::deletion(&source, &mut forms);
                }
            }
        }
    }
    forms
}

/// The forms of a content.
pub fn of(content: &Content) -> Vec<Form> {
    forms(&content.to_sheets().iter().filter_map(Document::of).collect::<Vec<_>>())
}

const ORDER: [&[Kind]; 9] = [
    &[Kind::Uphosoku],
    &[Kind::Up1kyo],
    &[Kind::Up2kyo],
    &[Kind::Up3kyo],
    &[Kind::Upplan, Kind::Upjsk],
    &[Kind::Upsikyu],
    &[Kind::Upkihon, Kind::UpkihonSub1, Kind::UpkihonSub2, Kind::UpkihonImage],
    &[Kind::Upyobo, Kind::UpyoboSub],
    &[Kind::Dlt1kyo, Kind::Dltplan, Kind::Dltjsk, Kind::Dltkihon, Kind::Dltyobo],
];

/// A file that forms are made of, and those beside it.
pub(crate) struct Source<'a> {
    /// Its place among all.
    pub(crate) at: usize,
    /// Itself.
    pub(crate) document: &'a Document,
    /// All of them.
    pub(crate) all: &'a [Document],
}

impl Source<'_> {
    /// Rows that agree in some items, in the order of their first ones.
    pub(crate) fn groups(&self, keys: &[Key]) -> Vec<Vec<usize>> {
        self.split((0..self.document.rows.len()).collect(), keys)
    }

    /// The same among some rows.
    pub(crate) fn split(&self, rows: Vec<usize>, keys: &[Key]) -> Vec<Vec<usize>> {
        let mut groups: Vec<(Vec<&str>, Vec<usize>)> = Vec::new();
        for row in rows {
            let values: Vec<&str> = keys.iter().map(|key| self.document.get(row, *key)).collect();
            match groups.iter_mut().find(|(known, _)| *known == values) {
                Some((_, rows)) => rows.push(row),
                None => groups.push((values, vec![row])),
            }
        }
        groups.into_iter().map(|(_, rows)| rows).collect()
    }
}
