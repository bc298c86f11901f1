//! Certified periods: levels, their mix, how they change, and going over from 要支援 to 要介護. Knows
//! no office and no service.
//!
//! The levels of a user are a chain whose steps keep the mix (a step to a neighbouring level is
//! taken with the ratio of the two shares), so that the mix is the same in every month.

use time::Date;

use crate::calendar::{business_day, day, last_day, month_of, plus, shift};
use crate::chance::Dice;
use crate::life::Life;
use crate::model::{CareLevel, Certification, YearMonth};

/// Which side of the insurance a user is on when they become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// 要介護
    Care,
    /// 要支援
    Support,
    /// 事業対象者
    Target,
}

/// 訪問介護 receivers of 2024-04 by level, in thousands × 10 (wic-net 16993/10): the home mix.
const CARE: &[(u32, CareLevel)] = &[
    (3298, CareLevel::Care1),
    (3053, CareLevel::Care2),
    (1855, CareLevel::Care3),
    (1570, CareLevel::Care4),
    (1174, CareLevel::Care5),
];

/// Receivers of 介護予防 services of 2024-12, in thousands × 10 (wic-net 19413/1).
const SUPPORT: &[(u32, CareLevel)] = &[(3846, CareLevel::Support1), (5742, CareLevel::Support2)];

const TARGET: &[(u32, CareLevel)] = &[(1, CareLevel::Target)];

/// How often in a thousand a renewal proposes a step to a neighbouring level; an assumption.
const STEP_AT_RENEWAL: u32 = 400;

/// How often in a thousand a period has a 区分変更; an assumption.
const CHANGE_IN_PERIOD: u32 = 90;

/// Lengths of a first period in months, by weight: twelve at most (介護保険法施行規則, general
/// knowledge); the weights are an assumption.
const FIRST_TERMS: &[(u32, i32)] = &[(45, 6), (55, 12)];

/// Lengths of a renewed period in months, by weight; an assumption.
const TERMS: &[(u32, i32)] = &[(10, 6), (45, 12), (25, 24), (15, 36), (5, LONGEST)];

/// Only for a level that stays, and only since [`LONGEST_SINCE`]; 36 otherwise (介護保険法施行規則,
/// general knowledge).
const LONGEST: i32 = 48;
const LONG: i32 = 36;
const LONGEST_SINCE: YearMonth = YearMonth { year: 2021, month: 4 };

/// The business day of the month before the first service on which the first plan is made.
const PLANNED_ON: u8 = 10;

/// How long before the first plan the first period of somebody new begins, in days: nobody plans for
/// somebody who has not applied. An assumption.
const BEFORE_PLAN: (u32, u32) = (3, 45);

/// Levels on going over from 要支援, by weight; an assumption.
const AFTER_SUPPORT: &[(u32, CareLevel)] = &[(60, CareLevel::Care1), (25, CareLevel::Care2), (15, CareLevel::Care3)];

/// The whole chain of a user, from before the first month that can be asked for, or from before the
/// first service of somebody new, to after the last month.
pub(crate) fn chain(dice: &mut Dice, side: Side, life: &Life) -> Vec<Certification> {
    let mix = match side {
        Side::Care => CARE,
        Side::Support => SUPPORT,
        Side::Target => TARGET,
    };
    let start = YearMonth { year: 2018, month: 10 };
    // Before the first month of all; what ends before it is renewed.
    let (months, number) = (dice.below(24) as i32, dice.between(1, 28) as u8);
    let valid_from = match life.from {
        Some(first) => {
            let planned_on = business_day(plus(month_of(first), -1), PLANNED_ON);
            shift(planned_on, -i64::from(dice.between(BEFORE_PLAN.0, BEFORE_PLAN.1)))
        }
        None => day(plus(start, months), number),
    };
    let level = *dice.weighted(mix);
    let mut chain = Vec::new();
    extend(dice, mix, &mut chain, valid_from, level);
    if let Some(care_from) = life.care_from {
        cut(&mut chain, care_from);
        let level = *dice.weighted(AFTER_SUPPORT);
        extend(dice, CARE, &mut chain, care_from, level);
    }
    chain
}

/// Ends a chain with the day before another side begins.
fn cut(chain: &mut Vec<Certification>, other_from: Date) {
    chain.retain(|period| period.valid_from < other_from);
    let before = chain.len().checked_sub(2).and_then(|at| chain.get(at)).map(|period| period.level);
    let Some(last) = chain.last_mut() else { return };
    last.valid_to = shift(other_from, -1);
    if let (Some(_), Some(previous)) = (last.changed_on.filter(|changed| *changed >= other_from), last.previous) {
        last.changed_on = None;
        last.level = previous;
        last.previous = before;
    }
}

