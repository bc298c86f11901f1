//! What a rule is: one defect, with its authority, its words, its check, and examples that are run.
//! Knows no rule in particular.

mod out;
pub(crate) mod sees;

use std::cell::OnceCell;

use time::Date;

pub use self::out::Out;
pub use self::sees::{Glances, Part, Sees};
use crate::bind::Row;
use crate::check::{FileJudgement, Options};
use crate::decode::{Encoding, Seen};
use crate::draft::{Draft, Site};
use crate::facts::Person;
use crate::finding::Severity;
use crate::gaps::Gap;
use crate::ms932::OddCharacter;
use crate::name::FileName;
use crate::scan::{Cell, Record};
use crate::spec::{Item, Key, Kind, Table, Version};
use crate::table7::Sums;
use crate::text::Text;
use crate::units::{Formed, Pair};

/// A place in one of the documents of `sources.csv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Citation {
    /// Id of the source.
    pub source: &'static str,
    /// Section, page or item in it.
    pub place: &'static str,
}

/// On whose authority a rule rests.
#[derive(Clone, Copy, Debug)]
pub enum Basis {
    /// The standard says so.
    Spec(&'static [Citation]),
    /// It follows from what the standard says.
    Derived {
        /// What it follows from.
        from: &'static [Citation],
        /// Why it follows.
        because: Text,
    },
    /// The standard is silent; this is what implementations do.
    Practice(Text),
}

impl Basis {
    /// The word in reports.
    pub fn word(&self) -> &'static str {
        match self {
            Basis::Spec(_) => "spec",
            Basis::Derived { .. } => "derived",
            Basis::Practice(_) => "practice",
        }
    }

    /// What it cites.
    pub fn citations(&self) -> &'static [Citation] {
        match self {
            Basis::Spec(cites) | Basis::Derived { from: cites, .. } => cites,
            Basis::Practice(_) => &[],
        }
    }
}

/// A rule. One file under `rules/` holds one of these and its check.
#[derive(Debug)]
pub struct Rule {
    /// Folder and file name: `cell/date-does-not-exist`.
    pub id: &'static str,
    /// The severity where the tables are sure.
    pub severity: Severity,
    /// The defect in one sentence of the present tense.
    pub title: Text,
    /// Why it matters.
    pub why: Text,
    /// What to do.
    pub fix: Text,
    /// On whose authority.
    pub basis: Basis,
    /// Where the text is ambiguous: which reading is taken.
    pub reading: Option<Text>,
    /// The versions it applies to.
    pub versions: &'static [Version],
    /// What it looks at, and how.
    pub check: Check,
    /// Edits of clean samples after which it still has nothing to say: the near misses.
    pub good: &'static [Case],
    /// Edits of clean samples after which it, and it alone, has one thing to say. Each is a mutant:
    /// applied to any clean set, it is caught by this rule at the site it names.
    pub bad: &'static [Case],
}

/// An edit of a clean set.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The sample set it is shown on, a folder of `examples/clean/`.
    pub on: &'static str,
    /// Other rules that must speak up, too.
    pub also: &'static [&'static str],
    /// The edit. `None` where the set has nothing to apply it to.
    pub edit: fn(&mut Draft) -> Option<Site>,
}

