use std::fmt::Write;

use proptest::prelude::*;
use renkei_validator::{Options, judge};
use time::{Date, Month};

use super::*;
use crate::services::services;

const OFFICES: [&str; 4] = ["9970100013", "9970100021", "9970100039", "9970100047"];

fn date(month: YearMonth, day: u8) -> Date {
    let name = Month::try_from(month.month).unwrap();
    Date::from_calendar_date(i32::from(month.year), name, day).unwrap()
}

const DECEMBER_2024: YearMonth = YearMonth { year: 2024, month: 12 };
const MAY_2026: YearMonth = YearMonth { year: 2026, month: 5 };

fn visit(day: u8, code: &[u8; 6], units: i64, office: u32) -> Visit {
    Visit {
        date: date(DECEMBER_2024, day),
        time: None,
        code: *code,
        units,
        count: 1,
        office,
        satellite: None,
        equipment: None,
        detail_no: None,
        prorated: None,
        over_30_days: false,
    }
}

/// The visits of a code on the first days of the month.
fn days(days: u8, code: &[u8; 6], units: i64, office: u32) -> Vec<Visit> {
    (1..=days).map(|day| visit(day, code, units, office)).collect()
}

fn class_7(_: u32) -> Area {
    Area::Class(7)
}

/// A row in short: code, office, units, count, amount, managed, over and within the limit, cost,
/// claim, copay, what is paid in full.
fn short(row: &LedgerRow) -> String {
    let (code, office) = match &row.kind {
        LedgerKind::Detail { code, office, .. } | LedgerKind::Subtotal { code, office } => (code, office.to_string()),
        LedgerKind::Total => (b"999999", "-".to_owned()),
    };
    let code = String::from_utf8(code.to_vec()).unwrap();
    let text = |amount: Option<i64>| amount.map_or("-".to_owned(), |amount| amount.to_string());
    let (over, within) = (row.category_limit.map(|limit| limit.0), row.category_limit.map(|limit| limit.1));
    let amounts = [row.amount, row.managed, over, within, row.cost, row.claim, row.copay, row.full_copay].map(text);
    format!("{code} {office} {}x{} {}", row.units, row.count, amounts.join(" "))
}

fn shorts(rows: &[LedgerRow]) -> Vec<String> {
    rows.iter().map(short).collect()
}

#[test]
fn limits_are_those_since_october_2019() {
    let levels = [CareLevel::Target, CareLevel::Support2, CareLevel::Care1, CareLevel::Care3, CareLevel::Care5];
    assert_eq!(levels.map(limit), [5032, 10531, 16765, 27048, 36217]);
}

#[test]
fn prices_follow_the_share_of_wages() {
    let prices = |service_type: &[u8; 2]| [1, 4, 7].map(|class| unit_price(*service_type, Area::Class(class)));
    assert_eq!(prices(b"11"), [1140, 1084, 1021]);
    assert_eq!(prices(b"16"), [1110, 1066, 1017]);
    assert_eq!(prices(b"15"), [1090, 1054, 1014]);
    assert_eq!(prices(b"A2"), [1140, 1084, 1021]);
    assert_eq!(prices(b"A6"), [1090, 1054, 1014]);
    assert_eq!(prices(b"31"), [1000, 1000, 1000]);
    assert_eq!(prices(b"17"), [1000, 1000, 1000]);
    assert_eq!(unit_price(*b"11", Area::Other), 1000);
    assert_eq!(unit_price(*b"11", Area::Class(8)), 1000);
}

#[test]
fn no_visits_make_no_table() {
    assert_eq!(ledger(CareLevel::Care1, 90, &class_7, &[]), []);
}

#[test]
fn a_type_of_several_codes_has_its_money_in_the_subtotal() {
    let visits = [days(13, b"111211", 387, 0), days(4, b"117311", 220, 0), days(1, b"114000", 100, 0)].concat();
    let rows = ledger(CareLevel::Care3, 90, &class_7, &visits);
    assert_eq!(
        shorts(&rows),
        [
            "111211 0 387x13 5031 5031 - - - - - -",
            "114000 0 100x1 100 100 - - - - - -",
            "117311 0 220x4 880 880 - - - - - -",
            // 6011 x 10.21 = 61372.31, of which nine tenths are 55234.8
            "11AAAA 0 0x0 6011 6011 0 6011 61372 55234 6138 0",
            "999999 - 0x0 6011 6011 0 6011 61372 55234 6138 0",
        ]
    );
    assert_eq!(rows[3].unit_price, Some(1021));
    assert_eq!(rows[3].benefit_rate, Some(90));
    assert_eq!(rows[4].unit_price, None);
}

