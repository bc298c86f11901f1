//! Which codes an office writes for a user: the base service, how often, and its additions. Knows
//! the table of services and how often codes are used; knows no day.
//!
//! Where no source is named, frequencies are assumptions made so that a month of a user has the
//! 30 to 40 rows that a usual one is estimated to have.

use crate::chance::Dice;
use crate::model::{CareLevel, YearMonth};
use crate::services::{Per, Role, Service, in_force};

/// Streams of [`Dice`].
const BASE: u64 = 20;
const HABIT: u64 = 21;
const ADDED: u64 = 22;
const TAKES: u64 = 23;
const RATE: u64 = 24;

/// For whom a code is chosen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    pub(crate) seed: u64,
    pub(crate) user: u32,
    pub(crate) office: u32,
    pub(crate) service_type: [u8; 2],
    pub(crate) month: YearMonth,
    /// Whether the service begins with this month.
    pub(crate) is_first: bool,
}

impl Case {
    fn kind(&self) -> u64 {
        u64::from(u16::from_be_bytes(self.service_type))
    }

    /// The habits of the user with this type of service, whatever office it is of.
    fn of_user(&self, stream: u64, part: u64) -> Dice {
        Dice::of(self.seed, &[stream, 0, u64::from(self.user), self.kind(), part])
    }

    /// The habits of the office.
    fn of_office(&self, stream: u64, part: u64) -> Dice {
        Dice::of(self.seed, &[stream, 1, u64::from(self.office), self.kind(), part])
    }
}

/// A base service and how often it is given on one day: 訪看Ⅰ５ and 訪問リハ are twenty minutes each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Base {
    pub(crate) service: &'static Service,
    pub(crate) count: u8,
}

impl Base {
    /// How long it takes; `None` where the service has no time of day.
    pub(crate) fn minutes(&self) -> Option<u16> {
        self.service.minutes.map(|minutes| minutes * u16::from(self.count))
    }
}

/// 生活援助 in thousandths of 訪問介護 users by level: 52.0 % at 要介護１ and 8.0 % at 要介護５
/// (92.0 % 身体介護) are of 2024-04 (wic-net 16993/10); between them it falls evenly.
fn life_support(level: CareLevel) -> u32 {
    match level {
        CareLevel::Target | CareLevel::Support1 | CareLevel::Support2 | CareLevel::Care1 => 520,
        CareLevel::Care2 => 410,
        CareLevel::Care3 => 300,
        CareLevel::Care4 => 190,
        CareLevel::Care5 => 80,
    }
}

const LIFE: &[(u32, [u8; 6])] = &[(60, *b"117211"), (40, *b"117311")];
const BODY: &[(u32, [u8; 6])] = &[
    (12, *b"114845"),
    (35, *b"111111"),
    (22, *b"111211"),
    (3, *b"111311"),
    (16, *b"114111"),
    (5, *b"114211"),
    (5, *b"115111"),
    (2, *b"115211"),
];

/// The base service of a user at a level; users with two kinds of visits have one on each side.
/// `None` where the table has none for the level and month.
pub(crate) fn base(case: &Case, level: CareLevel, side: u64) -> Option<Base> {
    let level = as_if(level);
    let offered: Vec<&'static Service> = in_force(case.service_type, case.month)
        .filter(|service| service.role == Role::Base && service.levels.holds(level))
        // 定期巡回訪看 goes with a 定期巡回 office.
        .filter(|service| &service.code != b"133111")
        .collect();
    let mut user = case.of_user(BASE, side);
    let mut office = case.of_office(BASE, 0);
    let of_code = |code: &[u8; 6]| offered.iter().copied().find(|service| service.code == *code);
    let of_user = |user: &mut Dice, offered: &[&'static Service]| match offered {
        [] => None,
        _ => Some(*user.pick(offered)),
    };
    let service = match &case.service_type {
        b"11" => {
            let table = if user.chance(life_support(level)) { LIFE } else { BODY };
            of_code(user.weighted(table))
        }
        b"13" | b"63" => {
            // 訪看Ⅰ is a station's, 訪看Ⅱ a hospital's.
            let hospital = is_hospital(case);
            let own: Vec<&'static Service> =
                offered.iter().copied().filter(|service| (service.code[2] == b'2') == hospital).collect();
            of_user(&mut user, &own)
        }
        // Hours, or the kind of room, are the office's.
        b"15" | b"16" | b"78" | b"21" | b"24" => match offered.len() {
            0 => None,
            // Lists of one length for every level: the same place is the same kind.
            count => Some(offered[office.below(count as u32) as usize]),
        },
        _ => of_user(&mut user, &offered),
    }?;
    let count = match &service.code {
        // A third time on one day, 訪看Ⅰ５ has a code of its own; there is no more than six times a week.
        b"131501" | b"631501" | b"142111" | b"642111" => *user.weighted(&[(2, 1), (8, 2)]),
        _ => 1,
    };
    Some(Base { service, count })
}

/// 事業対象者 have what 要支援１ have, whose limit is theirs: more is for few (general knowledge), and left out.
fn as_if(level: CareLevel) -> CareLevel {
    if level == CareLevel::Target { CareLevel::Support1 } else { level }
}

