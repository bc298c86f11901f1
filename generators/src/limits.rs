//! 種類支給限度基準額: which insurers have set limits of their own for some types of service. Knows
//! insurers and levels; knows no user and no visit.
//!
//! An insurer may set such limits by ordinance. How many do, for which types and how high is known
//! from no source, and few seem to: all of it is an assumption, so that they occur in a population of
//! some twenty insurers.

use crate::chance::Dice;
use crate::model::CareLevel;
use crate::money::limit;

/// How many insurers in a thousand have such limits.
const WITH_LIMITS: u32 = 100;

/// The types that have a limit, by weight.
const TYPES: &[(u32, &[[u8; 2]])] = &[(50, &[*b"15"]), (30, &[*b"11"]), (20, &[*b"11", *b"15"])];

/// Marks the dice of this module.
const LIMITS: u64 = 12;

/// The limits that an insurer has set for a level, in the order of types. It sets them for 要介護
/// only.
pub(crate) fn type_limits(seed: u64, insurer: &str, level: CareLevel) -> Vec<([u8; 2], i64)> {
    let number = insurer.bytes().fold(0, |number, byte| number << 8 | u64::from(byte));
    let mut dice = Dice::of(seed, &[LIMITS, number]);
    if !dice.chance(WITH_LIMITS) || level < CareLevel::Care1 {
        return Vec::new();
    }
    let types = *dice.weighted(TYPES);
    // A share of 区分支給限度基準額, in tens of units.
    let share = i64::from(dice.between(4, 7));
    types.iter().map(|service_type| (*service_type, limit(level) * share / 100 * 10)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_insurers_have_limits_and_these_have_them_for_every_level_of_care() {
        let numbers: Vec<String> = (991_000..992_000).map(|number| number.to_string()).collect();
        let of = |number: &str, level| type_limits(1, number, level);
        let with: Vec<&String> = numbers.iter().filter(|number| !of(number, CareLevel::Care1).is_empty()).collect();
        assert!((75..125).contains(&with.len()), "{}", with.len());
        for number in with {
            let (light, heavy) = (of(number, CareLevel::Care1), of(number, CareLevel::Care5));
            assert_eq!(light.len(), heavy.len());
            for (light, heavy) in light.iter().zip(&heavy) {
                assert!(light.0 == heavy.0 && light.1 < heavy.1 && light.1 % 10 == 0, "{light:?} {heavy:?}");
                assert!(light.1 < limit(CareLevel::Care1) && heavy.1 < limit(CareLevel::Care5));
            }
            assert_eq!(of(number, CareLevel::Support2), []);
        }
    }
}
