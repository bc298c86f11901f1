//! What happens to few users happens in generated deliveries of every version, and the validator
//! finds nothing above info in them: 日割, stays beyond thirty days, 種類支給限度, first plans, going
//! over from 要支援 to 要介護, half months of rent. Reads the files, not the generators' values.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops where it cannot go on, and shows its counts"
)]

use std::collections::{BTreeMap, BTreeSet};

use renkei_generators::calendar::{day, last_day, month_of, months};
use renkei_generators::certification::level_of_month;
use renkei_generators::delivery::{Courier, Delivery, DeliveryError};
use renkei_generators::model::{Trade, YearMonth};
use renkei_generators::plan::plan;
use renkei_generators::population::{Population, Request};
use renkei_generators::version::Versions;
use renkei_validator::finding::Severity;
use renkei_validator::name::FileName;
use renkei_validator::spec::keys::{uphosoku, upplan, upsikyu, upyobo};
use renkei_validator::spec::{Key, Kind, Version, tables};
use renkei_validator::{Options, judge};

/// Three insurers in each of three regions; with this seed some have limits for types of service.
const USERS: u32 = 4000;
const OFFICES: u32 = 300;
const SEED: u64 = 7;

/// A reason to look at the deliveries of an office.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reason {
    Daily,
    Beyond,
    TypeLimit,
    First,
    GoesOver,
}

/// The offices that plan and have users for each reason: the first of each.
fn planners(population: &Population, version: Version) -> BTreeMap<Reason, u32> {
    let mut found = BTreeMap::new();
    let (from, to) = population.request().months;
    for manager in population.managers().filter(|office| office.trade == Trade::CareManagement) {
        for place in population.users_of(manager.index) {
            for month in months(from, to) {
                let user = population.user_in(place, month);
                let is_care =
                    level_of_month(&user.certifications, month) >= Some(renkei_generators::model::CareLevel::Care1);
                if !is_care && version != Version::V202407 {
                    continue;
                }
                let mut note = |reason| {
                    found.entry(reason).or_insert(manager.index);
                };
                let life = population.life(user.index);
                if life.from.is_some_and(|date| month_of(date) == month) {
                    note(Reason::First);
                }
                if life.care_from.is_some_and(|date| month_of(date) == month) {
                    note(Reason::GoesOver);
                }
                let planned = plan(population, &user, month);
                if planned.iter().any(|visit| visit.prorated.is_some()) {
                    note(Reason::Daily);
                }
                if planned.iter().any(|visit| visit.over_30_days) {
                    note(Reason::Beyond);
                }
                let level = level_of_month(&user.certifications, month).unwrap();
                let limits = population.type_limits(&user, level);
                let units = |service_type: &[u8; 2]| {
                    let own = planned.iter().filter(|visit| visit.code.starts_with(service_type));
                    own.map(|visit| visit.units * i64::from(visit.count)).sum::<i64>()
                };
                if limits.iter().any(|(service_type, limit)| units(service_type) > limit * 12 / 10) {
                    note(Reason::TypeLimit);
                }
            }
        }
    }
    found
}

fn deliveries(population: &Population, planners: &BTreeSet<u32>) -> Vec<(String, Vec<u8>)> {
    let courier = Courier { population, versions: Versions::ByMonth };
    let (from, to) = population.request().months;
    let mut files = Vec::new();
    for month in months(from, to) {
        for planner in planners {
            let mut take = |delivery: Delivery| -> Result<(), DeliveryError> {
                let folder = format!("{}/{}/{}", delivery.month, delivery.sender, delivery.title);
                files.extend(delivery.files.into_iter().map(|file| (format!("{folder}/{}", file.name), file.bytes)));
                Ok(())
            };
            courier.deliveries(&population.offices()[*planner as usize], month, &mut take).unwrap();
        }
    }
    files
}

/// The rows of a file with the values of some items as text.
fn rows<const N: usize>(version: Version, kind: Kind, bytes: &[u8], keys: [Key; N]) -> Vec<[String; N]> {
    let table = tables(version, kind).last().unwrap();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes);
    let records = reader.byte_records().map(|record| record.unwrap());
    let cell = |record: &csv::ByteRecord, key| {
        table.column(key).map_or(String::new(), |column| String::from_utf8_lossy(&record[column]).into_owned())
    };
    records.map(|record| keys.map(|key| cell(&record, key))).collect()
}

