//! Reads the embedded tables. Knows their columns; knows nothing of what they are for.

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use super::Source;
use super::model::{
    Certainty, Cite, CodeTable, Condition, Grammar, Item, ItemType, Key, Kind, KnownVersion, Length, MonthSegment,
    Required, Segment, ServiceType, Table, Version,
};
use crate::scan::{Cell, Piece, Quoting, line_breaks, scan};

const WELL_FORMED: &str = "the embedded spec tables are well-formed; a test reads them all";

macro_rules! embed {
    ($version:literal: $($file:literal),*) => {
        &[$(($file, include_str!(concat!("../../spec/", $version, "/", $file, ".csv")))),*]
    };
}

type Files = &'static [(&'static str, &'static str)];

include!("embedded.rs");

fn files(version: Version) -> Files {
    match version {
        Version::V202003 => V202003,
        Version::V202208 => V202208,
        Version::V202407 => V202407,
    }
}

fn file(version: Version, name: &str) -> Option<&'static str> {
    files(version).iter().find(|(file, _)| *file == name).map(|(_, text)| *text)
}

/// A table that every version has.
pub(super) fn cells(version: Version, name: &str) -> Cells {
    Cells::of(file(version, name).expect(WELL_FORMED))
}

/// The cells of a table, where they stand in the program: a start copies none of them.
pub(super) struct Cells {
    width: usize,
    /// The names of the columns, then one row after the other.
    cells: Vec<&'static str>,
}

/// One row of a table.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    columns: &'a [&'static str],
    cells: &'a [&'static str],
}

impl Cells {
    /// Read by our own scanner, which costs next to nothing to start; a test reads the same files by the
    /// csv crate.
    pub(super) fn of(text: &'static str) -> Cells {
        let (mut width, mut cells) = (0, Vec::new());
        scan(text.as_bytes(), &mut |piece| {
            let Piece::Record(record) = piece else { return };
            if record.is_blank() {
                return;
            }
            if cells.is_empty() {
                width = record.cells.len();
                cells.reserve(width * line_breaks(text.as_bytes()) as usize);
            }
            assert_eq!(record.cells.len(), width, "{WELL_FORMED}");
            cells.extend(record.cells.iter().map(|cell| value(text, record.at as usize, cell)));
        });
        Cells { width, cells }
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        let (columns, cells) = self.cells.split_at(self.width);
        cells.chunks(self.width).map(move |cells| Row { columns, cells })
    }
}

impl Row<'_> {
    /// The value of a column.
    pub(super) fn get(&self, column: &str) -> &'static str {
        let index = self.columns.iter().position(|name| *name == column).expect(WELL_FORMED);
        self.cells[index]
    }
}

fn value(text: &'static str, record: usize, cell: &Cell) -> &'static str {
    let content = cell.content();
    let value = &text[record + content.start..record + content.end];
    let is_plain = cell.quoting == Quoting::Bare || !value.contains('"');
    assert!(is_plain, "a quote inside a value: {WELL_FORMED}");
    value
}

static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(|| {
    Cells::of(include_str!("../../spec/sources.csv"))
        .rows()
        .map(|row| Source {
            id: row.get("id").to_owned(),
            title_ja: row.get("title_ja").to_owned(),
            issuer: row.get("issuer").to_owned(),
            dated: row.get("dated").to_owned(),
            url: row.get("url").to_owned(),
        })
        .collect()
});

pub(super) fn sources() -> &'static [Source] {
    &SOURCES
}

static KNOWN: LazyLock<Vec<KnownVersion>> = LazyLock::new(|| {
    Cells::of(include_str!("../../spec/versions.csv"))
        .rows()
        .map(|row| KnownVersion {
            value: row.get("value").to_owned(),
            title_ja: row.get("title_ja").to_owned(),
            first_month: row.get("first_month").to_owned(),
            status: row.get("status").to_owned(),
        })
        .collect()
});

/// Every value of CSVバージョン that is known to have existed, oldest first.
pub fn versions_known() -> &'static [KnownVersion] {
    &KNOWN
}

/// The kinds of a version. Its tables of items are parsed one by one, as they are asked for: most runs need
/// few of them.
struct Edition {
    sheets: BTreeMap<Kind, Sheet>,
    grammars: Vec<Grammar>,
}