#[test]
fn what_is_over_the_limit_falls_on_day_care_before_home_help_and_equipment() {
    let visits = [
        days(9, b"114111", 309, 0),
        days(21, b"152441", 658, 1),
        days(21, b"155301", 40, 1),
        days(1, b"171007", 350, 2),
    ]
    .concat();
    assert_eq!(
        shorts(&ledger(CareLevel::Care1, 90, &class_7, &visits)),
        [
            "114111 0 309x9 2781 2781 0 2781 28394 25554 2840 0",
            "152441 1 658x21 13818 13818 - - - - - -",
            "155301 1 40x21 840 840 - - - - - -",
            // 2781 + 14658 + 350 - 16765 = 1024; 13634 x 10.14 = 138248.76; 1024 x 10.14 = 10383.36
            "15AAAA 1 0x0 14658 14658 1024 13634 138248 124423 13825 10383",
            "171007 2 350x1 350 350 0 350 3500 3150 350 0",
            "999999 - 0x0 17789 17789 1024 16765 170142 153127 17015 10383",
        ]
    );
}

#[test]
fn a_percentage_is_of_the_units_of_its_office_and_outside_the_limit() {
    let visits = [days(9, b"111211", 387, 0), days(2, b"117311", 220, 0), days(1, b"116275", 0, 0)].concat();
    assert_eq!(
        shorts(&ledger(CareLevel::Care2, 90, &class_7, &visits)),
        [
            "111211 0 387x9 3483 3483 - - - - - -",
            "117311 0 220x2 440 440 - - - - - -",
            // 24.5 % of 3923 = 961.135
            "116275 0 961x1 961 - - - - - - -",
            "11AAAA 0 0x0 3923 3923 0 3923 40053 36047 4006 0",
            "11EEEE 0 0x0 961 - - - 9811 8829 982 0",
            "999999 - 0x0 4884 3923 0 3923 49864 44876 4988 0",
        ]
    );
}

#[test]
fn a_percentage_is_not_of_what_is_over_the_limit() {
    let visits = [days(30, b"111211", 387, 0), days(1, b"116275", 0, 0)].concat();
    assert_eq!(
        shorts(&ledger(CareLevel::Support1, 70, &class_7, &visits)),
        [
            "111211 0 387x30 11610 11610 - - - - - -",
            // 24.5 % of 5032 = 1232.84
            "116275 0 1233x1 1233 - - - - - - -",
            // 5032 x 10.21 = 51376.72, x 0.7 = 35963.2; 6578 x 10.21 = 67161.38
            "11AAAA 0 0x0 11610 11610 6578 5032 51376 35963 15413 67161",
            // 1233 x 10.21 = 12588.93, x 0.7 = 8811.6
            "11EEEE 0 0x0 1233 - - - 12588 8811 3777 0",
            "999999 - 0x0 12843 11610 6578 5032 63964 44774 19190 67161",
        ]
    );
}

#[test]
fn a_single_row_outside_the_limit_has_no_managed_units() {
    assert_eq!(
        shorts(&ledger(CareLevel::Care1, 80, &class_7, &days(2, b"311111", 515, 0))),
        ["311111 0 515x2 1030 - - - 10300 8240 2060 0", "999999 - 0x0 1030 0 0 0 10300 8240 2060 0"]
    );
}

#[test]
fn a_type_that_is_outside_the_limit_has_both_subtotals() {
    let visits = [days(2, b"311111", 515, 0), days(4, b"311223", 518, 1)].concat();
    assert_eq!(
        shorts(&ledger(CareLevel::Care1, 90, &class_7, &visits)),
        [
            "311111 0 515x2 1030 - - - - - - -",
            "31AAAA 0 0x0 0 0 0 0 0 0 0 0",
            "31EEEE 0 0x0 1030 - - - 10300 9270 1030 0",
            "311223 1 518x4 2072 - - - - - - -",
            "31AAAA 1 0x0 0 0 0 0 0 0 0 0",
            "31EEEE 1 0x0 2072 - - - 20720 18648 2072 0",
            "999999 - 0x0 3102 0 0 0 31020 27918 3102 0",
        ]
    );
}