fn number(text: &str) -> i64 {
    text.parse().unwrap_or(0)
}

#[derive(Debug, Default)]
struct Counts {
    daily_rows: usize,
    daily_in_results: usize,
    beyond_rows: usize,
    beyond_sums: usize,
    stays_across_months: usize,
    type_limited: usize,
    over_type_limit: usize,
    type_slots: usize,
    first_plans: usize,
    other_plans: usize,
    first_prevention_plans: usize,
    going_over: usize,
}

impl Counts {
    fn all(&self) -> [(&'static str, usize); 12] {
        [
            ("日割 in 第6表", self.daily_rows),
            ("日割 in results", self.daily_in_results),
            ("30日超 in 第6表", self.beyond_rows),
            ("30日超 in 第7表", self.beyond_sums),
            ("stays with days of months before", self.stays_across_months),
            ("totals with 種類支給限度", self.type_limited),
            ("of these over it", self.over_type_limit),
            ("types with a limit in 補足情報", self.type_slots),
            ("初回 in 第1表", self.first_plans),
            ("other 第1表", self.other_plans),
            ("初回 in 予防 plans", self.first_prevention_plans),
            ("予防 and 要介護 in one month", self.going_over),
        ]
    }

    fn count(&mut self, version: Version, kind: Kind, bytes: &[u8]) {
        match kind {
            Kind::Upplan | Kind::Upjsk => self.table6(version, kind, bytes),
            Kind::Upsikyu => self.table7(version, bytes),
            Kind::Uphosoku => {
                let keys = [uphosoku::TYPE1_SERVICE_TYPE, uphosoku::TYPE1_LIMIT_UNITS];
                let slots = rows(version, kind, bytes, keys);
                self.type_slots += slots.iter().filter(|[code, limit]| !code.is_empty() && number(limit) > 0).count();
            }
            Kind::Up1kyo => {
                for [category] in rows(version, kind, bytes, [renkei_validator::spec::keys::up1kyo::PLAN_CATEGORY]) {
                    if category == "11" {
                        self.first_plans += 1;
                    } else {
                        self.other_plans += 1;
                    }
                }
            }
            Kind::Upyobo => {
                let categories = rows(version, kind, bytes, [upyobo::PLAN_CATEGORY]);
                self.first_prevention_plans += categories.iter().filter(|[category]| category == "11").count();
            }
            Kind::Up2kyo
            | Kind::Up3kyo
            | Kind::Dlt1kyo
            | Kind::Dltplan
            | Kind::Dltjsk
            | Kind::Upkihon
            | Kind::Dltkihon
            | Kind::UpkihonSub1
            | Kind::UpkihonSub2
            | Kind::Dltyobo
            | Kind::UpyoboSub
            | Kind::UpkihonImage => {}
        }
    }

    fn table6(&mut self, version: Version, kind: Kind, bytes: &[u8]) {
        let mut types: BTreeMap<String, BTreeSet<bool>> = BTreeMap::new();
        let keys = [
            upplan::INSURED_NUMBER,
            upplan::SERVICE_CODE,
            upplan::PRORATED_DAYS,
            upplan::SERVICE_COUNT,
            upplan::UNITS,
            upplan::OVER_30_DAYS,
        ];
        for [person, code, days, count, units, beyond] in rows(version, kind, bytes, keys) {
            if !days.is_empty() {
                let marked = days.bytes().filter(|mark| *mark == b'1').count();
                assert_eq!((marked as i64, days.len()), (number(&count), 31), "{code}");
                assert!(number(&units) > 0 && days.trim_matches('0').bytes().all(|mark| mark == b'1'), "{code} {days}");
                if kind == Kind::Upplan {
                    self.daily_rows += 1;
                } else {
                    self.daily_in_results += 1;
                }
            }
            if kind == Kind::Upplan {
                self.beyond_rows += usize::from(beyond == "1");
                let is_prevention = code.starts_with('A') || code.starts_with('6') || code.starts_with("24");
                types.entry(person).or_default().insert(is_prevention);
            }
        }
        self.going_over += types.values().filter(|kinds| kinds.len() == 2).count();
    }

    fn table7(&mut self, version: Version, bytes: &[u8]) {
        let keys = [
            upsikyu::SERVICE_CODE,
            upsikyu::OVER_30_DAYS,
            upsikyu::DAYS_USED_BEFORE_MONTH,
            upsikyu::DAYS_PLANNED_THIS_MONTH,
            upsikyu::DAYS_CUMULATIVE,
            upsikyu::TYPE_LIMIT_OVER_UNITS,
            upsikyu::TYPE_LIMIT_WITHIN_UNITS,
        ];
        for [code, beyond, before, own, sum, over, within] in rows(version, Kind::Upsikyu, bytes, keys) {
            self.beyond_sums += usize::from(beyond == "1");
            if !sum.is_empty() {
                assert_eq!(number(&before) + number(&own), number(&sum), "{code}");
                self.stays_across_months += usize::from(number(&before) > 0);
            }
            if code == "999999" && !within.is_empty() {
                self.type_limited += 1;
                self.over_type_limit += usize::from(number(&over) > 0);
            }
        }
    }
}

#[test]
fn what_happens_to_few_is_in_the_files_of_every_version_and_nothing_is_found() {
    for (version, from, to) in [
        (Version::V202003, "202206", "202209"),
        (Version::V202208, "202402", "202405"),
        (Version::V202407, "202607", "202609"),
    ] {
        let month = |text: &str| YearMonth::parse(text.as_bytes()).unwrap();
        let request = Request { seed: SEED, users: USERS, offices: OFFICES, months: (month(from), month(to)) };
        let population = Population::new(&request).unwrap();
        let planners = planners(&population, version);
        assert_eq!(planners.len(), 5, "{version}: {planners:?}");
        let files = deliveries(&population, &planners.into_values().collect());
        let mut counts = Counts::default();
        for (path, bytes) in &files {
            let kind = FileName::parse(path.rsplit('/').next().unwrap()).meant_kind().unwrap();
            counts.count(version, kind, bytes);
        }
        println!("{version}, {from} to {to}, {} files", files.len());
        for (what, count) in counts.all() {
            println!("{count:>7}  {what}");
            let is_of_version = version == Version::V202407 || !what.contains("予防");
            assert_eq!(count > 0, is_of_version, "{version}: {what}");
        }
        let judgement = judge(&files, &Options::default());
        let told = judgement.findings().into_iter().filter(|finding| finding.severity > Severity::Info);
        let told: Vec<String> =
            told.map(|finding| format!("{} {} {:?}", finding.rule.id, finding.at.file, finding.at.line)).collect();
        assert_eq!(told, Vec::<String>::new(), "{version}");
    }
}

#[test]
fn a_rental_of_half_a_month_costs_half() {
    let months = (YearMonth { year: 2026, month: 4 }, YearMonth { year: 2026, month: 6 });
    let population = Population::new(&Request { seed: SEED, users: USERS, offices: OFFICES, months }).unwrap();
    let (before, month) = (months.0, YearMonth { year: 2026, month: 5 });
    let mut halves = 0;
    for place in 0..USERS {
        let user = population.user_in(place, before);
        let Some(until) = population.life(user.index).until.filter(|date| month_of(*date) == month) else { continue };
        let rent = |month| {
            let mut units: Vec<(Option<(String, String)>, i64)> = plan(&population, &user, month)
                .into_iter()
                .filter(|visit| visit.code.starts_with(b"17"))
                .map(|visit| (visit.equipment, visit.units))
                .collect();
            units.sort();
            units
        };
        let (whole, last) = (rent(before), rent(month));
        let same_things = whole.iter().map(|(thing, _)| thing).eq(last.iter().map(|(thing, _)| thing));
        if user.hospital.iter().any(|(from, to)| *from <= last_day(month) && day(before, 1) <= *to) || !same_things {
            continue;
        }
        for ((_, whole), (_, last)) in whole.into_iter().zip(last) {
            assert_eq!(last, if until.day() <= 15 { whole / 2 } else { whole }, "{until}");
            halves += usize::from(until.day() <= 15);
        }
    }
    assert!(halves > 10, "{halves}");
}