/// The code of a service type, whether it is exchanged in any scope, and whether it rents equipment.
type ServiceCode = (u16, bool, bool);

/// The tables of items of one kind.
struct Sheet {
    text: &'static str,
    /// As `files.csv` has it.
    row_key: &'static str,
    tables: OnceLock<Vec<Table>>,
}

/// One value for each version, made when it is first asked for.
pub(super) struct PerVersion<T> {
    made: [OnceLock<T>; Version::ALL.len()],
    make: fn(Version) -> T,
}

impl<T> PerVersion<T> {
    pub(super) const fn new(make: fn(Version) -> T) -> PerVersion<T> {
        PerVersion { made: [const { OnceLock::new() }; Version::ALL.len()], make }
    }

    pub(super) fn of(&self, version: Version) -> &T {
        self.made[version as usize].get_or_init(|| (self.make)(version))
    }
}

static EDITIONS: PerVersion<Edition> = PerVersion::new(edition);

static SERVICE_TYPES: PerVersion<Vec<ServiceType>> = PerVersion::new(read_service_types);

/// Sorted by code.
static SERVICE_CODES: PerVersion<Vec<ServiceCode>> = PerVersion::new(read_service_codes);

type Codes = BTreeMap<&'static str, OnceLock<CodeTable>>;

static CODES: PerVersion<Codes> = PerVersion::new(code_names);

fn code_names(version: Version) -> Codes {
    let names = files(version).iter().filter_map(|(file, _)| file.strip_prefix("codes/"));
    names.map(|name| (name, OnceLock::new())).collect()
}

/// A code list of a version.
pub fn code_table(version: Version, name: &str) -> Option<&'static CodeTable> {
    let (name, table) = CODES.of(version).get_key_value(name)?;
    Some(table.get_or_init(|| {
        let cells = cells(version, &format!("codes/{name}"));
        let own = |row: Row<'_>, column| row.get(column).to_owned();
        let codes = cells.rows().map(|row| (own(row, "code"), own(row, "name_ja"), own(row, "name_en")));
        CodeTable { name: (*name).to_owned(), codes: codes.collect() }
    }))
}

fn edition(version: Version) -> Edition {
    let mut edition = Edition { sheets: BTreeMap::new(), grammars: Vec::new() };
    for row in cells(version, "files").rows() {
        let kind = Kind::parse(row.get("kind")).expect(WELL_FORMED);
        edition.grammars.push(Grammar {
            version,
            kind,
            name_ja: row.get("name_ja").to_owned(),
            segments: row.get("segments").split('|').skip(1).map(segment).collect(),
            month: match row.get("month") {
                "month" => MonthSegment::Month,
                "zero-or-month" => MonthSegment::ZeroOrMonth,
                _ => MonthSegment::None,
            },
            certainty: certainty(row.get("certainty")),
            cite: cite(row.get("cite")),
        });
        let Some(text) = file(version, &kind.name().to_ascii_lowercase()) else { continue };
        edition.sheets.insert(kind, Sheet { text, row_key: row.get("row_key"), tables: OnceLock::new() });
    }
    edition
}

fn read_service_types(version: Version) -> Vec<ServiceType> {
    cells(version, "service_types")
        .rows()
        .map(|row| ServiceType {
            code: row.get("code").to_owned(),
            scope: row.get("scope").to_owned(),
            name_ja: row.get("name_ja").to_owned(),
            linked: row.get("linked") == "yes",
            rental: row.get("rental") == "yes",
        })
        .collect()
}

fn read_service_codes(version: Version) -> Vec<ServiceCode> {
    let mut codes: BTreeMap<u16, (bool, bool)> = BTreeMap::new();
    for row in cells(version, "service_types").rows() {
        let code = row.get("code").as_bytes().try_into().expect(WELL_FORMED);
        let (linked, rental) = codes.entry(u16::from_be_bytes(code)).or_default();
        *linked |= row.get("linked") == "yes";
        *rental |= row.get("rental") == "yes";
    }
    codes.into_iter().map(|(code, (linked, rental))| (code, linked, rental)).collect()
}

