//! What one office keeps of another's: documents by their natural keys, read from the files of a set and
//! written into them. Knows which rows belong together; knows no office's state and no transport.

mod pack;
mod write;

use std::collections::BTreeMap;
use std::fmt;

use renkei_validator::name::FileName;
use renkei_validator::spec::keys::{dltjsk, up1kyo, uphosoku, upkihon, upplan};
use renkei_validator::spec::{Key, Kind, Segment, Table, Version};
use renkei_validator::text::{Message, Text};

use crate::suite::compare::Named;
use crate::suite::sheet::{Sheet, Value};

pub(super) use write::{Envelope, deletions, documents, sheets};

/// What is exchanged and replaced as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Matter {
    /// 居宅サービス計画書 with its 利用者補足情報.
    CarePlan,
    /// サービス利用票・別表 with their 利用者補足情報.
    UseTable,
    /// 利用者基本情報 with its sub tables and picture.
    BasicInfo,
    /// 介護予防サービス・支援計画書
    PreventionPlan,
    /// 実績
    Result,
}

impl Matter {
    /// All of them.
    pub(super) const ALL: [Matter; 5] =
        [Matter::CarePlan, Matter::UseTable, Matter::BasicInfo, Matter::PreventionPlan, Matter::Result];

    /// The kinds of its files, base first.
    pub(super) fn kinds(self) -> &'static [Kind] {
        match self {
            Matter::CarePlan => &[Kind::Up1kyo, Kind::Up2kyo, Kind::Up3kyo, Kind::Uphosoku],
            Matter::UseTable => &[Kind::Upplan, Kind::Upsikyu, Kind::Uphosoku],
            Matter::BasicInfo => &[Kind::Upkihon, Kind::UpkihonSub1, Kind::UpkihonSub2],
            Matter::PreventionPlan => &[Kind::Upyobo, Kind::UpyoboSub],
            Matter::Result => &[Kind::Upjsk],
        }
    }

    /// The kind that deletes it.
    pub(super) fn delete(self) -> Kind {
        match self {
            Matter::CarePlan => Kind::Dlt1kyo,
            Matter::UseTable => Kind::Dltplan,
            Matter::BasicInfo => Kind::Dltkihon,
            Matter::PreventionPlan => Kind::Dltyobo,
            Matter::Result => Kind::Dltjsk,
        }
    }

    /// The item that says when it is of: a day or a month.
    fn when(self) -> Key {
        match self {
            Matter::CarePlan | Matter::PreventionPlan => up1kyo::PLAN_CREATED_ON,
            Matter::UseTable | Matter::Result => upplan::TARGET_MONTH,
            Matter::BasicInfo => upkihon::CONSULTED_ON,
        }
    }

    /// What people call it.
    pub(super) fn title(self) -> Text {
        let (ja, en) = match self {
            Matter::CarePlan => ("居宅サービス計画書", "care plan"),
            Matter::UseTable => ("サービス利用票・別表", "use table"),
            Matter::BasicInfo => ("利用者基本情報", "basic information"),
            Matter::PreventionPlan => ("介護予防サービス・支援計画書", "prevention plan"),
            Matter::Result => ("実績", "result"),
        };
        Text { ja, en }
    }

    fn letter(self) -> &'static str {
        match self {
            Matter::CarePlan => "C",
            Matter::UseTable => "U",
            Matter::BasicInfo => "B",
            Matter::PreventionPlan => "P",
            Matter::Result => "R",
        }
    }
}

/// Which document of whom.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RecordKey {
    pub(super) matter: Matter,
    /// A day or a month, as the item has it.
    pub(super) when: String,
    pub(super) insurer: String,
    pub(super) insured: String,
    /// The office that served, of a result; empty for all else.
    pub(super) office: String,
    /// The service type of what it did; empty for all else.
    pub(super) service_type: String,
}

impl RecordKey {
    /// The key as one word, which [`RecordKey::parse`] reads. Keys of one matter and time are neighbours.
    pub(super) fn word(&self) -> String {
        let RecordKey { matter, when, insurer, insured, office, service_type } = self;
        format!("{}/{when}/{service_type}/{office}/{insurer}/{insured}", matter.letter())
    }

