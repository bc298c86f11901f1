//! Table 7 as the sums of table 6: units, the split at the limits, yen. Knows services and prices;
//! knows no user, no file and no chance.
//!
//! How it is counted:
//!
//! - A detail row is a code of an office with one number of units (and one piece of equipment).
//!   More than 99 times, or more than 99,999 units, is divided into rows of different counts, as
//!   older versions have two digits for the count and all have five for サービス単位金額.
//! - A type with several detail rows, over all offices, has a TTAAAA row for each of its offices
//!   and TTEEEE and TTZZZZ rows where something is outside the limit or beyond 30 days. Limits and
//!   yen then stand in these rows, else in the detail row. Each of them is truncated on its own.
//! - Units over 種類支給限度基準額 are taken from the last offices of the type. Units over
//!   区分支給限度基準額 are taken from short stays and all that is not named here, then from day care,
//!   home help, nursing, rehabilitation and bathing at home, and from equipment at last; within
//!   these from the higher service type and office. A care manager may choose otherwise; the
//!   standard prescribes nothing.
//! - A percentage is taken of what its office has of the type within the limits and outside them,
//!   rounded half up. What is over a limit has none.
//! - The insurer pays `floor(cost × rate)`, the user the rest, and all of what is over a limit or
//!   beyond 30 days.
//! - An amount that has more digits than its item is left out.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Area, CareLevel, LedgerKind, LedgerRow, Visit, YearMonth};
use crate::services::{Per, find};

/// The limits of a user in a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits<'a> {
    /// 区分支給限度基準額
    pub category: i64,
    /// 種類支給限度基準額, for the types that have one.
    pub types: &'a [([u8; 2], i64)],
}

/// 区分支給限度基準額 in units a month, since 2019-10.
pub fn limit(level: CareLevel) -> i64 {
    match level {
        CareLevel::Target | CareLevel::Support1 => 5_032,
        CareLevel::Support2 => 10_531,
        CareLevel::Care1 => 16_765,
        CareLevel::Care2 => 19_705,
        CareLevel::Care3 => 27_048,
        CareLevel::Care4 => 30_938,
        CareLevel::Care5 => 36_217,
    }
}

/// 単位数単価 in hundredths of a yen: ten yen and what the 地域区分 adds to the share of wages.
pub fn unit_price(service_type: [u8; 2], area: Area) -> u32 {
    const WAGES_70: [u32; 7] = [1140, 1112, 1105, 1084, 1070, 1042, 1021];
    const WAGES_55: [u32; 7] = [1110, 1088, 1083, 1066, 1055, 1033, 1017];
    const WAGES_45: [u32; 7] = [1090, 1072, 1068, 1054, 1045, 1027, 1014];
    let prices = match &service_type {
        b"17" | b"67" | b"31" | b"34" => return 1000,
        b"14" | b"64" | b"16" | b"66" | b"21" | b"24" | b"72" | b"74" => WAGES_55,
        b"73" | b"75" | b"68" | b"69" | b"77" | b"79" => WAGES_55,
        b"15" | b"78" | b"22" | b"23" | b"2A" | b"25" | b"26" | b"2B" => WAGES_45,
        b"27" | b"28" | b"33" | b"35" | b"36" | b"32" | b"37" | b"38" | b"39" => WAGES_45,
        b"A5" | b"A6" | b"A7" | b"A8" => WAGES_45,
        _ => WAGES_70,
    };
    match area {
        Area::Class(class @ 1..=7) => prices[usize::from(class) - 1],
        Area::Class(_) | Area::Other => 1000,
    }
}

/// Table 7 of a month: details by type and office, their subtotals behind them, the total last.
/// Empty where there are no visits.
pub fn ledger(level: CareLevel, benefit_rate: u8, area_of: &dyn Fn(u32) -> Area, visits: &[Visit]) -> Vec<LedgerRow> {
    ledger_with(Limits { category: limit(level), types: &[] }, benefit_rate, area_of, visits)
}