/// A check of the file name.
pub type NameCheck = fn(&NameView<'_>, &mut Out<'_>);
/// A check of evidence about the whole file.
pub type ScanCheck = fn(&ScanView<'_>, &mut Out<'_>);
/// A check of one record before any table is looked at.
pub type RecordCheck = fn(&RecordView<'_>, &mut Out<'_>);
/// A check of one cell.
pub type CellCheck = fn(&CellView<'_>, &mut Out<'_>);
/// The items that a check of rows of a table looks at.
pub type Reads = fn(&Table) -> Vec<Key>;
/// A check of one row.
pub type RowCheck = fn(&Row<'_>, &mut Out<'_>);
/// A check of the sums of one person's 第7表 of one month.
pub type SumsCheck = fn(&Sums, &mut Out<'_>);
/// What starts a rule with a memory.
pub type FileRuleStart = fn(&FileStart<'_>) -> Box<dyn FileRule>;

/// What a rule looks at.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// The file name, with the version that the rows state.
    Name(NameCheck),
    /// The file as a whole, after its last byte.
    Scan(ScanCheck),
    /// The characters of a record.
    Bytes(RecordCheck),
    /// The structure of a record: where its quotes and commas stand, and which cells are empty.
    Csv(RecordCheck),
    /// One cell. The first function picks the items it applies to. The check looks at the cell's own
    /// content; where that is empty, also at the items that its item's conditions name, and, where
    /// those speak of rows of sums, at what row of 第7表 it stands in.
    Cell(fn(&Item) -> bool, CellCheck),
    /// One cell, as [`Check::Cell`]; of its content, all digits 0 to 9 are alike to the check.
    Shape(fn(&Item) -> bool, CellCheck),
    /// One row. The first function names the items that the check looks at in rows of a table; none
    /// where it has nothing to say of them.
    Row(Reads, RowCheck),
    /// One row, as [`Check::Row`]; of each item the check looks at no more than is named with it.
    Glance(Glances, RowCheck),
    /// The rows of one file, in order, with a memory.
    File(FileRuleStart),
    /// What the rows of one person's 第7表 of one month add up to, once all of them are known.
    Sums(SumsCheck),
    /// The files of one sending unit.
    Set(fn(&SetView<'_>, &mut Out<'_>)),
    /// All the sets that were given together.
    Delivery(fn(&DeliveryView<'_>, &mut Out<'_>)),
}

/// What a name rule sees.
#[derive(Debug)]
pub struct NameView<'a> {
    /// The name.
    pub name: &'a FileName,
    /// The version that the rows state, where they state a known one.
    pub version: Option<Version>,
}

/// What a scan rule sees.
#[derive(Debug)]
pub struct ScanView<'a> {
    /// Length of the file.
    pub bytes: u64,
    /// Records, blank ones included.
    pub records: u64,
    /// The byte-order mark; empty where there is none.
    pub bom: &'a [u8],
    /// The encoding that the bytes speak for.
    pub encoding: Encoding,
    /// Where that shows first.
    pub encoding_seen: Option<&'a Seen>,
    /// The table that the rows were read by.
    pub table: Option<&'static Table>,
    /// Count of CR LF line ends.
    pub crlf: u64,
    /// Count of LF line ends.
    pub lf: u64,
    /// Count of CR line ends.
    pub cr: u64,
    /// The first line end that is not CR LF.
    pub first_other_line_end: Option<&'a Seen>,
    /// The line the file ends on, where its last record has no line end.
    pub open_end: Option<u64>,
}

/// What a record is, before any table is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A row of data.
    Data,
    /// A row of column headings.
    Header,
    /// A row without any value, or nothing between two line ends.
    Blank,
    /// 1A or NUL at the very end, and nothing else: what old systems and full disks leave there.
    EndMark,
    /// A row whose cells are divided by another character.
    OtherSeparator {
        /// Where the first one stands in the record.
        at: usize,
        /// How many bytes it has.
        length: usize,
    },
    /// A row after such a row: it is not read.
    Unread,
}

/// What a bytes or csv rule sees.
#[derive(Debug)]
pub struct RecordView<'a> {
    /// The record.
    pub record: Record<'a>,
    /// Its characters that are not plain text.
    pub odd: &'a [OddCharacter],
    /// What it is.
    pub role: Role,
    /// The tables it may belong to; empty where the kind is unknown.
    pub tables: &'static [Table],
    /// The row, where it has as many cells as a table has items.
    pub row: Option<Row<'a>>,
}

impl RecordView<'_> {
    /// Whether all quotes are as they should be. Where they are not, cells cannot be counted.
    pub fn quotes_are_sound(&self) -> bool {
        self.record.cells.iter().all(Cell::is_sound)
    }

    /// The table that tells which items the cells are.
    fn table(&self) -> Option<&'static Table> {
        match (self.row, self.tables) {
            (Some(row), _) => Some(row.table),
            (None, [table]) if self.role == Role::Data && !self.quotes_are_sound() => Some(table),
            (None, _) => None,
        }
    }

    /// The 0-based column that holds a byte of the record. Where a quote in the wrong place has
    /// taken cells in, those before it and its own still stand where they should.
    pub fn column_at(&self, at: usize) -> Option<usize> {
        self.table()?;
        let column = self.record.cells.iter().position(|cell| cell.span().contains(&at))?;
        let certain = self.row.is_some() || self.record.cells[..column].iter().all(Cell::is_sound);
        certain.then_some(column)
    }
}

/// What a cell rule sees.
#[derive(Debug)]
pub struct CellView<'a> {
    /// The row.
    pub row: &'a Row<'a>,
    /// The item.
    pub item: &'static Item,
    /// The cell.
    pub cell: &'a Cell,
    /// Its content, without quotes.
    pub content: &'a [u8],
}

