//! Measures a population of 20,000 users against published figures and prints the
//! comparison. Knows targets, tolerances and sources; what has no source is called an assumption.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops where it cannot go on; this one shows what it compared"
)]

use std::collections::BTreeMap;

use renkei_generators::arrangement::Arrangement;
use renkei_generators::calendar::{day, last_day, month_of};
use renkei_generators::certification::{level_of_month, on};
use renkei_generators::life::Life;
use renkei_generators::model::{CareLevel, Sex, Trade, User, Visit, YearMonth};
use renkei_generators::plan::plan;
use renkei_generators::population::{AGES_ON, Population, Request};

const USERS: u32 = 20_000;
const MONTH: YearMonth = YearMonth { year: 2026, month: 4 };

const ASSUMED: &str = "assumption";

struct Line {
    what: &'static str,
    target: f64,
    tolerance: f64,
    measured: f64,
    source: &'static str,
}

fn line(what: &'static str, target: f64, tolerance: f64, measured: f64, source: &'static str) -> Line {
    Line { what, target, tolerance, measured, source }
}

fn percent(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole as f64
}

struct Seen {
    user: User,
    level: CareLevel,
    services: Vec<Arrangement>,
    life: Life,
    planned: Vec<Visit>,
}

#[test]
fn a_population_has_the_marginals_of_its_sources() {
    let offices = Population::usual_offices(USERS);
    let request = Request { seed: 1, users: USERS, offices, months: (MONTH, MONTH) };
    let population = Population::new(&request).unwrap();
    let all: Vec<Seen> = (0..USERS)
        .map(|index| {
            let user = population.user_in(index, MONTH);
            let life = population.life(user.index);
            let first = life.span().0.max(day(MONTH, 1));
            let level = on(&user.certifications, first).unwrap().level_on(first);
            let mut services = population.arrangements(user.index);
            services.retain(|one| one.covers(MONTH));
            let planned = plan(&population, &user, MONTH);
            Seen { user, level, services, life, planned }
        })
        .collect();

    let mut lines = people(&all);
    lines.extend(levels(&all));
    lines.extend(services(&all));
    lines.extend(events(&all));
    lines.extend(load(&population, &all));
    lines.extend(trades(&population));

    println!("{USERS} users, {offices} offices, {MONTH}, seed 1");
    println!("{:>9} {:>9} {:>7}  {:<44} source", "target", "measured", "±", "what");
    for Line { what, target, tolerance, measured, source } in &lines {
        println!("{target:>9.2} {measured:>9.2} {tolerance:>7.2}  {what:<44} {source}");
    }
    let off: Vec<&str> = lines
        .iter()
        .filter(|line| (line.target - line.measured).abs() > line.tolerance)
        .map(|line| line.what)
        .collect();
    assert!(lines.len() > 50, "{}", lines.len());
    assert_eq!(off, [""; 0]);
}

fn people(all: &[Seen]) -> Vec<Line> {
    let share = |is: &dyn Fn(&User) -> bool| percent(all.iter().filter(|seen| is(&seen.user)).count(), all.len());
    let reference = day(AGES_ON, 1);
    let aged = |from: i32, to: i32| {
        share(&|user: &User| {
            let before = user.born_on.ordinal() > reference.ordinal();
            let age = reference.year() - user.born_on.year() - i32::from(before);
            (from..=to).contains(&age)
        })
    };
    let ages = "統計表3-1: 2010-11, shifted to 85+ (our judgement)";
    let numbers = |from: &str| share(&|user: &User| user.insured.starts_with(from));
    let rate = |rate: u8| share(&|user: &User| user.benefit_rate == rate);
    vec![
        line("women %", 69.1, 1.0, share(&|user: &User| user.sex == Sex::Female), "receivers of 2024-04"),
        line("aged 40-64 % (2010: 3.4)", 3.4, 0.6, aged(40, 64), ages),
        line("aged 65-69 % (2010: 4.2)", 3.2, 0.6, aged(65, 69), ages),
        line("aged 70-74 % (2010: 7.7)", 6.4, 0.8, aged(70, 74), ages),
        line("aged 75-79 % (2010: 15.1)", 13.0, 1.0, aged(75, 79), ages),
        line("aged 80-84 % (2010: 23.7)", 21.0, 1.0, aged(80, 84), ages),
        line("aged 85-89 % (2010: 24.4)", 26.0, 1.0, aged(85, 89), ages),
        line("aged 90-94 % (2010: 15.1)", 18.5, 1.0, aged(90, 94), ages),
        line("aged 95 and more % (2010: 6.5)", 8.5, 0.8, aged(95, 120), ages),
        line("H numbers %", 1.5, 0.4, numbers("H"), ASSUMED),
        line("benefit rate 90 %", 92.0, 1.0, rate(90), "assumption"),
        line("benefit rate 80 %", 4.0, 0.6, rate(80), "assumption"),
        line("benefit rate 70 %", 4.0, 0.6, rate(70), "assumption"),
        line(
            "in hospital in the month %",
            2.2,
            0.4,
            share(&|user: &User| {
                user.hospital.iter().any(|(from, to)| *from <= last_day(MONTH) && day(MONTH, 1) <= *to)
            }),
            ASSUMED,
        ),
    ]
}

