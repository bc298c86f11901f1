//! What a care manager sees at once, read from the files: tables 2 and 3 say the same week, goals end
//! with the certified period, day services are over by the evening, nobody is visited twice at one
//! time, a level that changed is another than before, and offices send on days that they are open.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::collections::{BTreeMap, BTreeSet};

use renkei_generators::calendar::months;
use renkei_generators::delivery::{Courier, Delivery, DeliveryError, File};
use renkei_generators::model::YearMonth;
use renkei_generators::population::{Population, Request};
use renkei_generators::version::Versions;
use renkei_validator::name::{FileName, NamedKind};
use renkei_validator::spec::keys::{up1kyo, up2kyo, up3kyo, uphosoku, upplan};
use renkei_validator::spec::{Key, Kind, Version, tables};

type Row = Vec<String>;

/// From, to, and the type of service.
type Times<'a> = BTreeSet<(&'a str, &'a str, &'a str)>;

/// The rows of the files of a set, by kind.
type Set = BTreeMap<Kind, Vec<Row>>;

fn month(text: &str) -> YearMonth {
    YearMonth::parse(text.as_bytes()).unwrap()
}

fn deliveries(users: u32, span: (YearMonth, YearMonth)) -> Vec<Delivery> {
    let request = Request { seed: 1, users, offices: 70, months: span };
    let population = Population::new(&request).unwrap();
    let courier = Courier { population: &population, versions: Versions::ByMonth };
    let mut deliveries = Vec::new();
    for month in months(span.0, span.1) {
        for manager in population.managers() {
            let mut take = |delivery: Delivery| -> Result<(), DeliveryError> {
                deliveries.push(delivery);
                Ok(())
            };
            courier.deliveries(manager, month, &mut take).unwrap();
        }
    }
    deliveries
}

fn sets() -> Vec<Set> {
    let known = |file: &File| match FileName::parse(&file.name).kind {
        NamedKind::Known(kind) if file.name.ends_with(".CSV") => Some((kind, rows(&file.bytes))),
        _ => None,
    };
    let deliveries = deliveries(1500, (month("202509"), month("202510")));
    deliveries.iter().map(|delivery| delivery.files.iter().filter_map(known).collect()).collect()
}

