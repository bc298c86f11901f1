//! Planned and done months of many users against the rules of `renkei check` for table 6, and
//! against what the population says. Writes rows by hand: knows nothing of the generators' encoder.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops where it cannot go on; this one shows what it measured"
)]

use std::collections::{BTreeMap, BTreeSet};

use renkei_generators::arrangement::trade_of;
use renkei_generators::calendar::{days, months};
use renkei_generators::certification::{level_of_month, on};
use renkei_generators::model::{CareLevel, LedgerKind, User, Visit, YearMonth};
use renkei_generators::money::ledger;
use renkei_generators::plan::{plan, result, stay_days, stay_days_before};
use renkei_generators::population::{Population, Request};
use renkei_generators::services::{Per, Role, find};
use renkei_validator::{Options, judge};

const MONTHS: [YearMonth; 6] = [
    YearMonth { year: 2020, month: 10 },
    YearMonth { year: 2022, month: 2 },
    YearMonth { year: 2023, month: 1 },
    YearMonth { year: 2024, month: 2 },
    YearMonth { year: 2026, month: 4 },
    YearMonth { year: 2027, month: 3 },
];

fn population(users: u32, offices: u32) -> Population {
    Population::new(&Request { seed: 1, users, offices, months: (MONTHS[0], MONTHS[5]) }).unwrap()
}

fn service_type(visit: &Visit) -> [u8; 2] {
    [visit.code[0], visit.code[1]]
}

/// The rows of a user as they stand in UPPLAN or UPJSK of a version.
fn write(out: &mut Vec<u8>, version: &str, month: YearMonth, population: &Population, user: &User, visits: &[Visit]) {
    let planner = &population.offices()[user.manager as usize];
    for visit in visits {
        let office = &population.offices()[visit.office as usize];
        let time = |minutes: u16| format!("{:02}{:02}", minutes / 60, minutes % 60);
        let (start, end) = visit.time.map_or(("9999".into(), "9999".into()), |(from, to)| (time(from), time(to)));
        let equipment = match &visit.equipment {
            _ if version != "202407" => String::new(),
            Some((tais, name)) => format!(",{tais},,\"{}\"", name.replace('"', "\"\"")),
            None => ",,,".to_owned(),
        };
        let date = visit.date.to_string().replace('-', "");
        let code = String::from_utf8(visit.code.to_vec()).unwrap();
        let row = format!(
            "{version},{},{},{}01,{month},{},\"{}\",{},,{date},,{start},{end},{},{code}{equipment},{},{},\"{}\",{},0,{},\r\n",
            user.insurer,
            user.insured,
            month,
            planner.number,
            planner.staff[0],
            visit.units,
            visit.count,
            visit.detail_no.map(|number| number.to_string()).unwrap_or_default(),
            office.number,
            office.name.replace('"', "\"\""),
            visit.satellite.as_deref().unwrap_or_default(),
            planner.number,
        );
        let (bytes, _, unmappable) = encoding_rs::SHIFT_JIS.encode(&row);
        assert!(!unmappable, "{row}");
        out.extend_from_slice(&bytes);
    }
}

#[test]
fn the_check_finds_nothing_in_table_6() {
    let population = population(300, 120);
    let mut rows = 0;
    for (month, version) in MONTHS.into_iter().zip(["202003", "202003", "202208", "202208", "202407", "202407"]) {
        let (mut planned, mut done) = (Vec::new(), Vec::new());
        for index in 0..300 {
            let user = population.user_in(index, month);
            let plan = plan(&population, &user, month);
            let result = result(&population, &user, month, &plan);
            rows += plan.len() + result.len();
            write(&mut planned, version, month, &population, &user, &plan);
            write(&mut done, version, month, &population, &user, &result);
        }
        let (there, back) = match version {
            "202407" => ("9970100013_43_9970100021_11", "9970100021_11_9970100013_43"),
            _ => ("9970100013_9970100021", "9970100021_9970100013"),
        };
        for (kind, offices, bytes) in [("UPPLAN", there, planned), ("UPJSK", back, done)] {
            let lines = bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
            let name = format!("{kind}_{month}_{offices}_20261001101500.CSV");
            let judgement = judge(&[(name, bytes)], &Options::default());
            let mut findings: Vec<String> = judgement.files[0]
                .findings
                .kept
                .iter()
                .map(|finding| {
                    format!(
                        "{kind} {month} line {}: {} {:?}",
                        finding.at.line.unwrap_or(0),
                        finding.rule.id,
                        finding.got
                    )
                })
                .collect();
            assert!(judgement.files[0].table.is_some() && judgement.files[0].records == lines);
            // One file here has the rows of every office; offices other than that of its name are expected.
            findings.retain(|finding| !finding.contains("file/office-differs-from-name"));
            assert_eq!(findings, [""; 0]);
        }
    }
    assert!(rows > 50_000, "{rows}");
}

