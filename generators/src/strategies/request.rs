//! Requests: fewer months, users and offices, and a lower seed are simpler.

use super::Simpler;
use crate::calendar::{FIRST_MONTH, LAST_MONTH, between, plus};
use crate::chance::Dice;
use crate::model::YearMonth;
use crate::population::{Population, Request};

/// The month that requests become simpler towards: of the newest version.
const PLAIN: YearMonth = YearMonth { year: 2026, month: 4 };

/// What becomes simpler.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// The last month is the first.
    OneMonth,
    /// The month is a plain one.
    PlainMonth,
    /// So many users.
    Users(u32),
    /// So many offices.
    Offices(u32),
    /// Another seed.
    Seed(u64),
}

pub(super) fn draw(dice: &mut Dice) -> Request {
    let users = dice.between(2, 60);
    let from = plus(FIRST_MONTH, dice.below(between(FIRST_MONTH, LAST_MONTH) as u32 + 1) as i32);
    let to = plus(from, dice.below(3) as i32).min(LAST_MONTH);
    Request { seed: dice.bits() >> 32, users, offices: dice.between(2, users.min(20)), months: (from, to) }
}

/// The population of a request that is possible.
pub(super) fn population(request: &Request) -> Population {
    Population::new(request).expect("requests are drawn and shrunk within what is possible")
}

impl Simpler for Request {
    type Step = Step;

    fn steps(&self) -> Vec<Step> {
        let mut steps = vec![Step::OneMonth, Step::PlainMonth];
        let fewer = |from: u32| [2, from / 2, from - 1].into_iter().filter(move |few| (2..from).contains(few));
        steps.extend(fewer(self.users).map(Step::Users));
        steps.extend(fewer(self.offices).map(Step::Offices));
        steps.extend([0, 1, self.seed / 2].into_iter().filter(|seed| *seed < self.seed).map(Step::Seed));
        steps
    }

    fn after(&self, step: &Step) -> Option<Request> {
        let (from, to) = self.months;
        let simpler = match *step {
            Step::OneMonth => Request { months: (from, from), ..self.clone() },
            Step::PlainMonth => Request { months: (PLAIN, plus(PLAIN, between(from, to))), ..self.clone() },
            Step::Users(users) => Request { users, offices: self.offices.min(users), ..self.clone() },
            Step::Offices(offices) => Request { offices, ..self.clone() },
            Step::Seed(seed) => Request { seed, ..self.clone() },
        };
        (simpler != *self).then_some(simpler)
    }
}
