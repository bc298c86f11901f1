//! The offices of a population: what they do, where they are, their numbers. Knows shares by trade;
//! knows no user.
//!
//! Offices are dealt to region groups in turn. In each group the first ones are one of each trade
//! that a user may need, in the order of need; the others fill up to the shares.

use renkei_validator::numbers::check_digit;

use crate::chance::Dice;
use crate::model::{Area, Office, Sex, Trade};
use crate::names;

/// How many offices a region group has at least.
const GROUP: u32 = 100;

/// More groups would ask for more insurers than the test range of numbers has.
const MOST_GROUPS: u32 = 300;

/// Cities, each an insurer, of a region group.
const CITIES_OF_GROUP: u32 = 3;

/// What each trade weighs, and in which order a group needs them.
///
/// 46 is the first figure of 介護予防支援 billing offices, 78 that of registered offices, all others
/// with a source the survey population of FY2023 (wic-net 7776/9). Assumed, as no figure was found:
/// A2 and A6 (as many users an office as 通所介護 has), 31.
pub(crate) const SHARES: &[(Trade, u32)] = &[
    (Trade::CareManagement, 33_749),
    (Trade::Service(*b"11"), 28_949),
    (Trade::Service(*b"15"), 21_179),
    (Trade::Service(*b"17"), 6_262),
    (Trade::CommunityCenter, 5_200),
    (Trade::Service(*b"A6"), 10_900),
    (Trade::Service(*b"A2"), 5_800),
    (Trade::Service(*b"13"), 10_310),
    (Trade::Service(*b"21"), 9_826),
    (Trade::Service(*b"16"), 7_032),
    (Trade::Service(*b"78"), 19_394),
    (Trade::Service(*b"14"), 4_157),
    (Trade::Service(*b"31"), 3_000),
    (Trade::Service(*b"12"), 1_530),
    (Trade::Service(*b"76"), 783),
];

/// 地域区分 of a region group, by weight; an assumption.
const AREAS: &[(u32, Area)] = &[
    (8, Area::Class(1)),
    (10, Area::Class(2)),
    (8, Area::Class(3)),
    (8, Area::Class(4)),
    (10, Area::Class(5)),
    (13, Area::Class(6)),
    (18, Area::Class(7)),
    (25, Area::Other),
];

/// Streams of [`Dice`].
const OFFICE: u64 = 1;
const REGION: u64 = 2;

/// How many region groups so many offices form.
pub(crate) fn groups(offices: u32) -> u32 {
    (offices / GROUP).clamp(1, MOST_GROUPS)
}

/// What the offices of a group do, by their place in the group.
pub(crate) fn trades(size: u32) -> Vec<Trade> {
    let total: u64 = SHARES.iter().map(|(_, share)| u64::from(*share)).sum();
    let mut have = vec![0_u64; SHARES.len()];
    (0..size as usize)
        .map(|place| {
            let most_wanted = || {
                // The trade that is furthest behind its share; the first of equals.
                let behind = |i: usize| {
                    u64::from(SHARES[i].1) * (u64::from(size))
                        - (have[i] * total).min(u64::from(SHARES[i].1) * u64::from(size))
                };
                (0..SHARES.len()).rev().max_by_key(|i| behind(*i)).unwrap_or(0)
            };
            let chosen = if place < SHARES.len() { place } else { most_wanted() };
            have[chosen] += 1;
            SHARES[chosen].0
        })
        .collect()
}

/// 地域区分 of a group.
fn area(seed: u64, group: u32) -> Area {
    *Dice::of(seed, &[REGION, u64::from(group)]).weighted(AREAS)
}