#[test]
fn two_offices_of_a_type_have_a_subtotal_and_a_price_each() {
    let area = |office: u32| if office == 0 { Area::Class(1) } else { Area::Other };
    let visits = [days(3, b"111211", 387, 0), days(2, b"111211", 387, 1)].concat();
    assert_eq!(
        shorts(&ledger(CareLevel::Care1, 90, &area, &visits)),
        [
            "111211 0 387x3 1161 1161 - - - - - -",
            // 1161 x 11.40 = 13235.4
            "11AAAA 0 0x0 1161 1161 0 1161 13235 11911 1324 0",
            "111211 1 387x2 774 774 - - - - - -",
            "11AAAA 1 0x0 774 774 0 774 7740 6966 774 0",
            "999999 - 0x0 1935 1935 0 1935 20975 18877 2098 0",
        ]
    );
}

#[test]
fn days_beyond_thirty_are_paid_in_full() {
    let mut visits = days(3, b"212121", 672, 0);
    visits[2].over_30_days = true;
    let rows = ledger(CareLevel::Care2, 90, &class_7, &visits);
    assert_eq!(
        shorts(&rows),
        [
            "212121 0 672x2 1344 1344 - - - - - -",
            "212121 0 672x1 672 - - - - - - -",
            // 1344 x 10.17 = 13668.48; 672 x 10.17 = 6834.24
            "21AAAA 0 0x0 1344 1344 0 1344 13668 12301 1367 0",
            "21ZZZZ 0 0x0 672 - - - - - - 6834",
            "999999 - 0x0 2016 1344 0 1344 13668 12301 1367 6834",
        ]
    );
    assert_eq!(rows.iter().map(|row| row.over_30_days).collect::<Vec<_>>(), [false, true, false, true, false]);
}

#[test]
fn a_limit_of_a_type_comes_before_that_of_the_category() {
    let visits = [days(10, b"152441", 658, 0), days(10, b"111211", 387, 1)].concat();
    let limits = Limits { category: 8000, types: &[(*b"15", 5000)] };
    let rows = ledger_with(limits, 90, &class_7, &visits);
    assert_eq!(
        shorts(&rows),
        [
            "111211 1 387x10 3870 3870 0 3870 39512 35560 3952 0",
            // 6580: 1580 over the limit of the type, then 870 over 8000 - 3870 = 4130.
            // 4130 x 10.14 = 41878.2; 2450 x 10.14 = 24843
            "152441 0 658x10 6580 6580 870 4130 41878 37690 4188 24843",
            "999999 - 0x0 10450 10450 870 8000 81390 73250 8140 24843",
        ]
    );
    assert_eq!(
        rows.iter().map(|row| row.type_limit).collect::<Vec<_>>(),
        [None, Some((1580, 5000)), Some((1580, 5000))]
    );
}

#[test]
fn more_than_99_times_are_rows_of_different_counts() {
    let mut visits = days(2, b"111111", 244, 0);
    visits.iter_mut().for_each(|visit| visit.count = 99);
    assert_eq!(
        shorts(&ledger(CareLevel::Care5, 90, &class_7, &visits))[..4],
        [
            "111111 0 244x99 24156 24156 - - - - - -",
            "111111 0 244x98 23912 23912 - - - - - -",
            "111111 0 244x1 244 244 - - - - - -",
            "11AAAA 0 0x0 48312 48312 12095 36217 369775 332797 36978 123489",
        ]
    );
}

#[test]
fn an_amount_beyond_its_digits_is_left_out() {
    let mut visits = days(10, b"212151", 884, 0);
    visits.iter_mut().for_each(|visit| visit.count = 12);
    let rows = ledger(CareLevel::Care5, 90, &class_7, &visits);
    // 884 x 120 = 106,080: two rows, and a sum of six digits.
    assert_eq!(
        shorts(&rows)[..3],
        [
            "212151 0 884x99 87516 87516 - - - - - -",
            "212151 0 884x21 18564 18564 - - - - - -",
            "21AAAA 0 0x0 - 106080 69863 36217 368326 331493 36833 710506",
        ]
    );
}