#[test]
fn rows_are_of_the_month_of_known_codes_and_of_days_at_home() {
    let population = population(600, 250);
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for month in MONTHS {
        for index in 0..600 {
            let user = population.user_in(index, month);
            let planned = plan(&population, &user, month);
            let done = result(&population, &user, month, &planned);
            for rows in [&planned, &done] {
                for (at, visit) in rows.iter().enumerate() {
                    let who = format!("user {index}, {month}: {visit:?}");
                    assert!(month.holds(visit.date), "{who}");
                    assert!(!user.hospital.iter().any(|(from, to)| *from <= visit.date && visit.date <= *to), "{who}");
                    assert!(!rows[at + 1..].contains(visit), "{who}");
                    let service = find(visit.code, month).unwrap_or_else(|| panic!("{who}"));
                    assert_eq!(
                        population.offices()[visit.office as usize].trade,
                        trade_of(service_type(visit)),
                        "{who}"
                    );
                    assert!(user.providers.contains(&visit.office), "{who}");
                    match service.per {
                        Per::Percent => assert_eq!((visit.units, visit.time, visit.count), (0, None, 1), "{who}"),
                        Per::Price => {
                            assert!(visit.units > 0 && visit.time.is_none() && visit.equipment.is_some(), "{who}")
                        }
                        Per::Visit | Per::Day | Per::Month => assert_eq!(visit.units, service.units, "{who}"),
                    }
                    if let Some((start, end)) = visit.time {
                        assert!(start < end && end < 1440, "{who}");
                        if let (Role::Base, Some(minutes)) = (service.role, service.minutes) {
                            assert_eq!(end - start, minutes * u16::from(visit.count), "{who}");
                        }
                    }
                    if service.role == Role::Addition && visit.time.is_some() {
                        let of_base = |other: &&Visit| {
                            (other.date, other.time, other.office) == (visit.date, visit.time, visit.office)
                                && find(other.code, month).is_some_and(|service| service.role == Role::Base)
                        };
                        assert!(rows.iter().any(|other| of_base(&other)), "{who}");
                    }
                    seen.extend(visit.satellite.as_deref().map(|_| "satellite"));
                    seen.extend(visit.prorated.map(|_| "by the day"));
                    seen.extend(visit.detail_no.map(|_| "number"));
                    seen.extend((visit.count > 1).then_some("count"));
                    seen.extend((visit.date.day() == month.days()).then_some("last day"));
                    seen.extend((stay_days(rows) > 0).then_some("stay"));
                }
            }
        }
    }
    assert_eq!(
        seen.into_iter().collect::<Vec<_>>(),
        ["by the day", "count", "last day", "number", "satellite", "stay"]
    );
}

#[test]
fn table_7_sums_up_what_is_planned_and_most_months_keep_within_the_limit() {
    let population = population(2000, 100);
    let month = MONTHS[4];
    let (mut over, mut users) = (0, 0);
    for index in 0..2000 {
        let user = population.user_in(index, month);
        let planned = plan(&population, &user, month);
        let level = level_of_month(&user.certifications, month).unwrap();
        let area_of = |office: u32| population.offices()[office as usize].area;
        let rows = ledger(level, user.benefit_rate, &area_of, &planned);
        let mut sums: BTreeMap<(u32, [u8; 6]), i64> = BTreeMap::new();
        for visit in planned.iter().filter(|visit| visit.units > 0) {
            *sums.entry((visit.office, visit.code)).or_default() += visit.units * i64::from(visit.count);
        }
        for row in &rows {
            let LedgerKind::Detail { code, office, .. } = row.kind else { continue };
            if find(code, month).is_some_and(|service| service.per != Per::Percent) {
                *sums.entry((office, code)).or_default() -= row.units * row.count;
            }
        }
        assert!(sums.values().all(|rest| *rest == 0), "user {index}: {sums:?}");
        let Some(total) = rows.last() else { continue };
        users += 1;
        over += usize::from(total.category_limit.is_some_and(|(over, _)| over > 0));
    }
    let share = 1000.0 * over as f64 / f64::from(users);
    println!("users over 区分支給限度, in 1000 (no source; at most 150): {share:.0}");
    assert!(share <= 150.0 && over > 0, "{share}");
}