/// Table 7 of a month under given limits.
pub fn ledger_with(
    limits: Limits<'_>,
    benefit_rate: u8,
    area_of: &dyn Fn(u32) -> Area,
    visits: &[Visit],
) -> Vec<LedgerRow> {
    let mut offices = offices(visits);
    split(limits, &mut offices);
    add_percentages(&mut offices);
    let mut rows: Vec<LedgerRow> = Vec::new();
    let mut total = Sums::default();
    let types: BTreeSet<[u8; 2]> = offices.iter().map(|office| office.service_type).collect();
    for service_type in types {
        let own = || offices.iter().filter(|office| office.service_type == service_type);
        let is_divided = own().map(|office| office.details.len()).sum::<usize>() >= 2;
        for office in own() {
            let parts = office.parts(unit_price(service_type, area_of(office.office)), benefit_rate, is_divided);
            rows.extend(office.details.iter().map(|detail| {
                let row = detail.row(office.office);
                match parts.first() {
                    Some(part) if !is_divided => part.fill(row),
                    Some(_) | None => row,
                }
            }));
            for part in &parts {
                total.add(part);
                if is_divided {
                    rows.push(part.fill(blank(LedgerKind::Subtotal {
                        code: part.class.subtotal(service_type),
                        office: office.office,
                    })));
                }
            }
        }
    }
    if !rows.is_empty() {
        rows.push(total.row());
    }
    rows
}

/// 前月までの利用日数, 当月の計画利用日数 and 累積利用日数, put into the total row where the month
/// has a short stay: they are of the user and not of one office.
pub fn fill_stay_days(rows: &mut [LedgerRow], before: u32, visits: &[Visit]) {
    let is_stay = |visit: &&Visit| SHORT_STAYS.iter().any(|stay| visit.code.starts_with(*stay));
    let days: BTreeSet<time::Date> = visits.iter().filter(is_stay).map(|visit| visit.date).collect();
    let days = days.len() as u32;
    if let Some(row) = rows.iter_mut().find(|row| days > 0 && row.kind == LedgerKind::Total) {
        row.stay_days = Some((before, days, before + days));
    }
}

const SHORT_STAYS: [&[u8; 2]; 8] = [b"21", b"22", b"23", b"2A", b"24", b"25", b"26", b"2B"];

/// Who keeps the units within the limit, first to last.
fn rank(service_type: [u8; 2]) -> u8 {
    match &service_type {
        b"17" | b"67" => 0,
        b"12" | b"13" | b"14" | b"62" | b"63" | b"64" => 1,
        b"11" | b"71" | b"76" | b"A1" | b"A2" | b"A3" | b"A4" => 2,
        b"15" | b"16" | b"66" | b"72" | b"74" | b"78" | b"A5" | b"A6" | b"A7" | b"A8" => 3,
        _ => 4,
    }
}

/// Which of the subtotals an amount belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Within,
    Outside,
    Over30Days,
}

impl Class {
    fn subtotal(self, service_type: [u8; 2]) -> [u8; 6] {
        let letter = match self {
            Class::Within => b'A',
            Class::Outside => b'E',
            Class::Over30Days => b'Z',
        };
        [service_type[0], service_type[1], letter, letter, letter, letter]
    }
}

/// What one office does of one type in the month.
struct OfficeMonth {
    service_type: [u8; 2],
    office: u32,
    details: Vec<Detail>,
    percentages: Vec<(Detail, i64)>,
    type_limit: Option<(i64, i64)>,
    category_limit: (i64, i64),
}

/// The visits of one row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Detail {
    class: Class,
    code: [u8; 6],
    satellite: Option<String>,
    equipment: Option<(String, String)>,
    units: i64,
    count: i64,
}

/// The amounts of a detail row that stands alone, or of a subtotal.
struct Part {
    class: Class,
    amount: i64,
    type_limit: Option<(i64, i64)>,
    category_limit: Option<(i64, i64)>,
    unit_price: u32,
    benefit_rate: u8,
    cost: i64,
    claim: i64,
    copay: i64,
    full_copay: i64,
}