/// The table of a kind, and the shorter form of it that leaves out what may be absent.
fn variants(version: Version, grammar: &Grammar, sheet: &Sheet) -> Vec<Table> {
    let items: Vec<Item> = Cells::of(sheet.text).rows().map(|row| item(version, row)).collect();
    let make = |items: Vec<Item>| Table {
        version,
        kind: grammar.kind,
        name_ja: grammar.name_ja.clone(),
        columns: columns(&items),
        items,
        row_key: sheet.row_key.split('|').filter(|key| !key.is_empty()).map(key).collect(),
        certainty: grammar.certainty,
        cite: grammar.cite.clone(),
    };
    let shorter: Vec<Item> = items.iter().filter(|item| !item.has(&Condition::MayBeAbsent)).cloned().collect();
    let is_shorter = shorter.len() < items.len();
    let mut variants = vec![make(items)];
    if is_shorter {
        variants.push(make(shorter));
    }
    variants
}

fn columns(items: &[Item]) -> Vec<u16> {
    let mut columns = vec![u16::MAX; super::keys::NAMES.len()];
    for (column, item) in items.iter().enumerate() {
        columns[item.key.0 as usize] = column as u16;
    }
    columns
}

fn key(name: &str) -> Key {
    Key::parse(name).unwrap_or_else(|| panic!("{name} is not in keys.rs: {WELL_FORMED}"))
}

fn certainty(word: &str) -> Certainty {
    match word {
        "sure" => Certainty::Sure,
        "likely" => Certainty::Likely,
        "guess" => Certainty::Guess,
        _ => panic!("certainty {word}: {WELL_FORMED}"),
    }
}

fn cite(text: &str) -> Cite {
    let (source, place) = text.split_once(' ').expect(WELL_FORMED);
    Cite { source: source.to_owned(), place: place.to_owned() }
}

fn segment(name: &str) -> Segment {
    match name {
        "target_month" => Segment::TargetMonth,
        "sender_office" => Segment::SenderOffice,
        "sender_service_type" => Segment::SenderServiceType,
        "receiver_office" => Segment::ReceiverOffice,
        "receiver_service_type" => Segment::ReceiverServiceType,
        "timestamp" => Segment::Timestamp,
        "branch" => Segment::Branch,
        _ => panic!("segment {name}: {WELL_FORMED}"),
    }
}

fn item(version: Version, row: Row<'_>) -> Item {
    Item {
        no: row.get("no").parse().expect(WELL_FORMED),
        key: key(row.get("key")),
        name_ja: row.get("name_ja").to_owned(),
        form: form(row.get("type")),
        length: length(row.get("length")),
        required: match row.get("required") {
            "yes" => Required::Yes,
            "conditional" => Required::Conditional,
            _ => Required::No,
        },
        codes: match row.get("codes") {
            "" => None,
            name => Some(code_table(version, name).expect(WELL_FORMED)),
        },
        conditions: row.get("condition").split("; ").filter(|text| !text.is_empty()).map(condition).collect(),
        shown: row.get("values") == "show",
        certainty: certainty(row.get("certainty")),
        cite: cite(row.get("cite")),
    }
}

fn length(text: &str) -> Length {
    if let Some(exact) = text.strip_prefix('=') {
        Length::Exactly(exact.parse().expect(WELL_FORMED))
    } else if let Some(most) = text.strip_prefix("..") {
        Length::AtMost(most.parse().expect(WELL_FORMED))
    } else {
        Length::Free
    }
}

fn form(name: &str) -> ItemType {
    match name {
        "version" => ItemType::Version,
        "insurer" => ItemType::Insurer,
        "insured" => ItemType::Insured,
        "office" => ItemType::Office,
        "service_code" => ItemType::ServiceCode,
        "service_type" => ItemType::ServiceType,
        "tais" => ItemType::Tais,
        "todokede" => ItemType::Todokede,
        "digits" => ItemType::Digits,
        "alnum" => ItemType::Alnum,
        "integer" => ItemType::Integer,
        "decimal" => ItemType::Decimal,
        "date" => ItemType::Date,
        "month" => ItemType::Month,
        "visit_time" => ItemType::VisitTime,
        "clock_time" => ItemType::ClockTime,
        "bitmap" => ItemType::Bitmap,
        "code" => ItemType::Code,
        "postal" => ItemType::Postal,
        "phone" => ItemType::Phone,
        "text" => ItemType::Text,
        "file_name" => ItemType::FileName,
        "unused" => ItemType::Unused,
        _ => panic!("type {name}: {WELL_FORMED}"),
    }
}