#[test]
fn rentals_alike_are_numbered_from_one_and_others_are_not() {
    let population = population(2000, 100);
    let mut numbered = 0;
    for index in 0..2000 {
        let user = population.user_in(index, MONTHS[4]);
        let mut groups: BTreeMap<(u32, [u8; 6], i64), Vec<Option<u8>>> = BTreeMap::new();
        for visit in plan(&population, &user, MONTHS[4]) {
            if service_type(&visit) == *b"17" {
                groups.entry((visit.office, visit.code, visit.units)).or_default().push(visit.detail_no);
            } else {
                assert_eq!(visit.detail_no, None);
            }
        }
        for numbers in groups.into_values() {
            let expected: Vec<Option<u8>> = match numbers.len() {
                1 => vec![None],
                count => (1..=count as u8).map(Some).collect(),
            };
            assert_eq!(numbers, expected);
            numbered += usize::from(numbers.len() > 1);
        }
    }
    assert!(numbered > 20, "{numbered}");
}

#[test]
fn a_month_follows_from_seed_user_and_month_alone() {
    let one = population(300, 120);
    let narrow = Request { seed: 1, users: 121, offices: 120, months: (MONTHS[4], MONTHS[4]) };
    let other = Population::new(&narrow).unwrap();
    for index in (0..120).rev() {
        let user = one.user_in(index, MONTHS[4]);
        let same = other.user_in(index, MONTHS[4]);
        let planned = plan(&one, &user, MONTHS[4]);
        assert_eq!(planned, plan(&other, &same, MONTHS[4]));
        assert_eq!(result(&one, &user, MONTHS[4], &planned), result(&other, &same, MONTHS[4], &planned));
    }
}

#[test]
fn the_amount_of_services_and_of_deviations_is_as_usual() {
    let population = population(4000, 174);
    let month = MONTHS[4];
    let (mut rows, mut users, mut calls, mut cancelled, mut moved, mut extra) = (0, 0, 0, 0, 0, 0);
    let mut visits: BTreeMap<[u8; 2], (usize, usize)> = BTreeMap::new();
    let mut without = 0;
    for index in 0..4000 {
        let user = population.user_in(index, month);
        let planned = plan(&population, &user, month);
        let done = result(&population, &user, month, &planned);
        without += usize::from(planned.is_empty());
        if user.certifications.iter().all(|period| period.level >= CareLevel::Care1) {
            rows += planned.len();
            users += 1;
        }
        let base = |visit: &&Visit| {
            visit.time.is_some() && find(visit.code, month).is_some_and(|service| service.role == Role::Base)
        };
        let mut types: BTreeSet<[u8; 2]> = BTreeSet::new();
        for visit in planned.iter().filter(base) {
            calls += 1;
            let entry = visits.entry(service_type(visit)).or_default();
            entry.0 += 1;
            entry.1 += usize::from(types.insert(service_type(visit)));
            let same =
                |other: &&Visit| (other.date, other.office, other.code) == (visit.date, visit.office, visit.code);
            match done.iter().find(same) {
                None => cancelled += 1,
                Some(other) => moved += usize::from(other.time != visit.time),
            }
        }
        let calls_on =
            |visit: &Visit| planned.iter().any(|other| (other.date, other.office) == (visit.date, visit.office));
        extra += done.iter().filter(base).filter(|visit| !calls_on(visit)).count();
    }
    let each = |service_type: &[u8; 2]| visits[service_type].0 as f64 / visits[service_type].1 as f64;
    let lines = [
        ("rows a month and user of 要介護", 35.0, 6.0, f64::from(rows as u32) / f64::from(users), "estimate: 30-40"),
        ("訪問介護 visits a month and user", 11.5, 2.0, each(b"11"), "estimate: 10-13"),
        ("通所介護 days a month and user", 9.0, 1.0, each(b"15"), "twice a week is 9"),
        ("訪問看護 visits a month and user", 5.0, 1.0, each(b"13"), "estimate: 4-5"),
        ("cancelled, in 1000 calls", 40.0, 6.0, 1000.0 * f64::from(cancelled) / f64::from(calls), "assumption"),
        ("moved, in 1000 calls", 57.0, 8.0, 1000.0 * moved as f64 / f64::from(calls), "assumption"),
        ("extra visits, in 1000 calls", 4.0, 2.0, 1000.0 * extra as f64 / f64::from(calls), "assumption"),
        ("users without any row, in 1000", 4.0, 4.0, without as f64 / 4.0, "all month in hospital"),
    ];
    println!("{:>9} {:>9} {:>7}  {:<44} source", "target", "measured", "±", "what");
    for (what, target, tolerance, measured, source) in lines {
        println!("{target:>9.2} {measured:>9.2} {tolerance:>7.2}  {what:<44} {source}");
    }
    for (what, target, tolerance, measured, _) in lines {
        assert!((target - measured).abs() <= tolerance, "{what}: {measured}");
    }
}

