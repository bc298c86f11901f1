//! Whether files are a part of a set whose rest may still come. Knows the sending units of the standard; knows no
//! folder and no time.

use renkei_validator::spec::{Kind, Unit, Version, units};

/// Whether these kinds lack others that travel with them.
pub(crate) fn are_missing(kinds: &[Kind]) -> bool {
    let fitting = |version: &Version| units(*version).iter().filter(|unit| kinds.iter().all(|kind| unit.holds(*kind)));
    let is_whole = |unit: &&Unit| unit.members.iter().all(|member| !member.mandatory || kinds.contains(&member.kind));
    // What is whole in one version may be a part in another: kinds do not tell which it is.
    let is_part =
        |version: &Version| fitting(version).next().is_some() && !fitting(version).any(|unit| is_whole(&unit));
    !kinds.is_empty() && Version::ALL.iter().any(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whole in version 3.
    const PLAN: [Kind; 3] = [Kind::Up1kyo, Kind::Up2kyo, Kind::Uphosoku];

    #[test]
    fn only_a_part_of_a_set_waits_for_the_rest_of_it() {
        for part in [&[Kind::Upplan][..], &[Kind::Upplan, Kind::Uphosoku], &[Kind::Up1kyo], &[Kind::UpyoboSub], &PLAN] {
            assert!(are_missing(part), "{part:?}");
        }
        let whole = [Kind::Upplan, Kind::Upsikyu, Kind::Uphosoku];
        for other in [&[Kind::Upjsk][..], &[], &[Kind::Dltplan], &[Kind::Upkihon], &whole, &[Kind::Upplan, Kind::Upjsk]]
        {
            assert!(!are_missing(other), "{other:?}");
        }
    }
}