#[test]
fn equipment_is_told_apart_by_product() {
    let mut visits = days(3, b"171004", 200, 0);
    let product = |name: &str| Some((name.to_owned(), "用具".to_owned()));
    visits[0].equipment = product("00001-000021");
    visits[1].equipment = product("00001-000032");
    visits[2].equipment = product("00001-000032");
    assert_eq!(
        shorts(&ledger(CareLevel::Care2, 90, &class_7, &visits))[..2],
        ["171004 0 200x1 200 200 - - - - - -", "171004 0 200x2 400 400 - - - - - -"]
    );
}

#[test]
fn stay_days_stand_in_the_total_row() {
    let visits = [days(3, b"212121", 672, 0), days(3, b"219200", 184, 0), days(9, b"111211", 387, 1)].concat();
    let mut rows = ledger(CareLevel::Care2, 90, &class_7, &visits);
    fill_stay_days(&mut rows, 12, &visits);
    let given: Vec<usize> = (0..rows.len()).filter(|&row| rows[row].stay_days.is_some()).collect();
    assert_eq!(given, [rows.len() - 1]);
    assert_eq!(rows[rows.len() - 1].stay_days, Some((12, 3, 15)));
    let mut none = ledger(CareLevel::Care2, 90, &class_7, &visits[6..]);
    fill_stay_days(&mut none, 12, &visits[6..]);
    assert!(none.iter().all(|row| row.stay_days.is_none()));
}

prop_compose! {
    fn any_visit()(
        index in 0..services().len(),
        day in 1_u8..=28,
        count in 1_u8..=3,
        office in 0_u32..OFFICES.len() as u32,
        price in 50_i64..3000,
        over in 0_u8..8,
    ) -> Option<Visit> {
        let service = &services()[index];
        let units = match service.per {
            Per::Visit | Per::Day | Per::Month => service.units,
            Per::Percent => 0,
            Per::Price => price,
        };
        service.holds(MAY_2026).then(|| Visit {
            date: date(MAY_2026, day),
            count,
            equipment: (service.per == Per::Price).then(|| ("00001-000010".to_owned(), "見本用具".to_owned())),
            over_30_days: over == 0 && &service.code[..2] == b"21",
            ..visit(day, &service.code, units, office)
        })
    }
}

fn any_visits() -> impl Strategy<Value = Vec<Visit>> {
    proptest::collection::vec(any_visit(), 1..120).prop_map(|visits| visits.into_iter().flatten().collect())
}

fn any_level() -> impl Strategy<Value = CareLevel> {
    prop_oneof![Just(CareLevel::Target), Just(CareLevel::Support2), Just(CareLevel::Care1), Just(CareLevel::Care5)]
}

fn area_of(office: u32) -> Area {
    if office == 3 { Area::Other } else { Area::Class(office as u8 * 3 + 1) }
}

const STAMP: &str = "9970100013_43_9970100021_11_20260428101500.CSV";

fn number(amount: Option<i64>) -> String {
    amount.map_or(String::new(), |amount| amount.to_string())
}

/// The rows as a file of 202407.
fn table7(rows: &[LedgerRow]) -> (String, Vec<u8>) {
    let mut text = String::new();
    for row in rows {
        let (code, office) = match &row.kind {
            LedgerKind::Detail { code, office, .. } | LedgerKind::Subtotal { code, office } => {
                (std::str::from_utf8(code).unwrap(), OFFICES[*office as usize])
            }
            LedgerKind::Total => ("999999", "9999999999"),
        };
        let tais = row.equipment.as_ref().map_or("", |(tais, _)| tais);
        let pair =
            |limit: Option<(i64, i64)>| limit.map_or(",".to_owned(), |(over, within)| format!("{over},{within}"));
        let price = row.unit_price.map_or(String::new(), |price| format!("{}.{:02}", price / 100, price % 100));
        let over_30_days = u8::from(row.over_30_days);
        writeln!(
            text,
            "202407,991018,0000000101,20260428,202605,\"x\",{office},,{code},{tais},,,{},,,{},{},{},{},{},{price},{},{},{},,{},{},,,,\
             {over_30_days},9999999999,,9970100013,\r",
            row.units,
            row.count,
            number(row.amount),
            number(row.managed),
            pair(row.type_limit),
            pair(row.category_limit),
            number(row.cost),
            number(row.benefit_rate.map(i64::from)),
            number(row.claim),
            number(row.copay),
            number(row.full_copay),
        )
        .unwrap();
    }
    (format!("UPSIKYU_202605_{STAMP}"), text.into_bytes())
}

