//! Who holds a place among the users, from when to when, and who goes over from 要支援 to 要介護.
//! Knows days and chance; knows no level, no office and no service.
//!
//! As many people are users in one month as in any other: whoever leaves is followed by somebody
//! new of the same region and side of the insurance. The number of a person is that of the place
//! with the number of predecessors in the upper bits, so that nobody's number depends on how many
//! places there are.

use time::Date;

use crate::calendar::{FIRST_MONTH, LAST_MONTH, between, day, last_day, month_of, plus, shift};
use crate::chance::Dice;
use crate::model::YearMonth;
use crate::population::MOST_USERS;

/// How many places there can be: the bits of a person's number that are not for predecessors.
const MOST_PLACES: u32 = 1 << 28;
const _: () = assert!(MOST_USERS <= MOST_PLACES);

/// How many predecessors a number can tell.
const MOST_CHANGES: usize = 15;

/// How many users in a thousand leave in a month and are followed by somebody new: some eighteen in
/// a hundred in a year. An assumption.
const CHANGE: u32 = 15;

/// A stay of less than so many months does not happen; an assumption.
const SHORTEST: i32 = 4;

/// How many in a thousand go over from 要支援 to 要介護, of those whose plan is outsourced, once in
/// the 78 months; an assumption. The others would have another office to send their deliveries from
/// then on, and are left out.
const GOES_OVER: u32 = 150;

/// Streams of [`Dice`].
const CHANGES: u64 = 10;
const OVER: u64 = 11;

/// When somebody is a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Life {
    /// The first day of services; `None` where it is before all months that can be asked for.
    pub from: Option<Date>,
    /// The last day of services; `None` where it is after all of them.
    pub until: Option<Date>,
    /// The first day as somebody of 要介護, where they go over from 要支援.
    pub care_from: Option<Date>,
}

impl Life {
    /// The first and the last day, of all days that can be asked for.
    pub fn span(&self) -> (Date, Date) {
        (self.from.unwrap_or(day(FIRST_MONTH, 1)), self.until.unwrap_or(last_day(LAST_MONTH)))
    }

    /// The month of the first plan that the present kind of manager makes; `None` where it is before
    /// all months that can be asked for.
    pub fn first_plan(&self, month: YearMonth) -> Option<YearMonth> {
        self.care_from.filter(|date| month_of(*date) <= month).or(self.from).map(month_of)
    }

    /// Whether they are of 要介護 in a month, having gone over.
    pub fn has_gone_over(&self, month: YearMonth) -> bool {
        self.care_from.is_some_and(|date| month_of(date) <= month)
    }
}

/// The place of a person.
pub(crate) fn place(person: u32) -> u32 {
    person % MOST_PLACES
}

/// Who holds a place in a month.
pub(crate) fn holder(seed: u64, place: u32, month: YearMonth) -> u32 {
    let before = changes(seed, place).iter().filter(|(_, first)| month_of(*first) <= month).count();
    place + before as u32 * MOST_PLACES
}

/// The life of a person who does not go over.
pub(crate) fn life(seed: u64, person: u32) -> Life {
    let changes = changes(seed, place(person));
    let before = (person / MOST_PLACES) as usize;
    let from = before.checked_sub(1).and_then(|at| changes.get(at)).map(|(_, first)| *first);
    Life { from, until: changes.get(before).map(|(last, _)| *last), care_from: None }
}

/// The day somebody goes over, if they do: not soon after they came and not soon before they leave.
pub(crate) fn goes_over(seed: u64, person: u32, life: &Life) -> Option<Date> {
    let mut dice = Dice::of(seed, &[OVER, u64::from(person)]);
    let month = plus(FIRST_MONTH, dice.between(1, between(FIRST_MONTH, LAST_MONTH) as u32) as i32);
    let date = day(month, dice.between(2, 20) as u8);
    let (from, until) = life.span();
    let settled = shift(from, 90) <= date || life.from.is_none();
    let stays = date <= shift(until, -60) || life.until.is_none();
    (dice.chance(GOES_OVER) && settled && stays).then_some(date)
}

/// The last day of one holder of a place and the first day of the next, in order.
fn changes(seed: u64, place: u32) -> Vec<(Date, Date)> {
    let mut dice = Dice::of(seed, &[CHANGES, u64::from(place)]);
    let mut changes: Vec<(Date, Date)> = Vec::new();
    let mut since = 0;
    for at in 1..=between(FIRST_MONTH, LAST_MONTH) {
        if !dice.chance(CHANGE) || at - since < SHORTEST || changes.len() == MOST_CHANGES {
            continue;
        }
        since = at;
        let month = plus(FIRST_MONTH, at);
        // Leaving on the 29th to the 31st is the end of a shorter month. Somebody new comes early
        // enough in the month for services to begin in it.
        let last = day(plus(month, -1), dice.between(3, 31) as u8);
        changes.push((last, day(month, dice.between(1, 20) as u8)));
    }
    changes
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::calendar::months;

    #[test]
    fn a_place_has_one_holder_in_every_month_and_each_comes_once() {
        let mut new = 0;
        for place in 0..2000 {
            let holders: Vec<u32> = months(FIRST_MONTH, LAST_MONTH).map(|month| holder(1, place, month)).collect();
            assert!(holders.is_sorted() && holders[0] == place);
            new += holders.windows(2).filter(|pair| pair[0] != pair[1]).count();
            for person in holders.iter().collect::<BTreeSet<_>>() {
                let life = life(1, *person);
                let (from, until) = life.span();
                assert!(from < until && self::place(*person) == place, "{life:?}");
                for (at, month) in months(FIRST_MONTH, LAST_MONTH).enumerate() {
                    let is_user = from <= last_day(month) && day(month, 1) <= until;
                    assert!(!is_user || holders[at] == *person, "{person} {month}");
                }
            }
        }
        // 15 in a thousand of 77 x 2,000, lessened by those who would leave within four months.
        assert!((2_050..2_350).contains(&new), "{new}");
    }

    #[test]
    fn who_goes_over_is_a_user_before_and_after() {
        let mut over = 0;
        for person in 0..5000 {
            let life = life(1, person);
            let Some(date) = goes_over(1, person, &life) else { continue };
            over += 1;
            let (from, until) = life.span();
            assert!(from < date && date < until && date.day() > 1, "{life:?} {date}");
            let life = Life { care_from: Some(date), ..life };
            let month = month_of(date);
            assert_eq!([-1, 0, 1].map(|n| life.has_gone_over(plus(month, n))), [false, true, true]);
            assert_eq!(life.first_plan(month), Some(month));
            assert_eq!(life.first_plan(plus(month, -1)), life.from.map(month_of));
        }
        assert!((200..750).contains(&over), "{over}");
    }
}