/// Adds periods to a chain, the first with a level that is given, until after the last month. A level
/// of another mix is one of another side: the period is applied for with the day it begins.
fn extend(
    dice: &mut Dice,
    mix: &[(u32, CareLevel)],
    chain: &mut Vec<Certification>,
    mut valid_from: Date,
    mut level: CareLevel,
) {
    let end = last_day(YearMonth { year: 2027, month: 4 });
    let mut is_new = true;
    loop {
        let before = chain.last().map(|last| last.level);
        if !is_new && dice.chance(STEP_AT_RENEWAL) {
            level = step(dice, mix, level);
        }
        let stays = before == Some(level) && month_of(valid_from) >= LONGEST_SINCE;
        let term = match *dice.weighted(if is_new { FIRST_TERMS } else { TERMS }) {
            LONGEST if !stays => LONG,
            term => term,
        };
        let certified_on = if is_new {
            shift(valid_from, i64::from(dice.between(20, 35)))
        } else {
            shift(valid_from, -i64::from(dice.between(5, 40)))
        };
        is_new = false;
        // A period that begins within a month has the rest of that month in addition.
        let term = term - i32::from(valid_from.day() == 1);
        let valid_to = last_day(plus(month_of(valid_from), term));
        let mut period =
            Certification { certified_on, valid_from, valid_to, level, changed_on: None, previous: before };
        if dice.chance(CHANGE_IN_PERIOD) {
            let other = step(dice, mix, level);
            let month = plus(month_of(valid_from), dice.between(1, term.max(1) as u32) as i32);
            if other != level {
                period.previous = Some(level);
                period.changed_on = Some(day(month, dice.between(2, 28) as u8));
                period.level = other;
                level = other;
            }
        }
        valid_from = shift(valid_to, 1);
        chain.push(period);
        if valid_from > end {
            return;
        }
    }
}

/// A neighbouring level, taken so that the mix stays.
fn step(dice: &mut Dice, mix: &[(u32, CareLevel)], level: CareLevel) -> CareLevel {
    let Some(at) = mix.iter().position(|(_, other)| *other == level) else { return level };
    // Upwards as often as downwards; beyond either end there is no step.
    let to = if dice.chance(500) { at.checked_add(1) } else { at.checked_sub(1) };
    match to.and_then(|to| mix.get(to)) {
        Some((weight, other)) if dice.below(mix[at].0) < *weight => *other,
        Some(_) | None => level,
    }
}

impl Certification {
    /// The level on a day of the period: before a 区分変更, the one before it.
    pub fn level_on(&self, date: Date) -> CareLevel {
        match (self.changed_on, self.previous) {
            (Some(changed), Some(previous)) if date < changed => previous,
            (Some(_) | None, Some(_) | None) => self.level,
        }
    }
}

/// The period that a day lies in.
pub fn on(certifications: &[Certification], date: Date) -> Option<&Certification> {
    certifications.iter().find(|period| period.valid_from <= date && date <= period.valid_to)
}

