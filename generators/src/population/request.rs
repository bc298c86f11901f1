//! What is asked for, and why there may be no such population. Knows no user and no office.

use std::fmt;

use renkei_validator::text::Message;

use crate::calendar::{FIRST_MONTH, LAST_MONTH};
use crate::model::YearMonth;

/// The most offices: more than there are in the country (181,566 in November 2023).
pub const MOST_OFFICES: u32 = 300_000;

/// The most users: more than there are certified people in the country (7.3 million in April 2024;
/// iryoken.co.jp 2024-09-30 on MHLW). Each of them is looked at before anything is told or written,
/// which takes some seconds for so many.
pub const MOST_USERS: u32 = 10_000_000;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Everything follows from it.
    pub seed: u64,
    /// How many users there are in each month.
    pub users: u32,
    /// How many offices of all trades.
    pub offices: u32,
    /// The first and the last month.
    pub months: (YearMonth, YearMonth),
}

/// Why there is no such population.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestError {
    /// Nobody to write about.
    NoUsers,
    /// Fewer than two: one that plans and one that serves.
    TooFewOffices {
        /// As asked for.
        offices: u32,
    },
    /// Some offices would have nobody.
    MoreOfficesThanUsers {
        /// As asked for.
        offices: u32,
        /// As asked for.
        users: u32,
    },
    /// More than [`MOST_OFFICES`].
    TooManyOffices {
        /// As asked for.
        offices: u32,
    },
    /// More than [`MOST_USERS`].
    TooManyUsers {
        /// As asked for.
        users: u32,
    },
    /// Before the first version of the standard that is known here, or after the last month.
    MonthOutside {
        /// The month.
        month: YearMonth,
    },
    /// The last month is before the first.
    MonthsReversed {
        /// The first.
        from: YearMonth,
        /// The last.
        to: YearMonth,
    },
}

impl RequestError {
    /// What is wrong, in both languages.
    pub fn message(&self) -> Message {
        match self {
            RequestError::NoUsers => Message::pair("利用者は1人以上が必要です", "at least one user is needed"),
            RequestError::TooFewOffices { offices } => Message::pair(
                format!("事業所は2か所以上が必要です（指定は{offices}）"),
                format!("at least two offices are needed, not {offices}"),
            ),
            RequestError::MoreOfficesThanUsers { offices, users } => Message::pair(
                format!("事業所の数{offices}が利用者の数{users}を超えています"),
                format!("{offices} offices are more than {users} users"),
            ),
            RequestError::TooManyOffices { offices } => Message::pair(
                format!("事業所は{MOST_OFFICES}か所までです（指定は{offices}）"),
                format!("at most {MOST_OFFICES} offices can be made, not {offices}"),
            ),
            RequestError::TooManyUsers { users } => Message::pair(
                format!("利用者は{}万人までです（指定は{users}）", MOST_USERS / 10_000),
                format!("at most {} million users can be made, not {users}", MOST_USERS / 1_000_000),
            ),
            RequestError::MonthOutside { month } => {
                let [month, first, last] = [*month, FIRST_MONTH, LAST_MONTH].map(dashed);
                Message::pair(
                    format!("{month} のデータは作れません。作れるのは {first} から {last} までです"),
                    format!("{month} is not one of the months {first} to {last}"),
                )
            }
            RequestError::MonthsReversed { from, to } => {
                let [from, to] = [*from, *to].map(dashed);
                Message::pair(
                    format!("終わりの月 {to} が始まりの月 {from} より前です"),
                    format!("the last month {to} is before the first month {from}"),
                )
            }
        }
    }
}

/// As months are asked for.
fn dashed(month: YearMonth) -> String {
    format!("{:04}-{:02}", month.year, month.month)
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message().en)
    }
}

impl std::error::Error for RequestError {}

impl Request {
    /// Whether there can be such a population.
    pub(super) fn check(&self) -> Result<(), RequestError> {
        let Request { users, offices, months: (from, to), .. } = *self;
        if users == 0 {
            return Err(RequestError::NoUsers);
        }
        if offices < 2 {
            return Err(RequestError::TooFewOffices { offices });
        }
        // One user has an office that plans and one that serves.
        if offices > users.max(2) {
            return Err(RequestError::MoreOfficesThanUsers { offices, users });
        }
        if offices > MOST_OFFICES {
            return Err(RequestError::TooManyOffices { offices });
        }
        if users > MOST_USERS {
            return Err(RequestError::TooManyUsers { users });
        }
        for month in [from, to] {
            if !(FIRST_MONTH..=LAST_MONTH).contains(&month) {
                return Err(RequestError::MonthOutside { month });
            }
        }
        if to < from {
            return Err(RequestError::MonthsReversed { from, to });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::population::Population;

    fn month(year: u16, month: u8) -> YearMonth {
        YearMonth { year, month }
    }

    fn request(users: u32, offices: u32) -> Request {
        Request { seed: 1, users, offices, months: (month(2026, 4), month(2026, 6)) }
    }

    fn error(request: &Request) -> Option<RequestError> {
        Population::new(request).err()
    }

    #[test]
    fn impossible_requests_are_told_apart() {
        assert_eq!(error(&request(0, 2)), Some(RequestError::NoUsers));
        assert_eq!(error(&request(5, 1)), Some(RequestError::TooFewOffices { offices: 1 }));
        assert_eq!(error(&request(5, 6)), Some(RequestError::MoreOfficesThanUsers { offices: 6, users: 5 }));
        assert_eq!(
            error(&request(u32::MAX, MOST_OFFICES + 1)),
            Some(RequestError::TooManyOffices { offices: MOST_OFFICES + 1 })
        );
        assert_eq!(error(&request(MOST_USERS + 1, 2)), Some(RequestError::TooManyUsers { users: MOST_USERS + 1 }));
        let told = RequestError::TooManyUsers { users: MOST_USERS + 1 }.message();
        assert_eq!(told.ja, "利用者は1000万人までです（指定は10000001）");
        assert_eq!(told.en, "at most 10 million users can be made, not 10000001");
        let months = |from, to| error(&Request { months: (from, to), ..request(5, 5) });
        let outside = |month| Some(RequestError::MonthOutside { month });
        assert_eq!(months(month(2020, 9), month(2021, 1)), outside(month(2020, 9)));
        assert_eq!(months(month(2026, 9), month(2027, 4)), outside(month(2027, 4)));
        let (from, to) = (month(2026, 5), month(2026, 4));
        assert_eq!(months(from, to), Some(RequestError::MonthsReversed { from, to }));
        assert_eq!(months(month(2020, 10), month(2027, 3)), None);
        assert_eq!(
            error(&request(5, 6)).map(|error| error.to_string()).as_deref(),
            Some("6 offices are more than 5 users")
        );
    }
}
