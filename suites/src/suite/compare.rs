//! Compares exported files with expected ones by what they say. Quoting, the order of rows, line ends, the
//! time in the names, unused items and empty cells of any form do not matter. Knows no case and no rule:
//! whether a file conforms is the validator's to say, whether it says the right thing is told here.

mod pairing;
mod value;

use std::collections::{BTreeMap, VecDeque};

use renkei_validator::decode::Encoding;
use renkei_validator::name::{FileName, NamedKind};
use renkei_validator::spec::{Item, ItemType, Key, Kind, Segment};
use renkei_validator::text::{Message, Text};

use super::content::NO_TIME;
use super::sheet::{Sheet, SheetRow, Value};

/// What has become of a value, a row or a file on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Loss {
    /// It is gone.
    Dropped,
    /// Its end is gone.
    Truncated,
    /// It is the same but for the spaces and line breaks around it.
    Spaced,
    /// Its characters became others that stand for them, or that stand for none.
    ReEncoded,
    /// It stands in the place of another.
    ReOrdered,
    /// Zeros, nines or nothing in particular stand in its place.
    Defaulted,
    /// Something else stands in its place.
    Changed,
    /// Nothing was there.
    Invented,
}

impl Loss {
    /// All of them.
    pub const ALL: [Loss; 8] = [
        Loss::Dropped,
        Loss::Truncated,
        Loss::Spaced,
        Loss::ReEncoded,
        Loss::ReOrdered,
        Loss::Defaulted,
        Loss::Changed,
        Loss::Invented,
    ];

    /// What is said of it.
    pub fn text(self) -> Text {
        let (ja, en) = match self {
            Loss::Dropped => ("欠けています", "is missing"),
            Loss::Truncated => ("途中で切れています", "is cut off"),
            Loss::Spaced => ("前後の空白や改行が違います", "has other spaces or line breaks around it"),
            Loss::ReEncoded => ("文字が置き換わっています", "has other characters in place of its own"),
            Loss::ReOrdered => ("並びが入れ替わっています", "is in another's place"),
            Loss::Defaulted => ("既定の値になっています", "became a default"),
            Loss::Changed => ("違う値になっています", "is another"),
            Loss::Invented => ("余分です", "should not be there"),
        };
        Text { ja, en }
    }
}

/// One thing that differs.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The file: its name as exported, or as expected where it is missing.
    pub file: String,
    /// The line among what was expected.
    pub expected_line: Option<u64>,
    /// The line in what was exported.
    pub line: Option<u64>,
    /// The item; `None` where it is about a row, or without lines about the file.
    pub item: Option<&'static Item>,
    /// A part of the file's name that it is about.
    pub segment: Option<Segment>,
    /// What has become of it.
    pub loss: Loss,
    /// What should stand there.
    pub expected: Option<Value>,
    /// What stands there.
    pub got: Option<Value>,
}

/// Items that a program fills in by itself, so that no case can tell what stands in them: 作成年月日 and
/// 更新業者コード.
pub const OWN: [&str; 2] = ["created_on", "updated_by_office_number"];

/// How files are compared.
#[derive(Clone, Debug, Default)]
pub struct Manner {
    /// Items that may hold anything.
    pub ignored: Vec<Key>,
}

/// Named bytes.
pub type Named = (String, Vec<u8>);

/// What differs, in the order of the expected files, then of what nobody expected.
pub fn compare(expected: &[Named], got: &[Named], manner: &Manner) -> Vec<Difference> {
    let (mut sheets, mut left) = (Vec::new(), Vec::new());
    for (name, bytes) in by_name(got) {
        match Sheet::read(name, bytes) {
            Some(sheet) => sheets.push(sheet),
            None => left.push(whole_file(name, Loss::Invented)),
        }
    }
    let wanted: Vec<Sheet> = by_name(expected).filter_map(|(name, bytes)| Sheet::read(name, bytes)).collect();
    let mut differences = compare_sheets(&wanted, sheets, manner);
    differences.append(&mut left);
    differences
}