/// The level that the limit of a month is of: the highest of the month, as a 区分変更 within a month
/// moves the whole month to the heavier level (介護保険事務処理システムの月途中変更の扱い).
/// `None` where no period reaches into the month.
pub fn level_of_month(certifications: &[Certification], month: YearMonth) -> Option<CareLevel> {
    let changed = certifications.iter().filter_map(|period| period.changed_on);
    let days = [day(month, 1), last_day(month)].into_iter().chain(changed.filter(|date| month.holds(*date)));
    days.filter_map(|date| on(certifications, date).map(|period| period.level_on(date))).max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{FIRST_MONTH, LAST_MONTH, between, months};
    use crate::delivery::Purpose;

    const ALWAYS: Life = Life { from: None, until: None, care_from: None };

    #[test]
    fn periods_follow_each_other_over_all_months() {
        for side in [Side::Care, Side::Support, Side::Target] {
            for i in 0..500 {
                let chain = chain(&mut Dice::of(1, &[i]), side, &ALWAYS);
                assert!(chain[0].valid_from < day(FIRST_MONTH, 1), "{:?}", chain[0]);
                assert!(chain[chain.len() - 1].valid_to > last_day(LAST_MONTH));
                for pair in chain.windows(2) {
                    assert_eq!(shift(pair[0].valid_to, 1), pair[1].valid_from);
                }
                for period in &chain {
                    assert!(
                        period.valid_from < period.valid_to && period.valid_to == last_day(month_of(period.valid_to))
                    );
                    let Some(changed) = period.changed_on else { continue };
                    assert!(period.valid_from < changed && changed < period.valid_to, "{period:?}");
                    assert_ne!(period.previous, Some(period.level));
                }
                assert!(months(FIRST_MONTH, LAST_MONTH).all(|month| level_of_month(&chain, month).is_some()));
            }
        }
    }

    #[test]
    fn somebody_new_has_applied_for_the_first_time_shortly_before_the_plan() {
        let first = day(YearMonth { year: 2025, month: 5 }, 9);
        let planned_on = day(YearMonth { year: 2025, month: 4 }, 14);
        assert_eq!(Purpose::Plan.made_on(month_of(first)), planned_on);
        for i in 0..500 {
            let chain = chain(&mut Dice::of(1, &[i]), Side::Care, &Life { from: Some(first), ..ALWAYS });
            let days = (planned_on - chain[0].valid_from).whole_days();
            assert!((3..=45).contains(&days), "{days}");
            assert!(chain[0].certified_on > chain[0].valid_from && chain[0].valid_to > first);
            assert!(chain[0].changed_on.is_some() || chain[0].previous.is_none());
        }
    }

    #[test]
    fn no_period_is_longer_than_one_of_its_kind_may_be() {
        let april = day(YearMonth { year: 2021, month: 4 }, 1);
        let mut longest = 0;
        for side in [Side::Care, Side::Support] {
            for i in 0..2000 {
                let chain = chain(&mut Dice::of(1, &[i]), side, &ALWAYS);
                // In months, the rest of the one it begins in left out.
                let length = |period: &Certification| {
                    let whole = between(month_of(period.valid_from), month_of(period.valid_to));
                    whole + i32::from(period.valid_from.day() == 1)
                };
                assert!(length(&chain[0]) <= 12, "{:?}", chain[0]);
                for pair in chain.windows(2) {
                    let first = pair[1].changed_on.and(pair[1].previous).unwrap_or(pair[1].level);
                    let may_be = if first == pair[0].level && pair[1].valid_from >= april { 48 } else { 36 };
                    assert!(length(&pair[1]) <= may_be, "{pair:?}");
                    longest += usize::from(length(&pair[1]) == 48);
                }
            }
        }
        assert!(longest > 50, "{longest}");
    }

    #[test]
    fn going_over_ends_one_side_with_the_day_before_the_other_begins() {
        let other = day(YearMonth { year: 2023, month: 5 }, 9);
        for i in 0..500 {
            let chain = chain(&mut Dice::of(1, &[i]), Side::Support, &Life { care_from: Some(other), ..ALWAYS });
            let at = chain.iter().position(|period| period.valid_from == other).expect("a period begins then");
            assert!(chain.windows(2).all(|pair| shift(pair[0].valid_to, 1) == pair[1].valid_from));
            assert!(
                chain
                    .iter()
                    .all(|period| period.changed_on.is_none_or(|on| period.valid_from < on && on < period.valid_to)
                        || period.changed_on == Some(period.valid_to))
            );
            let is_care = |period: &Certification| period.level >= CareLevel::Care1;
            assert!(chain[at..].iter().all(is_care) && !chain[..at].iter().any(is_care));
            assert!(chain[at].certified_on > other);
            assert_eq!(level_of_month(&chain, month_of(other)), Some(chain[at].level_on(last_day(month_of(other)))));
        }
    }

    #[test]
    fn the_mix_is_the_same_at_both_ends_of_time() {
        for month in [FIRST_MONTH, LAST_MONTH] {
            let mut first = 0;
            for i in 0..20_000 {
                let chain = chain(&mut Dice::of(1, &[i]), Side::Care, &ALWAYS);
                let level = on(&chain, day(month, 1)).map(|period| period.level_on(day(month, 1)));
                first += u32::from(level == Some(CareLevel::Care1));
            }
            // 30.1 % of 20,000.
            assert!((5_820..6_220).contains(&first), "{month}: {first}");
        }
    }

    #[test]
    fn a_change_within_a_month_gives_the_month_the_heavier_level() {
        let march = YearMonth { year: 2026, month: 3 };
        let period = |previous, level| Certification {
            certified_on: day(march, 1),
            valid_from: day(plus(march, -2), 1),
            valid_to: last_day(plus(march, 2)),
            level,
            changed_on: Some(day(march, 15)),
            previous: Some(previous),
        };
        let up = [period(CareLevel::Care1, CareLevel::Care3)];
        let levels = |periods: &[Certification]| [-1, 0, 1].map(|n| level_of_month(periods, plus(march, n)));
        assert_eq!(levels(&up), [Some(CareLevel::Care1), Some(CareLevel::Care3), Some(CareLevel::Care3)]);
        let down = [period(CareLevel::Care3, CareLevel::Care1)];
        assert_eq!(levels(&down), [Some(CareLevel::Care3), Some(CareLevel::Care3), Some(CareLevel::Care1)]);
        assert_eq!(level_of_month(&up, plus(march, 9)), None);
    }
}
