//! What a user is apart from services: age, sex, numbers, rates, stays in hospital. Knows shares;
//! knows no office.

use time::Date;

use crate::calendar::{FIRST_MONTH, day, plus, shift};
use crate::chance::Dice;
use crate::model::{Sex, YearMonth};

/// The day that ages are counted on.
pub(crate) const AGES_ON: YearMonth = YearMonth { year: 2024, month: 4 };

/// Ages on the first of [`AGES_ON`], from and to, by weight in thousandths: receivers of 2010-11
/// (厚生労働省 統計表3-1) shifted towards 85 and more, for today; its size is ours.
/// 64 is not among them, so that nobody with an H number reaches 65 before 2027-03.
const AGES: &[(u32, (u32, u32))] = &[
    (34, (44, 61)),
    (32, (65, 69)),
    (64, (70, 74)),
    (130, (75, 79)),
    (210, (80, 84)),
    (260, (85, 89)),
    (185, (90, 94)),
    (85, (95, 104)),
];

/// Women in thousandths of receivers, 2024-04 (iryoken.co.jp on figures of 厚生労働省).
const WOMEN: u32 = 691;

/// H numbers in thousandths of those under 65, whom they are for: 1.5 % of all; an assumption.
const H_NUMBERS: u32 = 441;

/// 給付率 by weight. No source reached gives the shares: an assumption. Of people with
/// an H number 生活保護 pays all; as the standard has no item for 公費, their rate is 90, too.
const RATES: &[(u32, u8)] = &[(92, 90), (4, 80), (4, 70)];

/// Stays in hospital a quarter, in thousandths; an assumption.
const STAYS: u32 = 40;

pub(crate) struct Person {
    pub(crate) sex: Sex,
    pub(crate) born_on: Date,
    pub(crate) has_h_number: bool,
    pub(crate) benefit_rate: u8,
}

pub(crate) fn person(dice: &mut Dice) -> Person {
    let sex = if dice.chance(WOMEN) { Sex::Female } else { Sex::Male };
    let (from, to) = *dice.weighted(AGES);
    let age = dice.between(from, to);
    // Ages within a band spread over its years; the birthday over the year before the reference day.
    let year = YearMonth { year: AGES_ON.year - age as u16, month: AGES_ON.month };
    let born_on = shift(day(year, 1), -i64::from(dice.below(365)));
    let has_h_number = age < 65 && dice.chance(H_NUMBERS);
    // 2割 and 3割 are for people of 65 and more; a rate is that of all months.
    let is_65 = born_on <= day(plus(FIRST_MONTH, -65 * 12), 1);
    let rate = *dice.weighted(RATES);
    Person { sex, born_on, has_h_number, benefit_rate: if is_65 { rate } else { 90 } }
}

/// 被保険者番号: no two users share one, of populations of up to 26 million. Indices are scattered by a factor that has no divisor in
/// common with ten.
pub(crate) fn insured_number(seed: u64, index: u32, has_h_number: bool) -> String {
    let offset = Dice::of(seed, &[0]).bits();
    let spread = |modulus: u64| (u64::from(index) * 7_368_787 + offset % modulus) % modulus;
    if has_h_number { format!("H{:09}", spread(1_000_000_000)) } else { format!("{:010}", spread(10_000_000_000)) }
}

/// Stays in hospital, first and last day, over all months that can be asked for.
pub(crate) fn hospital(dice: &mut Dice) -> Vec<(Date, Date)> {
    let start = day(FIRST_MONTH, 1);
    let mut stays: Vec<(Date, Date)> = Vec::new();
    for quarter in 0..26 {
        let (happens, offset, length) = (dice.chance(STAYS), dice.below(91), dice.between(4, 38));
        let from = shift(start, i64::from(quarter * 91 + offset));
        // Nobody is admitted before they are discharged.
        if happens && stays.last().is_none_or(|(_, to)| shift(*to, 1) < from) {
            stays.push((from, shift(from, i64::from(length) - 1)));
        }
    }
    stays
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::calendar::{LAST_MONTH, last_day};
    use renkei_validator::numbers;

    #[test]
    fn insured_numbers_are_sound_and_nobody_shares_one() {
        for has_h_number in [false, true] {
            let all: BTreeSet<String> = (0..50_000).map(|i| insured_number(1, i, has_h_number)).collect();
            assert_eq!(all.len(), 50_000);
            assert!(all.iter().all(|number| numbers::insured_number(number.as_bytes())));
        }
    }

    #[test]
    fn an_h_number_is_for_people_of_40_to_64() {
        for i in 0..20_000 {
            let person = person(&mut Dice::of(1, &[i]));
            if person.has_h_number {
                let age_at = |date: Date| (date - person.born_on).whole_days() / 365;
                assert!(age_at(day(FIRST_MONTH, 1)) >= 40, "{}", person.born_on);
                assert!((last_day(LAST_MONTH) - person.born_on).whole_days() < 65 * 365 + 16, "{}", person.born_on);
                assert_eq!(person.benefit_rate, 90);
            }
            // Born in 1955-10 or later: not yet 65 in the first month.
            assert!(person.born_on.year() < 1956 || person.benefit_rate == 90, "{}", person.born_on);
        }
    }

    #[test]
    fn stays_in_hospital_follow_each_other() {
        for i in 0..2000 {
            let stays = hospital(&mut Dice::of(1, &[i]));
            assert!(stays.iter().all(|(from, to)| from < to));
            assert!(stays.windows(2).all(|pair| pair[0].1 < pair[1].0), "{stays:?}");
        }
    }
}