/// The visits by type and office, in the order of the table.
fn offices(visits: &[Visit]) -> Vec<OfficeMonth> {
    let mut details: BTreeMap<([u8; 2], u32), BTreeMap<Detail, i64>> = BTreeMap::new();
    let mut percentages: BTreeMap<([u8; 2], u32), BTreeMap<Detail, i64>> = BTreeMap::new();
    for visit in visits {
        let service_type = [visit.code[0], visit.code[1]];
        let month = YearMonth { year: visit.date.year() as u16, month: u8::from(visit.date.month()) };
        let service = find(visit.code, month);
        let is_within = service.map_or(!matches!(&service_type, b"31" | b"34"), |service| service.within_limit);
        let detail = Detail {
            class: match (visit.over_30_days, is_within) {
                (true, _) => Class::Over30Days,
                (false, true) => Class::Within,
                (false, false) => Class::Outside,
            },
            code: visit.code,
            satellite: visit.satellite.clone(),
            equipment: visit.equipment.clone(),
            units: visit.units,
            count: 0,
        };
        // Its units are known once those of the rest are.
        let rate = service.filter(|service| service.per == Per::Percent && visit.units == 0).map(|s| s.units);
        if let Some(rate) = rate {
            details.entry((service_type, visit.office)).or_default();
            percentages.entry((service_type, visit.office)).or_default().insert(detail, rate);
        } else {
            let own = details.entry((service_type, visit.office)).or_default();
            *own.entry(detail).or_default() += i64::from(visit.count);
        }
    }
    details
        .into_iter()
        .map(|((service_type, office), counts)| OfficeMonth {
            service_type,
            office,
            details: counts.into_iter().flat_map(|(detail, count)| divided(detail, count)).collect(),
            percentages: percentages.remove(&(service_type, office)).into_iter().flatten().collect(),
            type_limit: None,
            category_limit: (0, 0),
        })
        .collect()
}

/// A detail as rows whose counts and amounts fit, no two of them alike.
fn divided(detail: Detail, mut count: i64) -> Vec<Detail> {
    const MOST_TIMES: i64 = 99;
    const MOST_UNITS: i64 = 99_999;
    let mut most = if detail.units > 0 { (MOST_UNITS / detail.units).clamp(1, MOST_TIMES) } else { MOST_TIMES };
    let mut rows = Vec::new();
    while count > 0 {
        let part = count.min(most);
        rows.push(Detail { count: part, ..detail.clone() });
        count -= part;
        most = (most - 1).max(1);
    }
    rows
}

/// Splits the units of each office at the limits.
fn split(limits: Limits<'_>, offices: &mut [OfficeMonth]) {
    for (service_type, limit) in limits.types {
        let mut left = *limit;
        for office in offices.iter_mut().filter(|office| office.service_type == *service_type) {
            let managed = office.units(Class::Within);
            let within = managed.min(left);
            office.type_limit = Some((managed - within, within));
            left -= within;
        }
    }
    let mut order: Vec<&mut OfficeMonth> = offices.iter_mut().collect();
    order.sort_by_key(|office| (rank(office.service_type), office.service_type, office.office));
    let mut left = limits.category;
    for office in order {
        let managed = office.type_limit.map_or_else(|| office.units(Class::Within), |(_, within)| within);
        let within = managed.min(left);
        office.category_limit = (managed - within, within);
        left -= within;
    }
}

fn add_percentages(offices: &mut [OfficeMonth]) {
    for office in offices {
        let base = office.category_limit.1 + office.units(Class::Outside);
        for (detail, rate) in std::mem::take(&mut office.percentages) {
            let units = (base * rate + 500) / 1000;
            if units > 0 {
                office.details.push(Detail { units, count: 1, ..detail });
            }
        }
    }
}

impl OfficeMonth {
    fn units(&self, class: Class) -> i64 {
        self.details.iter().filter(|detail| detail.class == class).map(Detail::amount).sum()
    }

    /// The amounts by class. Of a type with subtotals, the first is always that within the limit.
    fn parts(&self, unit_price: u32, benefit_rate: u8, is_divided: bool) -> Vec<Part> {
        let yen = |units: i64| units * i64::from(unit_price) / 100;
        let has = |class: Class| self.details.iter().any(|detail| detail.class == class);
        let insured = |class: Class, units: i64, over: i64| {
            let cost = yen(units);
            let claim = cost * i64::from(benefit_rate) / 100;
            Part {
                class,
                amount: self.units(class),
                type_limit: self.type_limit.filter(|_| class == Class::Within),
                category_limit: (class == Class::Within).then_some(self.category_limit),
                unit_price,
                benefit_rate,
                cost,
                claim,
                copay: cost - claim,
                full_copay: yen(over),
            }
        };
        let mut parts = Vec::new();
        if has(Class::Within) || is_divided && !self.details.is_empty() {
            let over = self.type_limit.map_or(0, |(over, _)| over) + self.category_limit.0;
            parts.push(insured(Class::Within, self.category_limit.1, over));
        }
        if has(Class::Outside) {
            parts.push(insured(Class::Outside, self.units(Class::Outside), 0));
        }
        if has(Class::Over30Days) {
            parts.push(insured(Class::Over30Days, 0, self.units(Class::Over30Days)));
        }
        parts
    }
}