/// What differs between sheets, in the order of the expected ones, then of what nobody expected.
pub fn compare_sheets(wanted: &[Sheet], got: Vec<Sheet>, manner: &Manner) -> Vec<Difference> {
    let mut differences = Vec::new();
    let mut sheets: Vec<Option<Sheet>> = got.into_iter().map(Some).collect();
    // What is named as it should be first; a file of the same kind with another name is then what is left.
    let mut partners: Vec<Option<Sheet>> = wanted.iter().map(|_| None).collect();
    for closeness in [role as fn(&Sheet) -> String, |sheet| sheet.kind.name().to_owned()] {
        for (want, partner) in wanted.iter().zip(&mut partners).filter(|(_, partner)| partner.is_none()) {
            let fits = |sheet: &Option<Sheet>| sheet.as_ref().is_some_and(|sheet| closeness(sheet) == closeness(want));
            *partner = sheets.iter_mut().find(|sheet| fits(sheet)).and_then(Option::take);
        }
    }
    for (want, partner) in wanted.iter().zip(&partners) {
        match partner {
            Some(got) => sheet(want, got, manner, &mut differences),
            None => differences.push(whole_file(&want.name.text, Loss::Dropped)),
        }
    }
    differences.extend(sheets.iter().flatten().map(|sheet| whole_file(&sheet.name.text, Loss::Invented)));
    differences
}

/// In the order of their names: of files with the same role, the older first.
fn by_name(files: &[Named]) -> impl Iterator<Item = (&str, &[u8])> {
    let mut sorted: Vec<&Named> = files.iter().collect();
    sorted.sort();
    sorted.into_iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
}

fn role(sheet: &Sheet) -> String {
    let parts: Vec<&str> = NAMED.iter().map(|segment| sheet.part(*segment)).collect();
    format!("{}_{}", sheet.kind, parts.join("_"))
}

/// The parts of a name that say what a file is; the time in it is the program's own.
const NAMED: [Segment; 6] = [
    Segment::TargetMonth,
    Segment::SenderOffice,
    Segment::SenderServiceType,
    Segment::ReceiverOffice,
    Segment::ReceiverServiceType,
    Segment::Branch,
];

fn whole_file(name: &str, loss: Loss) -> Difference {
    Difference {
        file: name.to_owned(),
        expected_line: None,
        line: None,
        item: None,
        segment: None,
        loss,
        expected: None,
        got: None,
    }
}

fn sheet(want: &Sheet, got: &Sheet, manner: &Manner, differences: &mut Vec<Difference>) {
    let file = &got.name.text;
    for segment in NAMED {
        let (expected, found) = (want.part(segment), got.part(segment));
        let Some(loss) = value::of_name(expected, found) else { continue };
        let value = |text: &str| Some(Value::Text(text.to_owned()));
        let (expected, got) = (value(expected), value(found));
        differences.push(Difference { segment: Some(segment), expected, got, ..whole_file(file, loss) });
    }
    if want.kind == Kind::UpkihonImage {
        if want.image != got.image {
            let loss = match want.image.starts_with(&got.image) {
                true if got.image.is_empty() => Loss::Dropped,
                true => Loss::Truncated,
                false => Loss::Changed,
            };
            differences.push(whole_file(file, loss));
        }
        return;
    }
    if got.encoding != Encoding::Ms932 {
        differences.push(whole_file(file, Loss::ReEncoded));
        if !got.encoding.keeps_structure() {
            return;
        }
    }
    rows(want, got, manner, differences);
}

/// Compares the rows of each person and plan, month or day with those of the same.
fn rows(want: &Sheet, got: &Sheet, manner: &Manner, differences: &mut Vec<Difference>) {
    let file = &got.name.text;
    // An expected file without a row of its table has nothing to compare by.
    let Some(table) = want.table else { return };
    let compared: Vec<usize> = (0..table.items.len())
        .filter(|&column| {
            let item = &table.items[column];
            item.form != ItemType::Unused && !manner.ignored.contains(&item.key)
        })
        .collect();
    let whole = |row: &&SheetRow| row.cells.len() == table.items.len();
    let mut groups: BTreeMap<Vec<String>, (Vec<&SheetRow>, Vec<&SheetRow>)> = BTreeMap::new();
    let columns = ["insurer_number", "insured_number", "plan_created_on", "target_month", "consulted_on"];
    let keys: Vec<usize> =
        columns.iter().filter_map(|name| Key::parse(name)).filter_map(|key| table.column(key)).collect();
    let group =
        |row: &SheetRow| -> Vec<String> { keys.iter().map(|&column| row.cells[column].text().to_owned()).collect() };
    for row in want.rows.iter().filter(whole) {
        groups.entry(group(row)).or_default().0.push(row);
    }
    for row in got.rows.iter().filter(whole) {
        groups.entry(group(row)).or_default().1.push(row);
    }
    let rest: Vec<usize> = compared.iter().copied().filter(|column| !keys.contains(column)).collect();
    join_renamed(&rest, &mut groups);
    let mut found = Vec::new();
    for (want, got) in groups.values() {
        pairing::compare(table, &compared, want, got, &mut |difference| found.push(difference));
    }
    // A row of other items than the table's: a heading, or one with too few or too many.
    for row in got.rows.iter().filter(|row| !whole(row)) {
        found.push(Difference { line: Some(row.line), ..whole_file(file, Loss::Changed) });
    }
    found.sort_by_key(|one| {
        (one.expected_line.or(one.line), one.expected_line.is_none(), one.item.map_or(0, |item| item.no))
    });
    differences.extend(found.into_iter().map(|one| Difference { file: file.clone(), ..one }));
}