/// What a file rule is started with.
#[derive(Debug)]
pub struct FileStart<'a> {
    /// The name.
    pub name: &'a FileName,
    /// The kind that the rows are read as.
    pub kind: Kind,
    /// The version that the rows are read as.
    pub version: Version,
    /// The day to judge as of.
    pub as_of: Option<Date>,
}

/// Which rows of its table a file rule must see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Every one.
    Every,
    /// Those in which one of these items is not as it was in the row before.
    Changed(&'static [Key]),
    /// Every one but those that have the same in these items as this one has: they need never be seen,
    /// whatever comes between. That holds on after any other answer.
    Like(&'static [Key]),
    /// None any more.
    Never,
}

/// A rule over the rows of one file.
pub trait FileRule: Send {
    /// Takes the next row.
    fn row(&mut self, row: &Row<'_>, out: &mut Out<'_>);

    /// Which rows it must see, now that it has seen this one. A row that it says it need not see
    /// would change nothing, neither what it finds nor what it remembers.
    fn next(&self, row: &Row<'_>) -> Next {
        let _ = row;
        Next::Every
    }

    /// Takes a row of a table whose rows have no key, where the same row has been seen before: on the
    /// line `first`. It is asked before [`FileRule::row`], also of rows that it need not see.
    fn repeated(&mut self, row: &Row<'_>, first: u64, out: &mut Out<'_>) {
        let _ = (row, first, out);
    }

    /// Takes the end of the rows of an owner, named by 保険者番号 and 被保険者番号, that stand together.
    /// Where it remembers something of that owner, and nothing of that would make a finding at the end
    /// of the file or matters to rows of others, it forgets all of it and returns `true`: should the
    /// owner come back, it is shown all of the same rows again first. What it finds in them then is
    /// dropped.
    fn forget(&mut self, owner: &Person) -> bool {
        let _ = owner;
        false
    }

    /// Says what can only be said at the end. `complete` is false where some record could not be
    /// read as a row, or rows that were to be read again could not be: sums and missing rows cannot be
    /// judged then.
    fn end(&mut self, complete: bool, out: &mut Out<'_>) {
        let _ = (complete, out);
    }
}

/// The files of one sending unit: same sender, receiver and timestamp.
#[derive(Debug)]
pub struct SetView<'a> {
    /// Sender, receiver and timestamp as the names give them.
    pub key: SetKey,
    /// The files, by name.
    pub files: Vec<&'a FileJudgement>,
    /// The sending units that they form, once somebody has asked.
    pub(crate) formed: OnceCell<Vec<Formed<'a>>>,
    /// The pairs among them, likewise.
    pub(crate) pairs: OnceCell<Vec<Pair<'a>>>,
}

/// What the files of one set have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SetKey {
    /// 送信元事業所番号, with the service type code where the name has one.
    pub sender: (String, Option<String>),
    /// 送信先事業所番号, likewise.
    pub receiver: (String, Option<String>),
    /// ファイル連番
    pub timestamp: String,
}

impl SetKey {
    /// The set that this one is a copy of, if it is one: the timestamps of copies have something behind them.
    pub(crate) fn original(&self) -> Option<SetKey> {
        let (timestamp, _) = self.timestamp.split_at_checked(14).filter(|(_, appended)| !appended.is_empty())?;
        Some(SetKey { timestamp: timestamp.to_owned(), ..self.clone() })
    }
}

impl<'a> SetView<'a> {
    pub(crate) fn new(key: SetKey, files: Vec<&'a FileJudgement>) -> SetView<'a> {
        SetView { key, files, formed: OnceCell::new(), pairs: OnceCell::new() }
    }

    /// The file of a kind.
    pub fn file(&self, kind: Kind) -> Option<&FileJudgement> {
        self.files.iter().copied().find(|file| file.kind == Some(kind))
    }

    /// The kinds present.
    pub fn kinds(&self) -> impl Iterator<Item = Kind> {
        self.files.iter().filter_map(|file| file.kind)
    }
}

/// All the sets that were given together.
#[derive(Debug)]
pub struct DeliveryView<'a> {
    /// By key.
    pub sets: Vec<SetView<'a>>,
    /// Files whose names do not tell which set they belong to.
    pub loose: Vec<&'a FileJudgement>,
    /// The names of files that could not be read.
    pub unread: Vec<FileName>,
    /// The options of the run.
    pub options: &'a Options,
    /// What is missing and what stands apart, once somebody has asked.
    pub(crate) gaps: OnceCell<Vec<Gap<'a>>>,
}