impl Detail {
    fn amount(&self) -> i64 {
        self.units * self.count
    }

    fn row(&self, office: u32) -> LedgerRow {
        let kind = LedgerKind::Detail { code: self.code, office, satellite: self.satellite.clone() };
        LedgerRow {
            units: self.units,
            count: self.count,
            amount: fits(self.amount(), 5),
            managed: fits(self.amount(), 6).filter(|_| self.class == Class::Within),
            over_30_days: self.class == Class::Over30Days,
            equipment: self.equipment.clone(),
            ..blank(kind)
        }
    }
}

impl Part {
    fn fill(&self, row: LedgerRow) -> LedgerRow {
        let is_insured = self.class != Class::Over30Days;
        LedgerRow {
            amount: fits(self.amount, 5),
            managed: fits(self.amount, 6).filter(|_| self.class == Class::Within),
            type_limit: self.type_limit.filter(|limit| both_fit(*limit)),
            category_limit: self.category_limit.filter(|limit| both_fit(*limit)),
            unit_price: Some(self.unit_price),
            cost: fits(self.cost, 6).filter(|_| is_insured),
            benefit_rate: Some(self.benefit_rate).filter(|_| is_insured),
            claim: fits(self.claim, 6).filter(|_| is_insured),
            copay: fits(self.copay, 6).filter(|_| is_insured),
            full_copay: fits(self.full_copay, 6),
            over_30_days: !is_insured,
            ..row
        }
    }
}

#[derive(Default)]
struct Sums {
    amount: i64,
    managed: i64,
    type_limit: Option<(i64, i64)>,
    category_limit: (i64, i64),
    cost: i64,
    claim: i64,
    copay: i64,
    full_copay: i64,
}

impl Sums {
    fn add(&mut self, part: &Part) {
        self.amount += part.amount;
        if part.class == Class::Within {
            self.managed += part.amount;
        }
        if let Some((over, within)) = part.type_limit {
            let sum = self.type_limit.get_or_insert_default();
            *sum = (sum.0 + over, sum.1 + within);
        }
        if let Some((over, within)) = part.category_limit {
            self.category_limit = (self.category_limit.0 + over, self.category_limit.1 + within);
        }
        self.cost += part.cost;
        self.claim += part.claim;
        self.copay += part.copay;
        self.full_copay += part.full_copay;
    }

    fn row(&self) -> LedgerRow {
        LedgerRow {
            amount: fits(self.amount, 5),
            managed: fits(self.managed, 6),
            type_limit: self.type_limit.filter(|limit| both_fit(*limit)),
            category_limit: Some(self.category_limit).filter(|limit| both_fit(*limit)),
            cost: fits(self.cost, 6),
            claim: fits(self.claim, 6),
            copay: fits(self.copay, 6),
            full_copay: fits(self.full_copay, 6),
            ..blank(LedgerKind::Total)
        }
    }
}

/// An amount, where its item has room for it.
fn fits(amount: i64, digits: u32) -> Option<i64> {
    (amount < 10_i64.pow(digits)).then_some(amount)
}

fn both_fit((over, within): (i64, i64)) -> bool {
    fits(over, 6).is_some() && fits(within, 6).is_some()
}

fn blank(kind: LedgerKind) -> LedgerRow {
    LedgerRow {
        kind,
        units: 0,
        count: 0,
        amount: None,
        managed: None,
        type_limit: None,
        category_limit: None,
        unit_price: None,
        cost: None,
        benefit_rate: None,
        claim: None,
        copay: None,
        full_copay: None,
        stay_days: None,
        over_30_days: false,
        equipment: None,
    }
}

#[cfg(test)]
mod tests;
