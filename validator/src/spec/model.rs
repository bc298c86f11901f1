//! The shapes of the tables. Knows no text of the standard.

use std::fmt;

use time::Date;

/// A version of the CSV files that these tables cover (CSVバージョン).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// 第2版
    V202003,
    /// 第3版 (3.0, 3.1, 3.2)
    V202208,
    /// 第4.1版
    V202407,
}

impl Version {
    /// All of them, oldest first.
    pub const ALL: [Version; 3] = [Version::V202003, Version::V202208, Version::V202407];

    /// The value of item 1.
    pub fn value(self) -> &'static str {
        match self {
            Version::V202003 => "202003",
            Version::V202208 => "202208",
            Version::V202407 => "202407",
        }
    }

    /// The version of that value.
    pub fn parse(value: &[u8]) -> Option<Version> {
        Version::ALL.into_iter().find(|version| version.value().as_bytes() == value)
    }

    /// The first service month it applies to (適用開始年月), as YYYYMM.
    pub fn first_month(self) -> &'static str {
        super::versions_known()
            .iter()
            .find(|known| known.value == self.value())
            .map(|known| known.first_month.as_str())
            .expect("versions.csv holds every covered version; a test reads it")
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.value())
    }
}

/// A value of CSVバージョン that is known to exist, covered here or not.
#[derive(Clone, Debug)]
pub struct KnownVersion {
    /// YYYYMM
    pub value: String,
    /// 第…版
    pub title_ja: String,
    /// First service month, YYYYMM.
    pub first_month: String,
    /// `covered`, `outside` or `withdrawn`.
    pub status: String,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// A kind of file, by the identifier its name begins with.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind { $($(#[$doc])* $name,)* }

        impl Kind {
            /// All of them.
            pub const ALL: &[Kind] = &[$(Kind::$name,)*];

            /// The identifier in file names.
            pub const fn name(self) -> &'static str {
                match self { $(Kind::$name => $text,)* }
            }
        }
    };
}

kinds! {
    /// 利用者補足情報
    Uphosoku = "UPHOSOKU",
    /// 居宅サービス計画書（第1表）
    Up1kyo = "UP1KYO",
    /// 居宅サービス計画書_削除
    Dlt1kyo = "DLT1KYO",
    /// 居宅サービス計画書（第2表）
    Up2kyo = "UP2KYO",
    /// 週間サービス計画表（第3表）
    Up3kyo = "UP3KYO",
    /// サービス利用票（第6表）予定
    Upplan = "UPPLAN",
    /// サービス利用票（第6表）実績
    Upjsk = "UPJSK",
    /// サービス利用票_予定_削除
    Dltplan = "DLTPLAN",
    /// サービス利用票_実績_削除
    Dltjsk = "DLTJSK",
    /// サービス利用票別表（第7表）
    Upsikyu = "UPSIKYU",
    /// 利用者基本情報
    Upkihon = "UPKIHON",
    /// 利用者基本情報_削除
    Dltkihon = "DLTKIHON",
    /// 利用者基本情報_サブ1
    UpkihonSub1 = "UPKIHON_SUB1",
    /// 利用者基本情報_サブ2
    UpkihonSub2 = "UPKIHON_SUB2",
    /// 介護予防サービス・支援計画書
    Upyobo = "UPYOBO",
    /// 介護予防サービス・支援計画書_削除
    Dltyobo = "DLTYOBO",
    /// 介護予防サービス・支援計画書_サブ
    UpyoboSub = "UPYOBO_SUB",
    /// 利用者基本情報の家族構成画像
    UpkihonImage = "UPKIHON_IMAGE",
}

impl Kind {
    /// The kind of exactly that identifier.
    pub fn parse(name: &str) -> Option<Kind> {
        Kind::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// Whether it asks for something to be deleted.
    pub fn is_delete(self) -> bool {
        self.name().starts_with("DLT")
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A column, by the glossary's name for it. Only `keys.rs` makes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub(crate) u16);

impl Key {
    /// The key as the tables write it.
    pub fn name(self) -> &'static str {
        super::keys::NAMES[self.0 as usize]
    }

    /// The key of that name.
    pub fn parse(name: &str) -> Option<Key> {
        super::keys::NAMES.binary_search(&name).ok().map(|index| Key(index as u16))
    }
}

/// How sure it is that the table says what the standard says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// No cell of the text matches it.
    Guess,
    /// Matched by counting, or derived from another version.
    Likely,
    /// Read without doubt.
    Sure,
}

impl Certainty {
    /// The word of the tables.
    pub fn word(self) -> &'static str {
        match self {
            Certainty::Guess => "guess",
            Certainty::Likely => "likely",
            Certainty::Sure => "sure",
        }
    }
}

/// A place in a source: its id and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cite {
    /// Id of `sources.csv`.
    pub source: String,
    /// Section or item.
    pub place: String,
}