    /// Reads a word.
    pub(super) fn parse(word: &str) -> Option<RecordKey> {
        let parts: Vec<&str> = word.split('/').collect();
        let [letter, when, service_type, office, insurer, insured] = parts[..] else { return None };
        let matter = Matter::ALL.into_iter().find(|matter| matter.letter() == letter)?;
        let [when, service_type, office, insurer, insured] =
            [when, service_type, office, insurer, insured].map(str::to_owned);
        Some(RecordKey { matter, when, insurer, insured, office, service_type })
    }

    /// What all words of results of a month and service type begin with.
    pub(super) fn results_of(month: &str, service_type: &str) -> String {
        format!("{}/{month}/{service_type}/", Matter::Result.letter())
    }

    /// What all words of a matter at a time begin with.
    pub(super) fn all_of(matter: Matter, when: &str) -> String {
        format!("{}/{when}/", matter.letter())
    }
}

/// Rows of one kind, each with as many cells as its table has items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) kind: Kind,
    pub(super) rows: Vec<Vec<String>>,
}

/// What a document says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Body {
    pub(super) version: Version,
    /// In the order of [`Matter::kinds`]; none without rows.
    pub(super) parts: Vec<Part>,
    /// The picture of 利用者基本情報; empty where it has none.
    pub(super) image: Vec<u8>,
}

impl Body {
    /// Rows of a kind; none where there is no such part.
    pub(super) fn rows(&self, kind: Kind) -> &[Vec<String>] {
        self.parts.iter().find(|part| part.kind == kind).map_or(&[], |part| &part.rows)
    }

    /// How many rows, and how many values stand in them.
    pub(super) fn size(&self) -> (u64, u64) {
        let rows = || self.parts.iter().flat_map(|part| &part.rows);
        let values = rows().map(|row| row.iter().filter(|cell| !cell.is_empty()).count() as u64).sum();
        (rows().count() as u64, values)
    }

    /// The table of a part.
    pub(super) fn table(&self, kind: Kind) -> Option<&'static Table> {
        renkei_validator::spec::tables(self.version, kind).last()
    }

    fn part(&mut self, kind: Kind) -> &mut Part {
        let at = match self.parts.iter().position(|part| part.kind == kind) {
            Some(at) => at,
            None => {
                self.parts.push(Part { kind, rows: Vec::new() });
                self.parts.len() - 1
            }
        };
        &mut self.parts[at]
    }
}

/// One end of a sending.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct End {
    /// 事業所番号
    pub(super) number: String,
    /// サービス種類コード; empty where names of the version have none.
    pub(super) service_type: String,
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.number, self.service_type)
    }
}

/// What came in one set of files.
#[derive(Clone, Debug)]
pub(super) struct Set {
    pub(super) from: End,
    pub(super) to: End,
    /// ファイル出力日時
    pub(super) timestamp: String,
    pub(super) records: BTreeMap<RecordKey, Body>,
    pub(super) deletions: Vec<RecordKey>,
    /// The version of its files.
    pub(super) version: Option<Version>,
    /// How many rows of CSV files there were.
    pub(super) rows: u64,
}

/// Where a document is kept by its receiver: one office may send to several service types of another.
pub(super) fn scope(from: &End, to: &End) -> String {
    format!("{}>{}", from.service_type, to.service_type)
}

/// What stands for the picture's name in what is kept: names of files are those of one sending.
const PICTURE: &str = "UPKIHON_IMAGE.jpg";

/// Reads the files of one set.
///
/// # Errors
///
/// What is not a file of the standard, or not of its table.
pub(super) fn read(files: &[Named]) -> Result<Set, Message> {
    let first = files.first().map_or("", |(name, _)| name);
    let name = FileName::parse(first);
    let part = |segment| name.part(segment).unwrap_or_default().to_owned();
    let end = |office, service_type| End { number: part(office), service_type: part(service_type) };
    let mut set = Set {
        from: end(Segment::SenderOffice, Segment::SenderServiceType),
        to: end(Segment::ReceiverOffice, Segment::ReceiverServiceType),
        timestamp: part(Segment::Timestamp),
        records: BTreeMap::new(),
        deletions: Vec::new(),
        version: None,
        rows: 0,
    };
    let mut images = Vec::new();
    for (name, bytes) in files {
        let sheet = Sheet::read(name, bytes).ok_or_else(|| unreadable(name))?;
        set.version = set.version.or(sheet.table.map(|table| table.version));
        match sheet.kind {
            Kind::UpkihonImage => images.push((name, sheet.image)),
            kind if kind.is_delete() => set.delete(name, sheet)?,
            _ => set.take(name, sheet)?,
        }
    }
    for (name, bytes) in images {
        set.picture(name, bytes);
    }
    Ok(set)
}

