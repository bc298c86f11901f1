//! The services of the synthetic population: real service codes with their units and the months
//! they were in force. Knows the text of `generators/data/services.csv`; knows no user and no sum.
//!
//! The table is a selection, and each row says how sure it is and where it is from. A code whose
//! units changed stands in it once for each span of months. Reductions are left out: nothing in it
//! is negative. 処遇改善 was re-cut for 2026-06: from then on there are percentages for 訪問介護 and
//! 総合事業 only, and of these those whose codes were kept.

use std::sync::LazyLock;

use renkei_validator::spec::Certainty;

use crate::model::{CareLevel, YearMonth};

/// A service code in one span of months.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// サービスコード
    pub code: [u8; 6],
    /// Official name, shortened as on the form.
    pub name_ja: String,
    /// 単位数; of [`Per::Percent`] the rate in thousandths, of [`Per::Price`] 0.
    pub units: i64,
    /// What the units are for.
    pub per: Per,
    /// Whether it stands alone.
    pub role: Role,
    /// Whether it counts towards 区分支給限度基準額.
    pub within_limit: bool,
    /// Who may get it.
    pub levels: Levels,
    /// How long it usually takes.
    pub minutes: Option<u16>,
    /// The first service month with these units.
    pub from: YearMonth,
    /// The last one; `None` while in force.
    pub to: Option<YearMonth>,
    /// How sure it is that code and units are these.
    pub certainty: Certainty,
    /// The document they are from.
    pub source: String,
}

/// What the units of a service are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Per {
    /// 1回につき
    Visit,
    /// 1日につき
    Day,
    /// 1月につき
    Month,
    /// A share of the other units of its office and type in the month.
    Percent,
    /// By the price of what is rented.
    Price,
}

/// Whether a service stands alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// It does.
    Base,
    /// It is added to one that does.
    Addition,
    /// 日割: it stands for a base service of the month, counted by the day.
    Prorated,
}

/// A set of 要介護状態区分.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Levels(u8);

impl Levels {
    /// Whether the level is in it.
    pub fn holds(self, level: CareLevel) -> bool {
        self.0 & 1 << level as u8 != 0
    }
}

impl Service {
    /// サービス種類コード
    pub fn service_type(&self) -> [u8; 2] {
        [self.code[0], self.code[1]]
    }

    /// Whether it is in force in a service month.
    pub fn holds(&self, month: YearMonth) -> bool {
        self.from <= month && self.to.is_none_or(|to| month <= to)
    }
}

const WELL_FORMED: &str = "the embedded table of services is well-formed; a test reads it all";

static SERVICES: LazyLock<Vec<Service>> = LazyLock::new(|| {
    let text = include_str!("../data/services.csv");
    csv::Reader::from_reader(text.as_bytes())
        .records()
        .map(|record| service(&record.expect(WELL_FORMED)).expect(WELL_FORMED))
        .collect()
});

/// All services, in the order of codes and of months.
pub fn services() -> &'static [Service] {
    &SERVICES
}

/// The services of a type in a month, in the order of codes.
pub fn in_force(service_type: [u8; 2], month: YearMonth) -> impl Iterator<Item = &'static Service> {
    let first = services().partition_point(|service| service.service_type() < service_type);
    services()[first..]
        .iter()
        .take_while(move |service| service.service_type() == service_type)
        .filter(move |service| service.holds(month))
}

/// The service of a code in a month.
pub fn find(code: [u8; 6], month: YearMonth) -> Option<&'static Service> {
    let first = services().partition_point(|service| service.code < code);
    services()[first..].iter().take_while(|service| service.code == code).find(|service| service.holds(month))
}

/// What stands for a monthly base service where it is counted by the day (日割): the service of its
/// name with that word behind it.
pub fn prorated(base: &Service, month: YearMonth) -> Option<&'static Service> {
    in_force(base.service_type(), month)
        .filter(|service| service.role == Role::Prorated)
        .find(|service| service.name_ja.strip_suffix("日割") == Some(&base.name_ja))
}