/// Whether 訪問看護 of an office is a hospital's: one in eight. The table has no such codes for 要支援.
fn is_hospital(case: &Case) -> bool {
    case.service_type == *b"13" && case.of_office(BASE, 0).chance(125)
}

/// How many days a week, and at most a month.
pub(crate) fn days(case: &Case, base: &Base, level: CareLevel) -> (u32, usize) {
    let mut dice = case.of_user(HABIT, 0);
    let heavy = level >= CareLevel::Care4;
    let week = match &case.service_type {
        b"11" if heavy => *dice.weighted(&[(15, 2), (30, 3), (15, 4), (20, 5), (20, 7)]),
        b"11" => *dice.weighted(&[(20, 1), (35, 2), (25, 3), (10, 4), (7, 5), (3, 7)]),
        b"15" | b"16" | b"78" => *dice.weighted(&[(25, 1), (45, 2), (22, 3), (8, 4)]),
        b"12" | b"13" | b"14" => *dice.weighted(&[(75, 1), (22, 2), (3, 3)]),
        b"76" => 7,
        _ => match &base.service.code {
            b"A21211" | b"A22511" | b"A61121" | b"A61123" | b"661121" => 2,
            b"A21321" => 3,
            _ => 1,
        },
    };
    let month = match &base.service.code {
        // Counted by the visit up to so many a month; with more it is a monthly code.
        b"A22411" | b"A61113" => 4,
        b"A22511" | b"A61123" => 8,
        // 居宅療養管理指導 is given twice a month at most.
        [b'3', b'1' | b'4', ..] => 2,
        _ => 31,
    };
    (week, month)
}

/// What is added, besides the percentage.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Added {
    pub(crate) service: &'static Service,
    pub(crate) on: On,
}

/// On which days something is added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum On {
    /// Every day of the base service, with its time.
    EveryDay,
    /// Two days of a month, with the time of the base service.
    Twice,
    /// The days on which a stay begins and ends.
    Ends,
    /// The first day, without a time.
    Once,
}

/// Additions for events that a plan does not foresee, or that are for few: left out.
const UNUSUAL: &[&[u8; 6]] =
    &[b"114000", b"134003", b"134004", b"137000", b"145003", b"165613", b"216109", b"216121", b"216282", b"634003"];

/// The additions of a user at an office, percentages excepted.
pub(crate) fn additions(case: &Case, level: CareLevel) -> Vec<Added> {
    let Some(base) = base(case, level, 0) else { return Vec::new() };
    let level = as_if(level);
    let mut families: Vec<&str> = Vec::new();
    let mut all = Vec::new();
    for service in in_force(case.service_type, case.month) {
        if service.role != Role::Addition || !service.levels.holds(level) || UNUSUAL.contains(&&service.code) {
            continue;
        }
        if !suits(case, &base, service) {
            continue;
        }
        let number = code_number(&service.code);
        let takes = |per_mille| case.of_office(TAKES, number).chance(per_mille);
        let has = |per_mille| case.of_user(ADDED, number).chance(per_mille);
        let (chosen, on) = match service.per {
            _ if service.name_ja.contains("初回") => (case.is_first, On::Once),
            _ if &service.code == b"219200" => (takes(900) && has(800), On::Ends),
            Per::Visit | Per::Day if service.name_ja.contains("入浴") => (takes(800) && has(650), On::EveryDay),
            // The office's staff: for all its users.
            Per::Visit | Per::Day | Per::Month if service.name_ja.contains("体制") => (takes(450), per(service)),
            Per::Visit | Per::Day | Per::Month => (takes(400) && has(500), per(service)),
            Per::Percent | Per::Price => continue,
        };
        // Ⅰ excludes Ⅱ.
        let family = family(&service.name_ja);
        if chosen && !families.contains(&family) {
            families.push(family);
            all.push(Added { service, on });
        }
    }
    all
}

/// Whether an addition goes with the office and the base service: 緊急時訪問看護加算 １ is a station's
/// and ２ a hospital's; 通所リハ提供体制加算 is one for each length from three hours on; 個別機能訓練加算Ⅱ
/// since 2021-04 is for those who have Ⅰ, too, and is left out.
fn suits(case: &Case, base: &Base, service: &Service) -> bool {
    match &service.code {
        b"133100" | b"633100" => !is_hospital(case),
        b"133200" | b"633200" => is_hospital(case),
        [b'1', b'6', b'6', b'1', b'4', number @ b'4'..=b'8'] => {
            base.minutes().is_some_and(|minutes| minutes / 60 == u16::from(number - b'1'))
        }
        b"155052" | b"785052" => service.per == Per::Day,
        _ => true,
    }
}

/// The percentage that an office adds to all of a type: 処遇改善, for most.
pub(crate) fn percentage(case: &Case, level: CareLevel) -> Option<&'static Service> {
    let offered: Vec<&'static Service> = in_force(case.service_type, case.month)
        .filter(|service| service.per == Per::Percent && service.levels.holds(level))
        .collect();
    let mut dice = case.of_office(RATE, 0);
    if offered.is_empty() || !dice.chance(900) { None } else { Some(*dice.pick(&offered)) }
}