fn levels(all: &[Seen]) -> Vec<Line> {
    let count = |levels: &[CareLevel]| all.iter().filter(|seen| levels.contains(&seen.level)).count();
    let support = count(&[CareLevel::Support1, CareLevel::Support2]);
    let care = count(&[CareLevel::Care1, CareLevel::Care2, CareLevel::Care3, CareLevel::Care4, CareLevel::Care5]);
    let home = "訪問介護 2024-04, of 要介護";
    let prevention = "予防 2024-12, of 要支援";
    let changed = all.iter().filter(|seen| {
        let changed = seen.user.certifications.iter().filter_map(|period| period.changed_on);
        changed.into_iter().any(|date| MONTH.holds(date))
    });
    let heavier = all.iter().filter(|seen| level_of_month(&seen.user.certifications, MONTH) > Some(seen.level));
    vec![
        line("要支援 %", 28.1, 1.0, percent(support, all.len()), "certified 2020-12"),
        line("事業対象者 %", 2.0, 0.4, percent(count(&[CareLevel::Target]), all.len()), ASSUMED),
        line("要支援１ %", 40.1, 1.8, percent(count(&[CareLevel::Support1]), support), prevention),
        line("要介護１ %", 30.1, 1.2, percent(count(&[CareLevel::Care1]), care), home),
        line("要介護２ %", 27.9, 1.2, percent(count(&[CareLevel::Care2]), care), home),
        line("要介護３ %", 16.9, 1.0, percent(count(&[CareLevel::Care3]), care), home),
        line("要介護４ %", 14.3, 1.0, percent(count(&[CareLevel::Care4]), care), home),
        line("要介護５ %", 10.7, 1.0, percent(count(&[CareLevel::Care5]), care), home),
        line("区分変更 in the month %", 0.2, 0.15, percent(changed.count(), all.len()), ASSUMED),
        line("of these to a heavier level %", 0.1, 0.1, percent(heavier.count(), all.len()), ASSUMED),
    ]
}

fn services(all: &[Seen]) -> Vec<Line> {
    let care: Vec<&Seen> = all.iter().filter(|seen| seen.level >= CareLevel::Care1).collect();
    let support: Vec<&Seen> =
        all.iter().filter(|seen| matches!(seen.level, CareLevel::Support1 | CareLevel::Support2)).collect();
    let has = |users: &[&Seen], service_type: &[u8; 2]| {
        let having = users.iter().filter(|seen| seen.services.iter().any(|one| one.service_type == *service_type));
        percent(having.count(), users.len())
    };
    let mean =
        |users: &[&Seen]| users.iter().map(|seen| seen.services.len()).sum::<usize>() as f64 / users.len() as f64;
    let used = "FY2022, of 訪問通所 receivers";
    let sogo = "2024, derived";
    vec![
        line("訪問介護 % of 要介護", 38.0, 1.5, has(&care, b"11"), used),
        line("訪問入浴 % of 要介護", 2.5, 0.5, has(&care, b"12"), used),
        line("訪問看護 % of 要介護", 22.0, 1.2, has(&care, b"13"), used),
        line("訪問リハ % of 要介護", 4.0, 0.6, has(&care, b"14"), used),
        line("通所介護 % of 要介護", 41.0, 1.5, has(&care, b"15"), used),
        line("通所リハ % of 要介護", 15.0, 1.0, has(&care, b"16"), used),
        line("福祉用具 % of 要介護", 71.0, 1.5, has(&care, b"17"), used),
        line("短期入所 % of 要介護", 11.0, 1.0, has(&care, b"21"), used),
        line("地域密着型通所 % of 要介護", 11.0, 1.0, has(&care, b"78"), ASSUMED),
        line("居宅療養管理指導 % of 要介護", 6.0, 0.8, has(&care, b"31"), ASSUMED),
        line("定期巡回 % of 要介護", 1.2, 0.3, has(&care, b"76"), ASSUMED),
        line("service types a user of 要介護", 2.2, 0.2, mean(&care), "estimate: 2.0-2.4"),
        line("通所型独自 % of 要支援", 42.0, 2.0, has(&support, b"A6"), sogo),
        line("訪問型独自 % of 要支援", 22.0, 2.0, has(&support, b"A2"), sogo),
        line("予防福祉用具 % of 要支援", 50.0, 2.0, has(&support, b"67"), ASSUMED),
        line("予防訪問看護 % of 要支援", 8.0, 1.2, has(&support, b"63"), ASSUMED),
        line("予防通所リハ % of 要支援", 12.0, 1.2, has(&support, b"66"), ASSUMED),
    ]
}