fn table6(visits: &[Visit]) -> (String, Vec<u8>) {
    let mut text = String::new();
    for visit in visits {
        let tais = visit.equipment.as_ref().map_or("", |(tais, _)| tais);
        writeln!(
            text,
            "202407,991018,0000000101,20260428,202605,9970100013,,{},,202605{:02},,9999,9999,{},{},{tais},,,,{},\"x\",,{},9970100013,\r",
            visit.units,
            visit.date.day(),
            visit.count,
            std::str::from_utf8(&visit.code).unwrap(),
            OFFICES[visit.office as usize],
            u8::from(visit.over_30_days),
        )
        .unwrap();
    }
    (format!("UPPLAN_202605_{STAMP}"), text.into_bytes())
}

proptest! {
    #[test]
    fn nothing_is_found_in_any_table(visits in any_visits(), level in any_level(), rate in 7_u8..=9) {
        let rows = ledger(level, rate * 10, &area_of, &visits);
        prop_assume!(!rows.is_empty());
        let judgement = judge(&[table6(&visits), table7(&rows)], &Options::default());
        let own: Vec<String> = judgement
            .findings()
            .iter()
            .filter(|finding| finding.at.file.starts_with("UPSIKYU") || finding.rule.id == "set/table7-contradicts-table6")
            .map(|finding| format!("{} {:?} {:?} {:?}", finding.rule.id, finding.at.line, finding.expected, finding.got))
            .filter(|finding| !finding.starts_with("set/companion"))
            .collect();
        prop_assert_eq!(own, Vec::<String>::new());
        prop_assert!(judgement.files.iter().all(|file| file.facts.complete));
    }

    #[test]
    fn sums_hold_for_any_visits(visits in any_visits(), level in any_level(), rate in 7_u8..=9) {
        let rows = ledger(level, rate * 10, &area_of, &visits);
        for row in &rows {
            let amounts = [row.amount, row.managed, row.cost, row.claim, row.copay, row.full_copay];
            prop_assert!(row.units >= 0 && row.count >= 0 && amounts.into_iter().flatten().all(|amount| amount >= 0));
            prop_assert!(row.count <= 99 && row.amount.is_none_or(|amount| amount <= 99_999));
            if let Some((over, within)) = row.category_limit {
                prop_assert!(over >= 0 && within >= 0 && within <= limit(level));
                prop_assert_eq!(Some(over + within), row.managed);
            }
            if let (Some(cost), Some(claim), Some(copay)) = (row.cost, row.claim, row.copay) {
                prop_assert_eq!(cost, claim + copay);
            }
        }
        let details = rows.iter().filter(|row| matches!(row.kind, LedgerKind::Detail { .. }));
        let units: i64 = details.filter(|row| row.units > 0).map(|row| row.units * row.count).sum();
        if let Some(total) = rows.last() {
            prop_assert_eq!(&total.kind, &LedgerKind::Total);
            prop_assert!(total.amount.is_none_or(|amount| amount == units));
        }
    }

    #[test]
    fn the_order_of_visits_is_of_no_account(visits in any_visits().prop_shuffle_pair(), level in any_level()) {
        let (one, other) = visits;
        prop_assert_eq!(ledger(level, 90, &area_of, &one), ledger(level, 90, &area_of, &other));
    }
}

trait ShufflePair {
    fn prop_shuffle_pair(self) -> BoxedStrategy<(Vec<Visit>, Vec<Visit>)>;
}

impl<S: Strategy<Value = Vec<Visit>> + 'static> ShufflePair for S {
    fn prop_shuffle_pair(self) -> BoxedStrategy<(Vec<Visit>, Vec<Visit>)> {
        self.prop_flat_map(|visits| (Just(visits.clone()), Just(visits).prop_shuffle())).boxed()
    }
}