#[test]
fn days_of_short_stay_add_up_over_the_certified_period() {
    let population = population(1500, 100);
    let mut checked = 0;
    for index in 0..1500 {
        let user = population.user_in(index, MONTHS[4]);
        let next = YearMonth { year: 2026, month: 5 };
        let period = user
            .certifications
            .iter()
            .find(|period| period.valid_from <= first(next) && first(next) <= period.valid_to);
        if period.is_some_and(|period| period.valid_from <= first(MONTHS[4])) {
            let own = stay_days(&plan(&population, &user, MONTHS[4]));
            assert_eq!(
                stay_days_before(&population, &user, next),
                stay_days_before(&population, &user, MONTHS[4]) + own
            );
            checked += usize::from(own > 0);
        }
    }
    assert!(checked > 20, "{checked}");
}

#[test]
fn stays_are_one_across_months_the_day_after_thirty_is_not_covered_and_nobody_is_fetched_within() {
    // A stay of the first months may have begun before them; none lasts longer than a hundred days.
    const SINCE: YearMonth = YearMonth { year: 2024, month: 5 };
    let population = population(3000, 100);
    let (mut beyond, mut fetched) = (0, 0);
    for place in 0..3000 {
        let user = population.user(place);
        if !population.arrangements(place).iter().any(|one| [*b"21", *b"24"].contains(&one.service_type)) {
            continue;
        }
        let mut run = 0;
        // Of each day: whether it is one of a stay, and whether the user is fetched or brought home.
        let mut seen: Vec<(bool, bool)> = Vec::new();
        for month in months(MONTHS[3], MONTHS[4]) {
            let planned = plan(&population, &user, month);
            for date in days(month) {
                let on_day: Vec<&Visit> = planned
                    .iter()
                    .filter(|visit| visit.date == date && [*b"21", *b"24"].contains(&service_type(visit)))
                    .filter(|visit| find(visit.code, month).is_some_and(|service| service.role == Role::Base))
                    .collect();
                run = if on_day.is_empty() { 0 } else { run + 1 };
                seen.push((run > 0, planned.iter().any(|v| v.date == date && v.code == *b"219200")));
                if month > SINCE {
                    assert_eq!(
                        on_day.iter().any(|visit| visit.over_30_days),
                        run > 0 && run % 31 == 0,
                        "{place} {date}"
                    );
                    beyond += usize::from(run == 31);
                }
            }
        }
        for day in seen.windows(3).filter(|day| day[1].1) {
            assert!(day[1].0 && !(day[0].0 && day[2].0), "{place}: within a stay");
            fetched += 1;
        }
    }
    assert!(beyond > 20 && fetched > 100, "{beyond} {fetched}");
}

