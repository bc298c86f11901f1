//! Where findings are made, with their places, and what a rule says of one it has made.

use std::sync::Arc;

use super::{RecordView, Rule};
use crate::bind::Row;
use crate::check::FileJudgement;
use crate::finding::{Finding, Got, ItemRef, Location, Place, Related, Severity};
use crate::scan::Record;
use crate::spec::{Certainty, Key, Table};
use crate::text::Message;

/// Where a check puts what it finds. Every method adds one finding and hands it back for details.
#[derive(Debug)]
pub struct Out<'a> {
    pub(crate) rule: &'static Rule,
    pub(crate) file: &'a Arc<str>,
    pub(crate) found: &'a mut Vec<Finding>,
}

impl Out<'_> {
    fn add(&mut self, at: Location, place: Option<Place>, table: Option<&'static Table>) -> &mut Finding {
        self.found.push(Finding {
            rule: self.rule,
            severity: self.rule.severity,
            at,
            message: self.rule.title.into(),
            expected: None,
            got: Got::Nothing,
            reading: self.rule.reading,
            related: Vec::new(),
            excerpt: None,
            row: None,
            place,
            table,
            capped: None,
        });
        self.found.last_mut().expect("a finding was pushed one line above")
    }

    /// About the file as a whole.
    pub fn whole_file(&mut self) -> &mut Finding {
        let file = Arc::clone(self.file);
        self.add(Location { file, line: None, item: None, bytes: None }, None, None)
    }

    /// About another file of the set as a whole.
    pub fn whole_other(&mut self, file: &FileJudgement) -> &mut Finding {
        self.add(Location { file: file.name.clone(), line: None, item: None, bytes: None }, None, None)
    }

    /// About bytes outside any record: a line end, a byte-order mark, the end of the file.
    pub fn bytes(&mut self, line: u64, bytes: std::ops::Range<u64>) -> &mut Finding {
        let file = Arc::clone(self.file);
        self.add(Location { file, line: Some(line), item: None, bytes: Some(bytes) }, None, None)
    }

    /// About a whole record.
    pub fn record(&mut self, record: &Record<'_>, table: Option<&'static Table>) -> &mut Finding {
        let file = Arc::clone(self.file);
        let at = Location { file, line: Some(record.line), item: None, bytes: Some(record.range()) };
        self.add(at, Some(Place::record(record)), table)
    }

    /// About a range inside a record, and the item that holds it, where it is known.
    pub fn range(&mut self, view: &RecordView<'_>, range: std::ops::Range<usize>) -> &mut Finding {
        let column = view.column_at(range.start);
        let table = view.table();
        let place = Place::range(&view.record, range, column);
        let file = Arc::clone(self.file);
        self.place_in(file, place, table)
    }

    /// About the content of a cell, capped by the item's certainty; `got` is the content.
    pub fn cell(&mut self, row: &Row<'_>, key: Key) -> &mut Finding {
        let column = row.table.column(key).expect("a rule names items of its own tables only");
        let cell = &row.record.cells[column];
        let shown = row.table.items[column].shown;
        let content = row.record.bytes[cell.content()].to_vec();
        let place = Place::range(&row.record, cell.content(), Some(column));
        let file = Arc::clone(self.file);
        let finding = self.place_in(file, place, Some(row.table));
        finding.got = Got::Value { bytes: content, shown };
        finding.cap()
    }

    /// About a place kept from an earlier row of this file, capped by the item's certainty.
    pub fn place(&mut self, place: Place, table: &'static Table) -> &mut Finding {
        let file = Arc::clone(self.file);
        self.place_in(file, place, Some(table)).cap()
    }

    /// About a place in another file of the set, capped by the item's certainty.
    pub fn place_other(&mut self, file: &FileJudgement, place: Place) -> &mut Finding {
        self.place_in(file.name.clone(), place, file.table).cap()
    }

    fn place_in(&mut self, file: Arc<str>, place: Place, table: Option<&'static Table>) -> &mut Finding {
        let item = table.and_then(|table| table.items.get(place.column as usize)).map(ItemRef::of);
        let at = Location { file, line: Some(place.line), item, bytes: Some(place.bytes()) };
        self.add(at, Some(place), table)
    }
}

impl Finding {
    /// Says it in words that fit this finding better than the rule's title.
    pub fn say(&mut self, ja: impl Into<String>, en: impl Into<String>) -> &mut Finding {
        self.message = Message::pair(ja, en);
        self
    }

    /// Says what should stand there.
    pub fn expected(&mut self, ja: impl Into<String>, en: impl Into<String>) -> &mut Finding {
        self.expected = Some(Message::pair(ja, en));
        self
    }

    /// Says what should stand there, in words that need no translation.
    pub fn expected_value(&mut self, value: impl Into<String>) -> &mut Finding {
        self.expected = Some(Message::same(value));
        self
    }

    /// Says what stands there. Only for what tells nothing of a person.
    pub fn got(&mut self, ja: impl Into<String>, en: impl Into<String>) -> &mut Finding {
        self.got = Got::Said(Message::pair(ja, en));
        self
    }

    /// Says what stands there, as bytes that may be masked.
    pub fn got_bytes(&mut self, bytes: &[u8], shown: bool) -> &mut Finding {
        self.got = Got::Value { bytes: bytes.to_vec(), shown };
        self
    }

    /// Names a second place in the same file.
    pub fn related(&mut self, place: Place, ja: impl Into<String>, en: impl Into<String>) -> &mut Finding {
        let at =
            Location { file: self.at.file.clone(), line: Some(place.line), item: None, bytes: Some(place.bytes()) };
        self.related.push(Related { at, note: Message::pair(ja, en) });
        self
    }

    /// Names a second file.
    pub fn related_file(&mut self, file: &Arc<str>, ja: impl Into<String>, en: impl Into<String>) -> &mut Finding {
        let at = Location { file: file.clone(), line: None, item: None, bytes: None };
        self.related.push(Related { at, note: Message::pair(ja, en) });
        self
    }

    /// Lowers the severity for this finding.
    pub fn at_most(&mut self, severity: Severity) -> &mut Finding {
        self.severity = self.severity.min(severity);
        self
    }

    /// Leaves the rule's reading out: the text is plain about this case.
    pub fn plain(&mut self) -> &mut Finding {
        self.reading = None;
        self
    }

    /// Takes back the cap: the rule does not rest on what the table is unsure of.
    pub fn uncapped(&mut self) -> &mut Finding {
        self.capped = None;
        self.severity = self.rule.severity;
        self
    }

    /// Caps the severity by the certainty of the item at its place.
    fn cap(&mut self) -> &mut Finding {
        let item = self.table.zip(self.place).and_then(|(table, place)| table.items.get(place.column as usize));
        let certainty = item.map_or(Certainty::Sure, |item| item.certainty);
        self.cap_by(certainty)
    }

    /// Caps the severity by a certainty.
    pub fn cap_by(&mut self, certainty: Certainty) -> &mut Finding {
        if certainty < Certainty::Sure && self.severity > Severity::Warning {
            self.severity = Severity::Warning;
            self.capped = Some(certainty);
        }
        self
    }
}
