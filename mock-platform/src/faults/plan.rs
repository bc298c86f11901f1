//! A plan: which fault strikes which event. Knows steps and how they are counted; they are
//! read and counted elsewhere.
//!
//! ```toml
//! [[step]]
//! on = "send"               # connect, any, or the id of an operation
//! nth = 2                   # the second such event since the plan is in force; or "every"
//! times = 3                 # and the two after it; 1 if left out
//! office = "9970100013"     # only requests with a certificate of this office; may be left out
//! fault = "status-503"
//! retry_after_s = 1         # the parameter of the fault
//! ```
//!
//! Each step counts the events that it waits for, whatever strikes them. Where several steps would
//! strike one event, the first in the file does.

mod read;

use std::fmt;

use renkei_validator::text::Message;

pub(crate) use self::read::nearest;
use super::fault::Fault;
use super::operation::On;
use crate::model::OfficeNumber;

/// The most bytes a plan may have.
pub const MOST_BYTES: usize = 256 << 10;

/// A plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    steps: Vec<Step>,
    text: String,
}

/// A step of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Where it stands in the file: the line of `[[step]]`, from 1.
    pub line: usize,
    /// What it waits for.
    pub on: On,
    /// Which of these events it strikes.
    pub nth: Nth,
    /// Only those of this office's certificate.
    pub office: Option<OfficeNumber>,
    /// With what.
    pub fault: Fault,
}

/// Which events a step strikes, counted from 1 since its plan is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nth {
    /// `times` of them, beginning with the `nth`.
    From {
        /// At least 1.
        nth: u32,
        /// At least 1.
        times: u32,
    },
    /// Each.
    Every,
}

impl Nth {
    /// Whether the event of this number is struck.
    pub fn strikes(self, number: u64) -> bool {
        match self {
            Nth::From { nth, times } => {
                let first = u64::from(nth);
                (first..first + u64::from(times)).contains(&number)
            }
            Nth::Every => true,
        }
    }
}

impl fmt::Display for Nth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Nth::From { nth, times: 1 } => write!(f, "{nth}"),
            Nth::From { nth, times } => write!(f, "{nth}..{}", u64::from(*nth) + u64::from(*times) - 1),
            Nth::Every => f.write_str("every"),
        }
    }
}

impl Plan {
    /// A plan in which nothing goes wrong.
    pub fn none() -> Plan {
        Plan::default()
    }

    /// Reads a plan.
    ///
    /// # Errors
    ///
    /// All flaws, by line. Nothing is guessed: an unknown key or name, a value out of its bounds and an
    /// empty file are flaws.
    pub fn parse(bytes: &[u8]) -> Result<Plan, Flaws> {
        read::plan(bytes).map(|steps| Plan { steps, text: String::from_utf8_lossy(bytes).into_owned() })
    }

    /// What it was read from; empty where it was not.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its steps, in their order.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }
}

/// What is wrong with a plan; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaws(pub Vec<Flaw>);

/// One thing that is wrong with a plan.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flaw {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub message: Message,
}

impl Flaw {
    /// The sentence with its line.
    pub fn text(&self) -> Message {
        Message::pair(
            format!("{}行目: {}", self.line, self.message.ja),
            format!("line {}: {}", self.line, self.message.en),
        )
    }
}

impl Flaws {
    /// All of them, one a line.
    pub fn text(&self) -> Message {
        let texts: Vec<Message> = self.0.iter().map(Flaw::text).collect();
        let join = |of: fn(&Message) -> &str| texts.iter().map(of).collect::<Vec<_>>().join("\n");
        Message::pair(join(|text| &text.ja), join(|text| &text.en))
    }
}

impl fmt::Display for Flaws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text().en)
    }
}

impl std::error::Error for Flaws {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_strikes_from_its_nth_event_as_often_as_it_says() {
        let struck = |nth: Nth| (1..=6).filter(|number| nth.strikes(*number)).collect::<Vec<_>>();
        assert_eq!(struck(Nth::From { nth: 2, times: 1 }), [2]);
        assert_eq!(struck(Nth::From { nth: 2, times: 3 }), [2, 3, 4]);
        assert_eq!(struck(Nth::Every), [1, 2, 3, 4, 5, 6]);
    }
}