fn per(service: &Service) -> On {
    match service.per {
        // Counted twice a month at most.
        Per::Visit if service.name_ja.contains("栄養改善") || service.name_ja.contains("口腔機能") => On::Twice,
        Per::Visit | Per::Day => On::EveryDay,
        Per::Month | Per::Percent | Per::Price => On::Once,
    }
}

fn code_number(code: &[u8; 6]) -> u64 {
    code.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// A name without the mark of its rank.
fn family(name: &str) -> &str {
    name.trim_end_matches(['Ⅰ', 'Ⅱ', 'Ⅲ', 'Ⅳ', 'Ⅴ', 'イ', 'ロ', 'ハ', '１', '２', '３', '４', '５'])
}

#[cfg(test)]
mod tests {
    use super::*;

    const MONTH: YearMonth = YearMonth { year: 2026, month: 4 };

    fn case(service_type: &[u8; 2], user: u32) -> Case {
        Case { seed: 1, user, office: user % 7, service_type: *service_type, month: MONTH, is_first: false }
    }

    #[test]
    fn life_support_falls_and_body_care_rises_with_the_level() {
        let share = |level| {
            let codes = (0..4000).filter_map(|user| base(&case(b"11", user), level, 0));
            codes.filter(|base| base.service.code.starts_with(b"117")).count()
        };
        // 52.0 % and 8.0 % of 4,000.
        let (light, heavy) = (share(CareLevel::Care1), share(CareLevel::Care5));
        assert!((1_980..2_180).contains(&light) && (270..370).contains(&heavy), "{light} {heavy}");
    }

    #[test]
    fn codes_are_of_the_level_and_in_force() {
        for (service_type, level, code) in [
            (b"15", CareLevel::Care3, b"15"),
            (b"21", CareLevel::Care5, b"21"),
            (b"63", CareLevel::Support1, b"63"),
            (b"A6", CareLevel::Target, b"A6"),
        ] {
            for user in 0..50 {
                let base = base(&case(service_type, user), level, 0).unwrap();
                assert!(base.service.code.starts_with(code) && base.service.levels.holds(level));
                assert!(base.service.holds(MONTH) && base.service.role == Role::Base);
            }
        }
        assert!(base(&case(b"15", 1), CareLevel::Support1, 0).is_none());
    }

    #[test]
    fn an_office_keeps_its_hours_at_every_level() {
        let levels = [CareLevel::Care1, CareLevel::Care2, CareLevel::Care3, CareLevel::Care4, CareLevel::Care5];
        for office in 0..20 {
            let minutes = levels.map(|level| base(&case(b"15", office), level, 0).unwrap().service.minutes);
            assert!(minutes.iter().all(|other| *other == minutes[0]), "{minutes:?}");
        }
    }

    #[test]
    fn additions_go_with_the_office_and_the_base_service() {
        let mut seen = std::collections::BTreeSet::new();
        let month = YearMonth { year: 2024, month: 3 };
        for (service_type, level) in [
            (b"13", CareLevel::Care2),
            (b"15", CareLevel::Care2),
            (b"16", CareLevel::Care2),
            (b"A6", CareLevel::Target),
            (b"A6", CareLevel::Support2),
        ] {
            for user in 0..3000 {
                let case = Case { office: user % 97, month, ..case(service_type, user) };
                let base = base(&case, level, 0).unwrap();
                for Added { service, on } in additions(&case, level) {
                    let (code, code_of_base) = (&service.code, &base.service.code);
                    seen.insert(*code);
                    match code {
                        b"133100" | b"133200" => assert_eq!(code[3], code_of_base[2]),
                        // Of three hours, and so on.
                        [b'1', b'6', b'6', b'1', b'4', number] => {
                            assert_eq!(base.minutes().unwrap() / 60, u16::from(number - b'1'));
                        }
                        b"A66011" | b"A66012" | b"A66108" => {
                            let twice_a_week = code != b"A66011";
                            assert_eq!(code_of_base[4] == b'2', twice_a_week, "{}", base.service.name_ja);
                        }
                        b"165605" | b"165606" | b"155605" | b"155606" => assert_eq!(on, On::Twice),
                        _ => assert!(on != On::Twice && !service.name_ja.contains("個別機能訓練加算Ⅱ")),
                    }
                }
            }
        }
        for code in [b"133100", b"133200", b"155606", b"165605", b"166146", b"A66011", b"A66012"] {
            assert!(seen.contains(code), "{code:?}");
        }
    }

    #[test]
    fn no_two_ranks_of_one_addition_are_added() {
        assert_eq!(family("通所介護入浴介助加算Ⅱ"), "通所介護入浴介助加算");
        let mut baths = 0;
        for user in 0..200 {
            let added = additions(&case(b"15", user), CareLevel::Care2);
            let bath = added
                .iter()
                .filter(|added| added.service.code.starts_with(b"15530") && added.service.name_ja.contains("入浴"));
            baths += bath.clone().count();
            assert!(bath.count() <= 1);
        }
        assert!(baths > 50, "{baths}");
    }
}
