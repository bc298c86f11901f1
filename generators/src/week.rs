//! The week of a user: which weekdays and hours are taken. Knows minutes and weekdays; knows no
//! service.

use std::ops::Range;

use crate::chance::Dice;

/// When visits begin, in minutes after midnight: before eight and from six in the evening, 訪問介護 and
/// 訪問看護 have codes of their own (早朝, 夜間), which are not made.
pub(crate) const DAYTIME: Range<u16> = 480..1080;

/// Starts that are tried.
const STARTS: &[u16] = &[540, 570, 600, 630, 660, 780, 810, 840, 870, 900, 960, 1020, 1050, 480, 510, 990];

/// What is taken of a week.
#[derive(Clone, Debug, Default)]
pub(crate) struct Week {
    /// Weekday (0 is Monday), start, end.
    taken: Vec<(u8, u16, u16)>,
}

impl Week {
    /// Takes a start that is free on as many weekdays as asked for, if there is one, and says which
    /// they are. Sundays are taken last. A start that is given is kept: weekdays on which it is not free
    /// give way to others, or are left out.
    pub(crate) fn take(&mut self, dice: &mut Dice, days: u32, minutes: u16, start: Option<u16>) -> (Vec<u8>, u16) {
        let first = dice.below(6) as u8;
        // Spread over Monday to Saturday: twice a week is Monday and Thursday, or Tuesday and Friday.
        let apart = match days {
            0 | 1 => 1,
            2 => 3,
            3 => 2,
            _ => 1,
        };
        let mut weekdays: Vec<u8> = Vec::new();
        let suits = |weekday: u8| start.is_none_or(|start| self.free(weekday, start, minutes));
        for n in 0..days.min(6) as u8 {
            let from = (first + n * apart) % 6;
            let mut next = (0..6).map(|step| (from + step) % 6);
            weekdays.extend(next.find(|weekday| !weekdays.contains(weekday) && suits(*weekday)));
        }
        if days >= 7 {
            weekdays.push(6);
        }
        let turn = dice.below(11) as usize;
        let tried = (0..STARTS.len()).map(|n| if n < 11 { STARTS[(turn + n) % 11] } else { STARTS[n] });
        let starts: Vec<u16> = start.map_or_else(|| tried.collect(), |start| vec![start]);
        let count = |start: u16| weekdays.iter().filter(|weekday| self.free(**weekday, start, minutes)).count();
        // The first of the starts that most of the weekdays have free.
        let start = starts.iter().copied().rev().max_by_key(|start| count(*start)).unwrap_or(STARTS[0]);
        weekdays.retain(|weekday| self.free(*weekday, start, minutes));
        weekdays.sort_unstable();
        self.taken.extend(weekdays.iter().map(|weekday| (*weekday, start, start + minutes)));
        (weekdays, start)
    }

    fn free(&self, weekday: u8, start: u16, minutes: u16) -> bool {
        let clashes = |taken: &&(u8, u16, u16)| taken.0 == weekday && start < taken.2 && taken.1 < start + minutes;
        start + minutes < 1440 && !self.taken.iter().any(|taken| clashes(&taken))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_week_overlaps() {
        for i in 0..500 {
            let mut dice = Dice::of(1, &[i]);
            let mut week = Week::default();
            let (weekdays, start) = week.take(&mut dice, 3, 430, Some(570));
            assert_eq!((weekdays.len(), start), (3, 570));
            for days in [7, 2] {
                let (weekdays, _) = week.take(&mut dice, days, 60, None);
                assert_eq!(weekdays.len(), days as usize);
            }
            for days in [5, 3, 7, 7] {
                week.take(&mut dice, days, 60, None);
            }
            for (at, one) in week.taken.iter().enumerate() {
                let clash = |other: &&(u8, u16, u16)| one.0 == other.0 && one.1 < other.2 && other.1 < one.2;
                assert!(week.taken[at + 1..].iter().find(clash).is_none(), "{week:?}");
            }
        }
    }

    #[test]
    fn a_start_that_is_given_is_kept_and_other_weekdays_are_taken() {
        for i in 0..100 {
            let mut dice = Dice::of(1, &[i]);
            let mut week = Week::default();
            let (four, _) = week.take(&mut dice, 4, 510, Some(570));
            let (two, start) = week.take(&mut dice, 3, 430, Some(555));
            assert_eq!((four.len(), two.len(), start), (4, 2, 555));
            assert!(two.iter().all(|weekday| !four.contains(weekday) && *weekday < 6), "{four:?} {two:?}");
        }
    }

    #[test]
    fn where_no_start_suits_every_day_some_days_are_left_out() {
        let mut week = Week { taken: vec![(0, 0, 1440), (3, 0, 1440)] };
        let mut all: Vec<usize> =
            (0..50).map(|i| week.clone().take(&mut Dice::of(1, &[i]), 2, 60, None).0.len()).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all, [0, 2]);
        assert_eq!(week.take(&mut Dice::of(1, &[1]), 7, 60, None).0.len(), 5);
    }
}