#[test]
fn what_is_billed_by_the_month_is_counted_by_the_day_where_it_begins_or_ends_within() {
    let population = population(3000, 100);
    let (mut whole, mut came, mut left, mut moved, mut changed) = (0, 0, 0, 0, 0);
    for (place, month) in (0..3000).flat_map(|place| months(MONTHS[3], MONTHS[4]).step_by(5).map(move |m| (place, m))) {
        let user = population.user_in(place, month);
        let life = population.life(user.index);
        let arrangements = population.arrangements(user.index);
        let planned = plan(&population, &user, month);
        for one in arrangements.iter().filter(|one| one.covers(month)) {
            let own = |visit: &&Visit| (visit.office, service_type(visit)) == (one.office, one.service_type);
            let (from, until) = one.within(month);
            let is_whole = (from.day(), until.day()) == (1, month.days());
            let levels: Vec<CareLevel> = days(month)
                .filter(|date| from <= *date && *date <= until)
                .filter_map(|date| on(&user.certifications, date).map(|period| period.level_on(date)))
                .collect();
            let of_month: Vec<&Visit> = planned
                .iter()
                .filter(own)
                .filter(|visit| {
                    find(visit.code, month).is_some_and(|service| {
                        service.role == Role::Prorated || service.role == Role::Base && service.per == Per::Month
                    })
                })
                .collect();
            let mut marked = 0;
            for visit in &of_month {
                let who = format!("user {}, {month}: {visit:?}", user.index);
                let Some(marks) = visit.prorated else {
                    assert!(is_whole && of_month.len() == 1, "{who}");
                    whole += 1;
                    continue;
                };
                assert_eq!(marked & marks, 0, "{who}");
                marked |= marks;
                assert_eq!(marks.count_ones(), u32::from(visit.count), "{who}");
                assert!(marks & 1 << (visit.date.day() - 1) != 0, "{who}");
                if levels.iter().all(|level| *level == levels[0]) {
                    let expected = (from.day()..=until.day()).fold(0, |marks, number| marks | 1 << (number - 1));
                    assert_eq!(marks, expected, "{who}");
                    assert!(!is_whole, "{who}");
                } else {
                    changed += 1;
                }
                came += usize::from(from > first(month) && life.from == Some(from));
                left += usize::from(life.until == Some(until) && until.day() < month.days());
                moved += usize::from(arrangements.iter().any(|other| {
                    other.service_type == one.service_type && (other.until.next_day() == Some(from) && from.day() > 1)
                }));
            }
        }
    }
    println!("by the month {whole}, by the day: came {came}, left {left}, moved {moved}, level changed {changed}");
    assert!(whole > 1000 && came > 0 && left > 0 && moved > 0 && changed > 0);
}

fn first(month: YearMonth) -> time::Date {
    renkei_generators::calendar::day(month, 1)
}

#[test]
fn a_bill_of_visits_holds() {
    let population = population(4000, 120);
    let (mut extra, mut at_new_year) = (0, BTreeSet::new());
    for month in [YearMonth { year: 2025, month: 12 }, YearMonth { year: 2026, month: 1 }] {
        for index in 0..4000 {
            let user = population.user_in(index, month);
            let planned = plan(&population, &user, month);
            let done = result(&population, &user, month, &planned);
            // 訪問リハ and 訪看Ⅰ５ are paid six times a week.
            let mut weeks: BTreeMap<([u8; 2], i32), u32> = BTreeMap::new();
            for visit in &done {
                let Some((start, _)) = visit.time else { continue };
                // Before eight and from six in the evening other codes stand for a visit.
                assert!((480..1080).contains(&start), "{visit:?}");
                let (month, number) = (u8::from(visit.date.month()), visit.date.day());
                if (month, number) == (12, 31) || month == 1 && number <= 3 {
                    at_new_year.insert(service_type(visit));
                }
                if visit.code.ends_with(b"42111") || visit.code.ends_with(b"31501") {
                    let week = (visit.date.to_julian_day()).div_euclid(7);
                    *weeks.entry((service_type(visit), week)).or_default() += u32::from(visit.count);
                }
                if &visit.code == b"114000" {
                    extra += 1;
                    let goes_with = |other: &Visit| (other.date, other.time) == (visit.date, visit.time);
                    let mut bases = done.iter().filter(|other| goes_with(other) && other.code != visit.code);
                    assert!(bases.any(|base| &base.code[..3] != b"117"), "{visit:?}");
                }
            }
            assert!(weeks.values().all(|count| *count <= 6), "{weeks:?}");
        }
    }
    // 訪問介護, and 訪問看護 that was called.
    assert_eq!(at_new_year, [*b"11", *b"13", *b"63"].into());
    assert!(extra > 30, "{extra}");
}