/// An office: its place in its group decides what it does, its dice the rest.
pub(crate) fn office(seed: u64, index: u32, groups: u32, trade: Trade) -> Office {
    let mut dice = Dice::of(seed, &[OFFICE, u64::from(index)]);
    let group = index % groups;
    let city = names::city(group * CITIES_OF_GROUP + dice.below(CITIES_OF_GROUP));
    let (postal_code, line1, _) = names::address(&mut dice, city);
    let people = match trade {
        Trade::CareManagement => dice.between(1, 5),
        Trade::CommunityCenter => dice.between(3, 6),
        Trade::Service(_) => dice.between(1, 3),
    };
    let staff = (0..people)
        .map(|_| {
            let sex = if dice.chance(250) { Sex::Male } else { Sex::Female };
            names::person(&mut dice, sex).0
        })
        .collect();
    let may_branch = [b"11", b"13", b"15", b"78"].iter().any(|service_type| trade == Trade::Service(**service_type));
    let has_satellite = may_branch && dice.chance(40);
    Office {
        index,
        number: number(index, groups, trade),
        trade,
        name: names::office(&mut dice, trade),
        area: area(seed, group),
        satellites: if has_satellite { vec!["01".to_owned()] } else { Vec::new() },
        staff,
        postal_code,
        address: line1,
        phone: names::phone(&mut dice),
    }
}

/// 都道府県 99, 区分 by trade, 郡市区 by group, a serial number, the check digit.
fn number(index: u32, groups: u32, trade: Trade) -> String {
    let kind = match trade {
        Trade::CareManagement => '7',
        Trade::CommunityCenter => '0',
        Trade::Service(service_type) => match &service_type {
            b"13" => '6',
            b"14" | b"31" => '1',
            b"16" => '5',
            [b'7', _] => '9',
            [b'A', _] => 'A',
            _ => '7',
        },
    };
    // Groups that share a 郡市区 share its serial numbers in turn.
    let (group, place) = (index % groups, index / groups);
    let serial = 1 + place * groups.div_ceil(DISTRICTS) + group / DISTRICTS;
    let body = format!("99{kind}{:02}{serial:04}", 1 + group % DISTRICTS);
    with_check_digit(&body)
}

/// 郡市区 numbers.
const DISTRICTS: u32 = 97;

/// 保険者番号 of one of a group's cities, and its name.
pub(crate) fn insurer(group: u32, dice: &mut Dice) -> (String, &'static str) {
    let city = group * CITIES_OF_GROUP + dice.below(CITIES_OF_GROUP);
    (with_check_digit(&format!("99{:03}", 101 + city % 899)), names::city(city))
}

fn with_check_digit(body: &str) -> String {
    let digit = check_digit(body.as_bytes()).expect("the body is made of digits and an A");
    format!("{body}{digit}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use renkei_validator::numbers::{OfficeNumber, has_check_digit, office_number};

    #[test]
    fn numbers_are_in_the_test_range_sound_and_unique() {
        for offices in [2, 14, 250, 40_000] {
            let groups = groups(offices);
            let trades = trades(offices.div_ceil(groups));
            let numbers: BTreeSet<String> =
                (0..offices).map(|i| number(i, groups, trades[(i / groups) as usize])).collect();
            assert_eq!(numbers.len(), offices as usize);
            for number in &numbers {
                assert!(number.starts_with("99"), "{number}");
                assert_eq!(office_number(number.as_bytes()), OfficeNumber::Sound, "{number}");
                assert_eq!(has_check_digit(number.as_bytes()), Some(true), "{number}");
            }
        }
    }

    #[test]
    fn insurers_have_their_check_digit() {
        let mut dice = Dice::of(1, &[]);
        for group in 0..MOST_GROUPS {
            let (number, _) = insurer(group, &mut dice);
            assert!(number.starts_with("99") && number.len() == 6);
            assert_eq!(has_check_digit(number.as_bytes()), Some(true), "{number}");
        }
    }

    #[test]
    fn a_group_has_every_trade_before_it_has_one_twice() {
        let trades = trades(15);
        assert!(SHARES.iter().all(|(trade, _)| trades.contains(trade)), "{trades:?}");
        assert_eq!(&self::trades(2), &[Trade::CareManagement, Trade::Service(*b"11")]);
    }

    #[test]
    fn a_large_group_follows_the_shares() {
        let trades = trades(1000);
        let total: u32 = SHARES.iter().map(|(_, share)| share).sum();
        for (trade, share) in SHARES {
            let have = trades.iter().filter(|other| *other == trade).count() as i64;
            let want = i64::from(share * 1000 / total);
            assert!((have - want).abs() <= 2, "{trade:?}: {have} of {want}");
        }
    }
}