fn service(record: &csv::StringRecord) -> Option<Service> {
    let (minutes, to) = (&record[7], &record[9]);
    Some(Service {
        code: record[0].as_bytes().try_into().ok()?,
        name_ja: record[1].to_owned(),
        units: record[2].parse().ok()?,
        per: match &record[3] {
            "visit" => Per::Visit,
            "day" => Per::Day,
            "month" => Per::Month,
            "percent" => Per::Percent,
            "price" => Per::Price,
            _ => return None,
        },
        role: match &record[4] {
            "base" => Role::Base,
            "addition" => Role::Addition,
            "prorated" => Role::Prorated,
            _ => return None,
        },
        within_limit: match &record[5] {
            "yes" => true,
            "no" => false,
            _ => return None,
        },
        levels: levels(&record[6])?,
        minutes: if minutes.is_empty() { None } else { Some(minutes.parse().ok()?) },
        from: YearMonth::parse(record[8].as_bytes())?,
        to: if to.is_empty() { None } else { Some(YearMonth::parse(to.as_bytes())?) },
        certainty: match &record[10] {
            "sure" => Certainty::Sure,
            "likely" => Certainty::Likely,
            "guess" => Certainty::Guess,
            _ => return None,
        },
        source: record[11].to_owned(),
    })
}