/// The form that an item's values have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ItemType {
    /// CSVバージョン
    Version,
    /// 保険者番号
    Insurer,
    /// 被保険者番号
    Insured,
    /// 事業所番号
    Office,
    /// サービスコード
    ServiceCode,
    /// サービス種類コード
    ServiceType,
    /// TAISコード
    Tais,
    /// 福祉用具届出コード
    Todokede,
    /// Digits of a fixed length
    Digits,
    /// Half-width letters and digits
    Alnum,
    /// A whole number without sign
    Integer,
    /// `99.99`
    Decimal,
    /// YYYYMMDD
    Date,
    /// YYYYMM
    Month,
    /// HHMM, or 9999 for no time (第6表)
    VisitTime,
    /// HHMM (第3表)
    ClockTime,
    /// One 0 or 1 per day of the month, 31 of them
    Bitmap,
    /// A value of a code list
    Code,
    /// XXX-XXXX
    Postal,
    /// A telephone or fax number
    Phone,
    /// フリーテキスト
    Text,
    /// The name of another file of the set
    FileName,
    /// Not used by the standard
    Unused,
}

impl ItemType {
    /// Whether it is digits, letters and signs, all of them half-width.
    pub(crate) fn is_half_width(self) -> bool {
        match self {
            ItemType::Insurer
            | ItemType::Insured
            | ItemType::Office
            | ItemType::ServiceCode
            | ItemType::ServiceType
            | ItemType::Tais
            | ItemType::Todokede
            | ItemType::Digits
            | ItemType::Alnum
            | ItemType::Integer
            | ItemType::Decimal
            | ItemType::Date
            | ItemType::Month
            | ItemType::VisitTime
            | ItemType::ClockTime
            | ItemType::Bitmap
            | ItemType::Code
            | ItemType::Postal
            | ItemType::Phone => true,
            ItemType::Version | ItemType::Text | ItemType::FileName | ItemType::Unused => false,
        }
    }
}

/// How long a value may be, in bytes; all items with a length are half-width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// Any length.
    Free,
    /// Exactly so long.
    Exactly(usize),
    /// At most so long.
    AtMost(usize),
}

/// Whether an item must be filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Required {
    /// 必須
    Yes,
    /// Free to leave empty.
    No,
    /// See its conditions.
    Conditional,
}

/// What the standard says of an item beyond its form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Its value equals the month in the file name.
    SameAsName,
    /// 00000000 unless that month item is 000000.
    ZeroOrDate(Key),
    /// 000000 beside the plan tables.
    ZeroOrMonth,
    /// Not before the value of that item.
    NotBefore(Key),
    /// A day of the month in that item.
    Within(Key),
    /// Only where that item is filled.
    OnlyWith(Key),
    /// Only where that slot is filled too.
    AfterSlot(Key),
    /// Required where that item has that value.
    RequiredIf(Key, String),
    /// Expected where that item has that value (inferred).
    ExpectedIf(Key, String),
    /// Expected always, though not marked as required.
    Expected,
    /// Between those numbers.
    Range(u32, u32),
    /// Always that value.
    Is(String),
    /// Up to that length is accepted beyond the printed one.
    UpTo(usize),
    /// The item may be missing from the row altogether.
    MayBeAbsent,
    /// For welfare equipment, this or that item.
    EquipmentWith(Key),
    /// Empty on subtotal and total rows.
    EmptyOnSumRows,
    /// Free to leave empty on subtotal and total rows, required or not.
    FreeOnSumRows,
    /// Zero on subtotal and total rows.
    ZeroOnSumRows,
    /// 9999999999 on the total row.
    NinesOnTotalRow,
    /// 9999 stands for no time.
    NinesMeanNone,
    /// Numbered 1, 2, 3 … for that service type, else empty.
    NumberedFor(String),
}

/// One published item.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its number in the published layout.
    pub no: u16,
    /// The glossary's name.
    pub key: Key,
    /// 項目名
    pub name_ja: String,
    /// Its form.
    pub form: ItemType,
    /// Its length.
    pub length: Length,
    /// Whether it must be filled.
    pub required: Required,
    /// Its code list, for [`ItemType::Code`].
    pub codes: Option<&'static CodeTable>,
    /// What else the standard says.
    pub conditions: Vec<Condition>,
    /// Whether a value may be shown without being asked for: it tells nothing of a person.
    pub shown: bool,
    /// How sure the table is.
    pub certainty: Certainty,
    /// Where it is written.
    pub cite: Cite,
}

impl Item {
    /// The first condition that `pick` accepts.
    pub fn condition<'a, T>(&'a self, pick: impl Fn(&'a Condition) -> Option<T>) -> Option<T> {
        self.conditions.iter().find_map(pick)
    }

    /// How many characters it may hold; `None` where it is free, or not used, or has an exact length.
    pub fn most(&self) -> Option<usize> {
        let printed = match (self.form, self.length) {
            (ItemType::Unused, _) | (_, Length::Exactly(_) | Length::Free) => return None,
            (_, Length::AtMost(length)) => length,
        };
        let accepted = self.condition(|c| if let Condition::UpTo(length) = c { Some(*length) } else { None });
        Some(printed.max(accepted.unwrap_or(printed)))
    }

    /// Whether it has exactly that condition.
    pub fn has(&self, condition: &Condition) -> bool {
        self.conditions.contains(condition)
    }
}