fn events(all: &[Seen]) -> Vec<Line> {
    let share = |is: &dyn Fn(&Seen) -> bool| percent(all.iter().filter(|seen| is(seen)).count(), all.len());
    let falls = |date: Option<time::Date>| date.is_some_and(|date| month_of(date) == MONTH);
    let plans = |is: &dyn Fn(&Visit) -> bool| share(&|seen: &Seen| seen.planned.iter().any(is));
    let staying: Vec<&Seen> = all
        .iter()
        .filter(|seen| seen.services.iter().any(|one| [*b"21", *b"24"].contains(&one.service_type)))
        .collect();
    let beyond = staying.iter().filter(|seen| seen.planned.iter().any(|visit| visit.over_30_days)).count();
    // A population has few insurers: one of each of many seeds.
    const SEEDS: u64 = 1000;
    let has_limits = |seed: &u64| {
        let population =
            Population::new(&Request { seed: *seed, users: 2, offices: 2, months: (MONTH, MONTH) }).unwrap();
        !population.type_limits(&population.user(0), CareLevel::Care1).is_empty()
    };
    let limited = (0..SEEDS).filter(has_limits).count();
    let half = |one: &Arrangement| {
        let (from, until) = one.within(MONTH);
        matches!(&one.service_type, b"17" | b"67") && (until - from).whole_days() < 15
    };
    vec![
        line("new users, with a plan of 初回 %", 1.45, 0.3, share(&|seen| falls(seen.life.from)), ASSUMED),
        line("users who leave %", 1.45, 0.3, share(&|seen| falls(seen.life.until)), ASSUMED),
        line("users who go over to 要介護 %", 0.03, 0.02, share(&|seen| falls(seen.life.care_from)), ASSUMED),
        line("users with 日割 %", 0.4, 0.15, plans(&|visit| visit.prorated.is_some()), ASSUMED),
        line("users with rent for half a month %", 0.65, 0.2, share(&|seen| seen.services.iter().any(half)), ASSUMED),
        line("beyond 30 days % of 短期入所", 1.6, 1.2, percent(beyond, staying.len()), ASSUMED),
        line("insurers with 種類支給限度 %", 10.0, 3.0, percent(limited, SEEDS as usize), ASSUMED),
    ]
}

fn load(population: &Population, all: &[Seen]) -> Vec<Line> {
    let managers: Vec<u32> = population
        .managers()
        .filter(|office| office.trade == Trade::CareManagement)
        .map(|office| office.index)
        .collect();
    let loads: Vec<usize> = managers.iter().map(|office| population.users_of(*office).count()).collect();
    let total: usize = loads.iter().sum();
    let outsourced = all.iter().filter(|seen| seen.user.outsourced_to.is_some()).count();
    let each = |users: usize| users as f64 / managers.len() as f64;
    let survey = "R3 survey, n=1,134";
    vec![
        line("users an office of 43", 93.2, 5.0, each(total), survey),
        line("of these 要介護", 79.8, 4.0, each(total - outsourced), survey),
        line("of these outsourced 要支援", 13.4, 1.5, each(outsourced), survey),
        line("offices of 43 without users", 0.0, 0.0, loads.iter().filter(|load| **load == 0).count() as f64, ""),
    ]
}

fn trades(population: &Population) -> Vec<Line> {
    let mut counts: BTreeMap<Trade, usize> = BTreeMap::new();
    for office in population.offices() {
        *counts.entry(office.trade).or_default() += 1;
    }
    let all = population.offices().len();
    let survey = "survey FY2023, of the trades here";
    // Offices counted by the source, in all 168,071 with those assumed.
    let targets: [(&'static str, Trade, u32, &'static str); 15] = [
        ("offices of 居宅介護支援 %", Trade::CareManagement, 33_749, survey),
        ("offices of 訪問介護 %", Trade::Service(*b"11"), 28_949, survey),
        ("offices of 訪問入浴 %", Trade::Service(*b"12"), 1_530, survey),
        ("offices of 訪問看護 %", Trade::Service(*b"13"), 10_310, survey),
        ("offices of 訪問リハ %", Trade::Service(*b"14"), 4_157, survey),
        ("offices of 通所介護 %", Trade::Service(*b"15"), 21_179, survey),
        ("offices of 通所リハ %", Trade::Service(*b"16"), 7_032, survey),
        ("offices of 福祉用具 %", Trade::Service(*b"17"), 6_262, survey),
        ("offices of 短期入所生活 %", Trade::Service(*b"21"), 9_826, survey),
        ("offices of 地域密着型通所 %", Trade::Service(*b"78"), 19_394, "registered 2022-10"),
        ("offices of 地域包括支援センター %", Trade::CommunityCenter, 5_200, "billing, earlier figure"),
        ("offices of 訪問型独自 %", Trade::Service(*b"A2"), 5_800, ASSUMED),
        ("offices of 通所型独自 %", Trade::Service(*b"A6"), 10_900, ASSUMED),
        ("offices of 居宅療養管理指導 %", Trade::Service(*b"31"), 3_000, ASSUMED),
        ("offices of 定期巡回 %", Trade::Service(*b"76"), 783, survey),
    ];
    targets
        .into_iter()
        .map(|(what, trade, target, source)| {
            let measured = percent(counts.get(&trade).copied().unwrap_or(0), all);
            line(what, percent(target as usize, 168_071), 0.6, measured, source)
        })
        .collect()
}