fn unreadable(name: &str) -> Message {
    Message::pair(format!("{name} を読み取れません"), format!("{name} cannot be read"))
}

/// Columns that the key of a row stands in.
struct Columns {
    matter: Matter,
    at: [Option<usize>; 5],
}

impl Columns {
    fn of(matter: Matter, table: &Table, deletes: bool) -> Columns {
        let result = matter == Matter::Result;
        let code = if deletes { dltjsk::SERVICE_TYPE } else { upplan::SERVICE_CODE };
        let column = |key, wanted: bool| if wanted { table.column(key) } else { None };
        let at = [
            column(matter.when(), true),
            column(upplan::INSURER_NUMBER, true),
            column(upplan::INSURED_NUMBER, true),
            column(upplan::SERVICE_OFFICE_NUMBER, result),
            column(code, result),
        ];
        Columns { matter, at }
    }

    fn key(&self, cells: &[String]) -> RecordKey {
        let [when, insurer, insured, office, code] = self.at.map(|column| column.map_or("", |column| &cells[column]));
        RecordKey {
            matter: self.matter,
            when: when.to_owned(),
            insurer: insurer.to_owned(),
            insured: insured.to_owned(),
            office: office.to_owned(),
            service_type: code.get(..2).unwrap_or_default().to_owned(),
        }
    }
}

impl Set {
    fn delete(&mut self, name: &str, sheet: Sheet) -> Result<(), Message> {
        let matter = Matter::ALL.into_iter().find(|matter| matter.delete() == sheet.kind);
        let (matter, table) = matter.zip(sheet.table).ok_or_else(|| unreadable(name))?;
        let columns = Columns::of(matter, table, true);
        for cells in rows(sheet, table, name)? {
            self.rows += 1;
            self.deletions.push(columns.key(&cells));
        }
        Ok(())
    }

    fn take(&mut self, name: &str, sheet: Sheet) -> Result<(), Message> {
        let kind = sheet.kind;
        let table = sheet.table.ok_or_else(|| unreadable(name))?;
        let home = Matter::ALL.into_iter().rev().find(|matter| matter.kinds().contains(&kind));
        let columns = Columns::of(home.ok_or_else(|| unreadable(name))?, table, false);
        // A supplement stands beside plan tables or beside a month; those beside plan tables have no month.
        let month = if kind == Kind::Uphosoku { table.column(uphosoku::TARGET_MONTH) } else { None };
        let of_plan = Columns::of(Matter::CarePlan, table, false);
        let version = table.version;
        for cells in rows(sheet, table, name)? {
            self.rows += 1;
            let no_month = month.is_some_and(|column| cells[column].bytes().all(|digit| digit == b'0'));
            let key = if no_month { of_plan.key(&cells) } else { columns.key(&cells) };
            let empty = || Body { version, parts: Vec::new(), image: Vec::new() };
            self.records.entry(key).or_insert_with(empty).part(kind).rows.push(cells);
        }
        Ok(())
    }

    fn picture(&mut self, name: &str, bytes: Vec<u8>) {
        for body in self.records.values_mut() {
            let column = body.table(Kind::Upkihon).and_then(|table| table.column(upkihon::FAMILY_IMAGE_FILE));
            let Some(column) = column else { continue };
            let named = |body: &Body| body.rows(Kind::Upkihon).iter().any(|row| row[column] == name);
            if named(body) {
                body.part(Kind::Upkihon).rows.iter_mut().for_each(|row| row[column] = PICTURE.to_owned());
                body.image = bytes;
                return;
            }
        }
    }
}

/// The cells of a file, as text.
fn rows(sheet: Sheet, table: &'static Table, name: &str) -> Result<Vec<Vec<String>>, Message> {
    let wide = table.items.len();
    let cell = |value: Value| match value {
        Value::Text(text) => Some(text),
        Value::Broken(_) => None,
    };
    let whole = |cells: &Vec<String>| cells.len() == wide;
    let read = sheet.rows.into_iter().map(|row| row.cells.into_iter().map(cell).collect::<Option<Vec<_>>>());
    read.map(|cells| cells.filter(whole).ok_or_else(|| unreadable(name))).collect()
}
