//! The steps of the client's work at which it may be interrupted. Knows their names; does nothing.

/// A step that has just been taken. What it wrote is on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Point {
    /// The folder of a delivery is made.
    Opened,
    /// It is recorded which files make the delivery.
    Claimed,
    /// A file of it was moved out of the outbox.
    Moved,
    /// It is recorded that the delivery is being sent, with its key; no byte of it has left.
    Sending,
    /// The platform has answered; nothing is recorded of it.
    Answered,
    /// The answer is recorded.
    Recorded,
    /// The delivery is among those sent or refused.
    Settled,
    /// A file of an entry is fetched and checked, in no place where anybody sees it.
    Fetched,
    /// It is recorded under which names the files of an entry will be in the inbox.
    Importing,
    /// A file is in the inbox.
    Published,
    /// It is recorded that the entry is received.
    Received,
}

impl Point {
    /// All of them, in the order of the work.
    pub const ALL: [Point; 11] = [
        Point::Opened,
        Point::Claimed,
        Point::Moved,
        Point::Sending,
        Point::Answered,
        Point::Recorded,
        Point::Settled,
        Point::Fetched,
        Point::Importing,
        Point::Published,
        Point::Received,
    ];
}

/// Is told of each step. A test may panic in it, as if the power had gone.
pub trait Watcher {
    /// A step has been taken.
    fn reached(&self, point: Point);
}

/// Watches nothing.
#[derive(Clone, Copy, Debug)]
pub struct Unwatched;

impl Watcher for Unwatched {
    fn reached(&self, _: Point) {}
}