/// Where all rows of somebody are those of somebody else, it is not the rows that differ but who it is.
fn join_renamed(rest: &[usize], groups: &mut BTreeMap<Vec<String>, (Vec<&SheetRow>, Vec<&SheetRow>)>) {
    let (mut missing, mut strangers) = (Vec::new(), BTreeMap::<_, VecDeque<Vec<String>>>::new());
    for (key, (want, got)) in &*groups {
        match (want.is_empty(), got.is_empty()) {
            (false, true) => missing.push((pairing::said(rest, want), key.clone())),
            (true, false) => strangers.entry(pairing::said(rest, got)).or_default().push_back(key.clone()),
            (true, true) | (false, false) => {}
        }
    }
    for (said, missing) in missing {
        let Some(stranger) = strangers.get_mut(&said).and_then(VecDeque::pop_front) else { continue };
        let rows = groups.remove(&stranger).map(|(_, got)| got).unwrap_or_default();
        if let Some((_, got)) = groups.get_mut(&missing) {
            *got = rows;
        }
    }
}

/// What a file is called. One that was made to be compared is no file that anybody has: what it is stands there
/// instead, as `UPPLAN 202610 9970100013→9970100021`.
fn told_name(file: &str) -> String {
    let name = FileName::parse(file);
    let NamedKind::Known(kind) = name.kind else { return file.to_owned() };
    let part = |segment| name.part(segment).unwrap_or_default();
    if part(Segment::Timestamp) != NO_TIME {
        return file.to_owned();
    }
    let ends = [part(Segment::SenderOffice), part(Segment::ReceiverOffice)].join("→");
    let told = [kind.name(), part(Segment::TargetMonth), &ends, part(Segment::Branch)];
    told.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

impl Difference {
    /// What is told of it. Values of people are counted and not shown, unless asked for.
    pub fn message(&self, show_values: bool) -> Message {
        let loss = self.loss.text();
        let line = |ja: &mut String, en: &mut String| {
            if let Some(line) = self.line {
                ja.push_str(&format!(" {line}行目"));
                en.push_str(&format!(", line {line}"));
            } else if let Some(line) = self.expected_line {
                ja.push_str(&format!(" 期待する内容の{line}行目"));
                en.push_str(&format!(", line {line} of what is expected"));
            }
        };
        let file = told_name(&self.file);
        let (mut ja, mut en) = (file.clone(), file);
        line(&mut ja, &mut en);
        if let Some(item) = self.item {
            ja.push_str(&format!(" No.{} {}", item.no, item.name_ja));
            en.push_str(&format!(", item {} {}", item.no, item.key.name()));
        }
        if let Some(segment) = self.segment {
            let title = segment.title();
            ja.push_str(&format!(" ファイル名の{}", title.ja));
            en.push_str(&format!(", {} of its name", title.en));
        }
        let shown = self.item.is_none_or(|item| item.shown);
        let (expected, got) = (self.expected.as_ref(), self.got.as_ref());
        let values = expected
            .zip(got)
            .map(|(expected, got)| (value::told(expected, shown, show_values), value::told(got, shown, show_values)));
        let (told_ja, told_en) = values.map_or_else(Default::default, |(a, b)| {
            (format!("（{} → {}）", a.ja, b.ja), format!(" ({} became {})", a.en, b.en))
        });
        Message::pair(format!("{ja}: {}{told_ja}", loss.ja), format!("{en}: {}{told_en}", loss.en))
    }
}