/// The items of one kind in one version.
#[derive(Debug)]
pub struct Table {
    /// The version.
    pub version: Version,
    /// The kind.
    pub kind: Kind,
    /// 帳票名
    pub name_ja: String,
    /// In published order.
    pub items: Vec<Item>,
    /// Columns by key; `u16::MAX` where the table has no such item.
    pub(crate) columns: Vec<u16>,
    /// The items that tell rows apart; empty where only the whole row does.
    pub row_key: Vec<Key>,
    /// How sure the number of items is.
    pub certainty: Certainty,
    /// Where the file is described.
    pub cite: Cite,
}

impl Table {
    /// 0-based column of an item.
    pub fn column(&self, key: Key) -> Option<usize> {
        match self.columns[key.0 as usize] {
            u16::MAX => None,
            column => Some(column as usize),
        }
    }

    /// The item of that key.
    pub fn item(&self, key: Key) -> Option<&Item> {
        self.column(key).map(|column| &self.items[column])
    }

    /// The items with a condition that `pick` takes a key from, each followed by that key.
    pub fn beside(&self, pick: impl Fn(&Condition) -> Option<Key>) -> Vec<Key> {
        let pairs = self.items.iter().filter_map(|item| Some([item.key, item.condition(&pick)?]));
        pairs.flatten().collect()
    }
}

/// One part of a file name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    /// 対象年月
    TargetMonth,
    /// 送信元事業所番号
    SenderOffice,
    /// 送信元サービス種類コード
    SenderServiceType,
    /// 送信先事業所番号
    ReceiverOffice,
    /// 送信先サービス種類コード
    ReceiverServiceType,
    /// ファイル連番 (YYYYMMDDHHMMSS)
    Timestamp,
    /// 画像の枝番
    Branch,
}

impl Segment {
    /// The name the tables use.
    pub fn name(self) -> &'static str {
        match self {
            Segment::TargetMonth => "target_month",
            Segment::SenderOffice => "sender_office",
            Segment::SenderServiceType => "sender_service_type",
            Segment::ReceiverOffice => "receiver_office",
            Segment::ReceiverServiceType => "receiver_service_type",
            Segment::Timestamp => "timestamp",
            Segment::Branch => "branch",
        }
    }

    /// What people call it.
    pub fn title(self) -> crate::text::Text {
        let (ja, en) = match self {
            Segment::TargetMonth => ("対象年月", "service month"),
            Segment::SenderOffice => ("送信元事業所番号", "sender's office number"),
            Segment::SenderServiceType => ("送信元サービス種類コード", "sender's service type"),
            Segment::ReceiverOffice => ("送信先事業所番号", "receiver's office number"),
            Segment::ReceiverServiceType => ("送信先サービス種類コード", "receiver's service type"),
            Segment::Timestamp => ("ファイル連番", "timestamp"),
            Segment::Branch => ("画像の枝番", "image branch number"),
        };
        crate::text::Text { ja, en }
    }
}

/// What the month in a file name may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MonthSegment {
    /// The name has no month.
    None,
    /// YYYYMM
    Month,
    /// YYYYMM, or 000000 beside the plan tables.
    ZeroOrMonth,
}

/// The file name of one kind in one version.
#[derive(Clone, Debug)]
pub struct Grammar {
    /// The version.
    pub version: Version,
    /// The kind.
    pub kind: Kind,
    /// 帳票名
    pub name_ja: String,
    /// The parts after the kind, in order.
    pub segments: Vec<Segment>,
    /// What its month may be.
    pub month: MonthSegment,
    /// How sure the table is.
    pub certainty: Certainty,
    /// Where it is written.
    pub cite: Cite,
}

/// A code list.
#[derive(Debug)]
pub struct CodeTable {
    /// Its name, as the item tables write it.
    pub name: String,
    /// Code, Japanese and English meaning, in published order.
    pub codes: Vec<(String, String, String)>,
}

impl CodeTable {
    /// Whether the list holds that code.
    pub fn contains(&self, code: &[u8]) -> bool {
        self.codes.iter().any(|(known, ..)| known.as_bytes() == code)
    }
}

/// A row of サービス種類コード.
#[derive(Clone, Debug)]
pub struct ServiceType {
    /// Two characters.
    pub code: String,
    /// `care`, `prevention` or `sogo`.
    pub scope: String,
    /// サービス種類
    pub name_ja: String,
    /// Whether the standard exchanges it.
    pub linked: bool,
    /// Whether it rents equipment (福祉用具貸与).
    pub rental: bool,
}

/// Reads YYYYMMDD. `None` for anything that is no day of the calendar.
pub fn parse_date(text: &[u8]) -> Option<Date> {
    if text.len() != 8 || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = |range: std::ops::Range<usize>| text[range].iter().fold(0_u16, |n, b| n * 10 + u16::from(b - b'0'));
    let month = time::Month::try_from(u8::try_from(number(4..6)).ok()?).ok()?;
    Date::from_calendar_date(i32::from(number(0..4)), month, u8::try_from(number(6..8)).ok()?).ok()
}
