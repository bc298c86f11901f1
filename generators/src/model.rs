//! The people, offices and services of the synthetic population. Values only: knows no chance, no
//! table of the standard and no file.

use time::Date;

/// A calendar month.
pub use renkei_validator::bind::YearMonth;

/// What an office does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trade {
    /// 居宅介護支援 (43)
    CareManagement,
    /// 地域包括支援センター (46)
    CommunityCenter,
    /// A service, by its two-character type code: `11`, `2A`, `A2` …
    Service([u8; 2]),
}

/// 地域区分: how much is added to ten yen a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    /// 1級地 to 7級地
    Class(u8),
    /// その他
    Other,
}

/// An office.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Office {
    /// Its index in the population.
    pub index: u32,
    /// 事業所番号, in the test range 99…, with its check digit.
    pub number: String,
    /// What it does.
    pub trade: Trade,
    /// Fictional, only characters of MS932.
    pub name: String,
    /// Where it is.
    pub area: Area,
    /// サテライト枝番 of its satellites; empty for most.
    pub satellites: Vec<String>,
    /// People who work there and appear in files: 介護支援専門員, 担当者.
    pub staff: Vec<String>,
    /// Fictional.
    pub postal_code: String,
    /// Fictional.
    pub address: String,
    /// Fictional.
    pub phone: String,
}

/// 要介護状態区分, by the codes of the standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CareLevel {
    /// 06 事業対象者
    Target,
    /// 12 要支援１
    Support1,
    /// 13 要支援２
    Support2,
    /// 21 要介護１
    Care1,
    /// 22 要介護２
    Care2,
    /// 23 要介護３
    Care3,
    /// 24 要介護４
    Care4,
    /// 25 要介護５
    Care5,
}

/// 性別
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sex {
    /// 1
    Male,
    /// 2
    Female,
}

/// A certified period: from the first day of `from` to the last day of `to`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certification {
    /// 認定日
    pub certified_on: Date,
    /// 認定有効期間開始日
    pub valid_from: Date,
    /// 認定有効期間終了日
    pub valid_to: Date,
    /// 要介護状態区分
    pub level: CareLevel,
    /// 要介護状態変更日, in mid-period: 区分変更.
    pub changed_on: Option<Date>,
    /// The level before.
    pub previous: Option<CareLevel>,
}

/// A user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Their index in the population.
    pub index: u32,
    /// 保険者番号, with its check digit.
    pub insurer: String,
    /// 被保険者番号, or H and nine digits.
    pub insured: String,
    /// Fictional, only characters of MS932.
    pub name: String,
    /// フリガナ, full-width or half-width.
    pub kana: String,
    /// 性別
    pub sex: Sex,
    /// 生年月日
    pub born_on: Date,
    /// Fictional.
    pub postal_code: String,
    /// 住所１
    pub address1: String,
    /// 住所２; may be empty.
    pub address2: String,
    /// Fictional.
    pub phone: String,
    /// 給付率 in percent: 90, 80 or 70.
    pub benefit_rate: u8,
    /// In order of time, without gaps, over the months of the population.
    pub certifications: Vec<Certification>,
    /// Index of the office that manages the plan: 居宅介護支援, or 地域包括支援センター.
    pub manager: u32,
    /// For 要支援 whose centre has outsourced the plan: the index of the 居宅介護支援 office.
    pub outsourced_to: Option<u32>,
    /// Indices of the offices that serve them, with the type of service.
    pub providers: Vec<u32>,
    /// Months in hospital (first day, last day): no visits on those days.
    pub hospital: Vec<(Date, Date)>,
}

/// One line of table 6: a code on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// サービス利用日
    pub date: Date,
    /// Start and end in minutes after midnight; `None` is 9999.
    pub time: Option<(u16, u16)>,
    /// サービスコード
    pub code: [u8; 6],
    /// 単位数
    pub units: i64,
    /// サービス回数
    pub count: u8,
    /// Index of the office.
    pub office: u32,
    /// サテライト枝番
    pub satellite: Option<String>,
    /// TAISコード and 用具名称, for equipment.
    pub equipment: Option<(String, String)>,
    /// 明細判別コード
    pub detail_no: Option<u8>,
    /// 日割対象日, where the code is prorated: bit 0 is the first day.
    pub prorated: Option<u32>,
    /// ３０日超区分
    pub over_30_days: bool,
}

/// One row of table 7.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerRow {
    /// What it is.
    pub kind: LedgerKind,
    /// 単位数; 0 on sum rows.
    pub units: i64,
    /// 回数／日数
    pub count: i64,
    /// サービス単位金額
    pub amount: Option<i64>,
    /// 給付管理単位数
    pub managed: Option<i64>,
    /// 種類支給限度基準超単位数, 内単位数
    pub type_limit: Option<(i64, i64)>,
    /// 区分支給限度基準超単位数, 内単位数
    pub category_limit: Option<(i64, i64)>,
    /// 単位数単価, in hundredths of a yen.
    pub unit_price: Option<u32>,
    /// 費用総額保険／事業対象分
    pub cost: Option<i64>,
    /// 給付率
    pub benefit_rate: Option<u8>,
    /// 保険／事業費請求額
    pub claim: Option<i64>,
    /// 利用者負担保険／事業対象分
    pub copay: Option<i64>,
    /// 利用者負担（全額負担分）
    pub full_copay: Option<i64>,
    /// 前月までの利用日数, 当月の計画利用日数, 累積利用日数 of a short stay.
    pub stay_days: Option<(u32, u32, u32)>,
    /// ３０日超区分
    pub over_30_days: bool,
    /// TAISコード and 用具名称, for equipment.
    pub equipment: Option<(String, String)>,
}

/// What a row of table 7 is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LedgerKind {
    /// A service of an office.
    Detail {
        /// サービスコード
        code: [u8; 6],
        /// Index of the office.
        office: u32,
        /// サテライト枝番
        satellite: Option<String>,
    },
    /// TTAAAA, TTEEEE or TTZZZZ: the office whose rows it sums, or the first of them.
    Subtotal {
        /// The six characters.
        code: [u8; 6],
        /// Index of the office.
        office: u32,
    },
    /// 999999
    Total,
}

/// What a month of a user is, planned or done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Month {
    /// The month.
    pub month: YearMonth,
    /// The level that the limit of the month is of.
    pub level: CareLevel,
    /// 区分支給限度基準額
    pub limit: i64,
    /// Table 6, in the order of dates, times and codes.
    pub visits: Vec<Visit>,
    /// Table 7: details by type, each type's subtotal behind them, the total last.
    pub ledger: Vec<LedgerRow>,
    /// Days of short stay before this month in the certified period.
    pub stay_days_before: u32,
}