fn rows(bytes: &[u8]) -> Vec<Row> {
    let (text, _, _) = encoding_rs::SHIFT_JIS.decode(bytes);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn get(kind: Kind, row: &Row, key: Key) -> &str {
    &row[tables(Version::V202407, kind).last().unwrap().column(key).unwrap()]
}

/// The rows of a kind of all sets that have it, each with its set.
fn all(sets: &[Set], kind: Kind) -> Vec<(&Set, &Row)> {
    let found: Vec<(&Set, &Row)> =
        sets.iter().flat_map(|set| set.get(&kind).into_iter().flatten().map(move |row| (set, row))).collect();
    assert!(found.len() > 100, "{kind:?}: {}", found.len());
    found
}

/// R8.9 as 202609.
fn month_of_era(text: &str) -> u32 {
    let (year, month) = text.strip_prefix('R').unwrap().split_once('.').unwrap();
    (year.parse::<u32>().unwrap() + 2018) * 100 + month.parse::<u32>().unwrap()
}

#[test]
fn tables_2_and_3_say_the_same_week() {
    let sets = sets();
    let mut frequencies: BTreeSet<String> = BTreeSet::new();
    for (set, row) in all(&sets, Kind::Up2kyo) {
        let get2 = |key| get(Kind::Up2kyo, row, key);
        if get2(up2kyo::INSURANCE_COVERAGE) != "Y" {
            continue;
        }
        let (frequency, kind) = (get2(up2kyo::FREQUENCY), get2(up2kyo::SERVICE_KIND));
        let of_user = |row: &&Row| get(Kind::Up3kyo, row, up3kyo::INSURED_NUMBER) == get2(up2kyo::INSURED_NUMBER);
        let week: Vec<&Row> = set[&Kind::Up3kyo].iter().filter(of_user).collect();
        let weekdays: BTreeSet<&str> = week
            .iter()
            .filter(|row| get(Kind::Up3kyo, row, up3kyo::SERVICE_CONTENT) == kind)
            .map(|row| get(Kind::Up3kyo, row, up3kyo::WEEKDAY))
            .collect();
        let beside = format!("{kind}：{}", get2(up2kyo::SERVICE_OFFICE_NAME));
        let is_beside = week.iter().any(|row| get(Kind::Up3kyo, row, up3kyo::NON_WEEKLY_SERVICE) == beside);
        let expected = match kind {
            "福祉用具貸与" | "介護予防福祉用具貸与" | "定期巡回・随時対応型訪問介護看護" => {
                (String::from("毎日"), true)
            }
            "居宅療養管理指導" => (format!("月{}回", &frequency[3..frequency.len() - 3]), true),
            "短期入所生活介護" | "短期入所療養介護" => {
                (format!("月{}日", &frequency[3..frequency.len() - 3]), true)
            }
            _ if weekdays.len() == 7 => (String::from("毎日"), false),
            _ => (format!("週{}回", weekdays.len()), false),
        };
        assert_eq!((frequency.to_owned(), is_beside), expected, "{kind} {weekdays:?}");
        assert_eq!(is_beside, weekdays.is_empty(), "{kind}");
        frequencies.insert(frequency.to_owned());
    }
    for frequency in ["毎日", "週1回", "週2回", "週3回", "月2回"] {
        assert!(frequencies.contains(frequency), "{frequency}: {frequencies:?}");
    }
}

#[test]
fn goals_end_with_the_certified_period() {
    let sets = sets();
    let mut short = 0;
    for (set, row) in all(&sets, Kind::Up2kyo) {
        let insured = get(Kind::Up2kyo, row, up2kyo::INSURED_NUMBER);
        let plan = set[&Kind::Up1kyo].iter().find(|row| get(Kind::Up1kyo, row, up1kyo::INSURED_NUMBER) == insured);
        let until: u32 = get(Kind::Up1kyo, plan.unwrap(), up1kyo::CERTIFICATION_VALID_TO)[..6].parse().unwrap();
        for key in [up2kyo::LONG_TERM_PERIOD, up2kyo::SHORT_TERM_PERIOD, up2kyo::SERVICE_PERIOD] {
            let (from, to) = get(Kind::Up2kyo, row, key).split_once("から").unwrap();
            let (from, to) = (month_of_era(from), month_of_era(to));
            assert!(from <= to && to <= until, "{from} {to} {until}");
            short += usize::from(to == until);
        }
    }
    assert!(short > 50, "{short}");
}

#[test]
fn day_services_are_over_by_the_evening_and_nobody_is_visited_twice_at_one_time() {
    let sets = sets();
    for kind in [Kind::Upplan, Kind::Upjsk] {
        // Each set of plans tells of all offices and stands for itself; what was done is one, whichever
        // office tells it.
        let mut days: BTreeMap<(usize, &str, &str), Times<'_>> = BTreeMap::new();
        let rows = sets
            .iter()
            .enumerate()
            .flat_map(|(at, set)| set.get(&kind).into_iter().flatten().map(move |row| (at, row)));
        for (at, row) in rows {
            let get = |key| get(kind, row, key);
            let (from, to, code) = (get(upplan::START_TIME), get(upplan::END_TIME), get(upplan::SERVICE_CODE));
            if from == "9999" {
                continue;
            }
            if ["15", "16", "78"].contains(&&code[..2]) {
                assert!(("0700".."1130").contains(&from) && to <= "1930", "{kind:?} {code} {from} {to}");
            }
            let set = if kind == Kind::Upplan { at } else { 0 };
            let day = days.entry((set, get(upplan::INSURED_NUMBER), get(upplan::SERVICE_DATE))).or_default();
            day.insert((from, to, &code[..2]));
        }
        assert!(days.len() > 1000, "{}", days.len());
        for (at, day) in &days {
            let day: Vec<_> = day.iter().collect();
            assert!(day.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{kind:?} {at:?} {day:?}");
        }
    }
}

#[test]
fn a_level_that_changed_is_another_than_before() {
    let sets = sets();
    let (mut up, mut down) = (0, 0);
    for (_, row) in all(&sets, Kind::Uphosoku) {
        let get = |key| get(Kind::Uphosoku, row, key);
        let changed_on = get(uphosoku::CARE_LEVEL_CHANGED_ON);
        if changed_on.starts_with(get(uphosoku::TARGET_MONTH)) && changed_on != get(uphosoku::LIMIT_PERIOD_START) {
            let (level, before) = (get(uphosoku::CARE_LEVEL), get(uphosoku::PREVIOUS_CARE_LEVEL));
            assert_ne!(level, before, "{changed_on}");
            *if level > before { &mut up } else { &mut down } += 1;
        }
    }
    assert!(up > 5 && down > 5, "{up} {down}");
}

#[test]
fn offices_send_on_days_that_they_are_open() {
    for span in [(month("202612"), month("202701")), (month("202604"), month("202605"))] {
        let sent: BTreeSet<String> = deliveries(700, span)
            .iter()
            .map(|delivery| delivery.title.rsplit('_').next().unwrap()[..8].to_owned())
            .collect();
        assert!(sent.len() > 10, "{sent:?}");
        for closed in ["0101", "0103", "0111", "0211", "0429", "0503", "0506", "1123", "1229", "1231"] {
            assert!(!sent.iter().any(|day| day.ends_with(closed)), "{closed}");
        }
        let format = time::macros::format_description!("[year][month][day]");
        for day in &sent {
            let weekday = time::Date::parse(day, format).unwrap().weekday();
            assert!(weekday.number_days_from_monday() < 5, "{day}");
        }
    }
}
