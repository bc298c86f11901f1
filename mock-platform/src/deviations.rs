//! How a request's outcome is bent where a scripted fault struck it in its meaning. Knows what can be
//! bent; knows no fault plan, and bends nothing itself: the deliveries do.

use std::time::Duration;

/// What is otherwise than it should be in one request. The default is: nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deviations {
    /// An accepted delivery stands so many times more in the receiver's list.
    pub extra_copies: u32,
    /// An accepted delivery is shown to the receiver so much later.
    pub shown_after: Duration,
    /// The sender's licence counts as expired.
    pub licence_expired: bool,
    /// The destination counts as not registered.
    pub destination_unregistered: bool,
    /// The CSV version counts as not accepted.
    pub version_refused: bool,
    /// A complete fetch is not recorded as 済.
    pub fetch_forgotten: bool,
    /// How a list deviates.
    pub list: ListDeviation,
}

/// How a page of a list deviates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ListDeviation {
    /// Not at all.
    #[default]
    None,
    /// The entries of the page stand in reverse order.
    Reversed,
    /// The page begins with the last entry of the page before, again.
    RepeatsLast,
    /// The page is empty and says that it is the last one.
    Empty,
}