fn levels(text: &str) -> Option<Levels> {
    text.split('|').try_fold(Levels(0), |Levels(all), code| {
        let level = match code {
            "06" => CareLevel::Target,
            "12" => CareLevel::Support1,
            "13" => CareLevel::Support2,
            "21" => CareLevel::Care1,
            "22" => CareLevel::Care2,
            "23" => CareLevel::Care3,
            "24" => CareLevel::Care4,
            "25" => CareLevel::Care5,
            _ => return None,
        };
        Some(Levels(all | 1 << level as u8))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use renkei_validator::spec::{Version, service_type};

    use super::*;

    fn month(year: u16, month: u8) -> YearMonth {
        YearMonth { year, month }
    }

    fn months() -> impl Iterator<Item = YearMonth> {
        (2020..=2027).flat_map(|year| (1..=12).map(move |m| month(year, m))).filter(|m| covered(*m))
    }

    fn covered(m: YearMonth) -> bool {
        month(2020, 10) <= m && m <= month(2027, 3)
    }

    fn units(code: &[u8; 6], m: YearMonth) -> Option<i64> {
        find(*code, m).map(|service| service.units)
    }

    #[test]
    fn there_are_more_than_120_codes() {
        let codes: BTreeSet<[u8; 6]> = services().iter().map(|service| service.code).collect();
        assert!(codes.len() >= 120, "{}", codes.len());
    }

    #[test]
    fn every_code_is_of_a_type_that_is_exchanged_and_every_row_says_where_it_is_from() {
        for service in services() {
            assert_eq!(service_type(Version::V202407, &service.service_type()), Some(true), "{}", service.name_ja);
            assert!(service.code.iter().all(u8::is_ascii_alphanumeric), "{}", service.name_ja);
            assert!(!service.source.is_empty() && !service.name_ja.is_empty(), "{:?}", service.code);
            assert!(service.levels != Levels(0), "{}", service.name_ja);
            assert_eq!(service.units == 0, service.per == Per::Price, "{}", service.name_ja);
            assert!((0..30_000).contains(&service.units), "{}", service.name_ja);
            assert!(service.per != Per::Percent || !service.within_limit, "{}", service.name_ja);
        }
    }

    #[test]
    fn names_are_in_ms932() {
        for service in services() {
            let (_, _, lossy) = encoding_rs::SHIFT_JIS.encode(&service.name_ja);
            assert!(!lossy, "{}", service.name_ja);
        }
    }

    #[test]
    fn rows_are_in_order_and_the_spans_of_a_code_do_not_overlap() {
        for pair in services().windows(2) {
            assert!((pair[0].code, pair[0].from) < (pair[1].code, pair[1].from), "{}", pair[1].name_ja);
            if pair[0].code == pair[1].code {
                assert!(pair[0].to.is_some_and(|to| to < pair[1].from), "{}", pair[1].name_ja);
            }
            assert!(pair[0].to.is_none_or(|to| pair[0].from <= to), "{}", pair[0].name_ja);
        }
    }

    #[test]
    fn every_type_has_a_base_service_for_each_of_its_levels_in_every_month() {
        use CareLevel::{Care1, Care2, Care3, Care4, Care5, Support1, Support2, Target};
        let care = [Care1, Care2, Care3, Care4, Care5];
        let types = [b"11", b"12", b"13", b"14", b"15", b"16", b"17", b"21", b"31", b"76", b"78"];
        let support = [b"62", b"63", b"64", b"66", b"67", b"24", b"34", b"A2", b"A6"];
        let wanted = types.iter().map(|t| (t, &care[..])).chain(support.iter().map(|t| (t, &[Support1, Support2][..])));
        for m in months() {
            for (service_type, levels) in wanted.clone() {
                for level in levels {
                    let is_base = |service: &&Service| service.role == Role::Base && service.levels.holds(*level);
                    assert!(in_force(**service_type, m).any(|service| is_base(&service)), "{service_type:?} {m}");
                }
            }
            for sogo in [b"A2", b"A6"] {
                assert!(in_force(*sogo, m).any(|service| service.levels.holds(Target)), "{sogo:?} {m}");
            }
        }
    }

    #[test]
    fn units_change_with_the_revisions() {
        let of = |code: &[u8; 6]| {
            [month(2021, 3), month(2021, 4), month(2024, 3), month(2024, 4), month(2024, 5), month(2024, 6)]
                .map(|m| units(code, m).unwrap_or(0))
        };
        assert_eq!(of(b"111211"), [395, 396, 396, 387, 387, 387]);
        assert_eq!(of(b"131211"), [819, 821, 821, 821, 821, 823]);
        assert_eq!(of(b"152442"), [765, 773, 773, 777, 777, 777]);
        assert_eq!(of(b"A21111"), [1172, 1176, 1176, 1176, 1176, 1176]);
        assert_eq!(of(b"116275"), [137, 137, 137, 137, 137, 245]);
    }

    #[test]
    fn only_the_percentages_whose_codes_were_kept_are_in_force_from_june_2026() {
        let kept = [
            (*b"116274", 249),
            (*b"116275", 270),
            (*b"A26269", 270),
            (*b"A26270", 249),
            (*b"A66100", 111),
            (*b"A66110", 109),
            (*b"A66111", 99),
        ];
        for m in months().filter(|m| *m >= month(2026, 6)) {
            let percentages = services().iter().filter(|service| service.per == Per::Percent && service.holds(m));
            assert_eq!(percentages.map(|service| (service.code, service.units)).collect::<Vec<_>>(), kept, "{m}");
        }
    }

    #[test]
    fn what_is_counted_by_the_day_is_a_month_by_30_4_days() {
        let mut pairs = 0;
        for m in months() {
            let all = || services().iter().filter(|service| service.holds(m));
            for base in all().filter(|service| service.role == Role::Base && service.per == Per::Month) {
                let Some(daily) = prorated(base, m) else {
                    // It goes with an office of 定期巡回, which writes the 日割 of its own.
                    assert_eq!(&base.code, b"133111");
                    continue;
                };
                assert_eq!((daily.per, daily.levels, daily.within_limit), (Per::Day, base.levels, base.within_limit));
                assert_eq!(daily.units, (base.units * 10 + 152) / 304, "{}", daily.name_ja);
                pairs += 1;
            }
            for daily in all().filter(|service| service.role == Role::Prorated) {
                assert!(all().any(|base| prorated(base, m) == Some(daily)), "{}", daily.name_ja);
            }
        }
        assert_eq!(pairs, 78 * 12);
    }

    #[test]
    fn a_type_is_found_whole() {
        let m = month(2026, 10);
        let slow: Vec<&Service> =
            services().iter().filter(|service| &service.code[..2] == b"13" && service.holds(m)).collect();
        assert!(!slow.is_empty());
        assert_eq!(in_force(*b"13", m).collect::<Vec<_>>(), slow);
        assert_eq!(in_force(*b"99", m).count(), 0);
        assert_eq!(find(*b"999999", m), None);
    }
}