fn condition(text: &str) -> Condition {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    let equation = || {
        let (left, right) = rest.split_once('=').expect(WELL_FORMED);
        (key(left), right.to_owned())
    };
    match word {
        "same-as-name" => Condition::SameAsName,
        "zero-or-date" => Condition::ZeroOrDate(key(rest)),
        "zero-or-month" => Condition::ZeroOrMonth,
        "not-before" => Condition::NotBefore(key(rest)),
        "within" => Condition::Within(key(rest)),
        "only-with" => Condition::OnlyWith(key(rest)),
        "after-slot" => Condition::AfterSlot(key(rest)),
        "required-if" => {
            let (key, value) = equation();
            Condition::RequiredIf(key, value)
        }
        "expected-if" => {
            let (key, value) = equation();
            Condition::ExpectedIf(key, value)
        }
        "expected" => Condition::Expected,
        "range" => {
            let (from, to) = rest.split_once("..").expect(WELL_FORMED);
            Condition::Range(from.parse().expect(WELL_FORMED), to.parse().expect(WELL_FORMED))
        }
        "is" => Condition::Is(rest.to_owned()),
        "up-to" => Condition::UpTo(rest.parse().expect(WELL_FORMED)),
        "may-be-absent" => Condition::MayBeAbsent,
        "equipment-with" => Condition::EquipmentWith(key(rest)),
        "empty-on-sum-rows" => Condition::EmptyOnSumRows,
        "free-on-sum-rows" => Condition::FreeOnSumRows,
        "zero-on-sum-rows" => Condition::ZeroOnSumRows,
        "nines-on-total-row" => Condition::NinesOnTotalRow,
        "9999-means-none" => Condition::NinesMeanNone,
        "numbered-for" => Condition::NumberedFor(rest.to_owned()),
        _ => panic!("condition {text}: {WELL_FORMED}"),
    }
}

/// The table of a kind in a version; `None` where that version has no such kind.
pub fn table(version: Version, kind: Kind) -> Option<&'static Table> {
    tables(version, kind).first()
}

/// The table of a kind in a version, and after it the shorter forms that are accepted too.
pub fn tables(version: Version, kind: Kind) -> &'static [Table] {
    let (Some(sheet), Some(grammar)) = (EDITIONS.of(version).sheets.get(&kind), grammar(version, kind)) else {
        return &[];
    };
    sheet.tables.get_or_init(|| variants(version, grammar, sheet))
}

/// The file name of a kind in a version.
pub fn grammar(version: Version, kind: Kind) -> Option<&'static Grammar> {
    EDITIONS.of(version).grammars.iter().find(|grammar| grammar.kind == kind)
}

/// The kinds of a version, in published order, image included.
pub fn kinds_of(version: Version) -> impl Iterator<Item = Kind> {
    EDITIONS.of(version).grammars.iter().map(|grammar| grammar.kind)
}

/// All service types of a version; a code may stand in more than one scope.
pub fn service_types(version: Version) -> &'static [ServiceType] {
    SERVICE_TYPES.of(version).as_slice()
}

/// Whether a service type is known, and if so whether the standard exchanges it in any scope.
pub fn service_type(version: Version, code: &[u8]) -> Option<bool> {
    service_code(version, code).map(|(_, linked, _)| *linked)
}

/// Whether services of that type rent equipment (福祉用具貸与).
pub fn is_rental(version: Version, code: &[u8]) -> bool {
    service_code(version, code).is_some_and(|(.., rental)| *rental)
}

fn service_code(version: Version, code: &[u8]) -> Option<&'static ServiceCode> {
    let code = u16::from_be_bytes(code.try_into().ok()?);
    let codes = SERVICE_CODES.of(version);
    codes.binary_search_by_key(&code, |(known, ..)| *known).ok().map(|index| &codes[index])
}
