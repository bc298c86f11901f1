//! Whether the states at the end agree: what senders' programs have for each receiver, what receivers'
//! programs have of each sender, and what was entered. Knows states and how they are compared; knows no
//! exchange.
//!
//! Three sorted lists are read side by side, so that memory is bounded by one document. What is equal is
//! equal as bytes; only what is not is taken apart, and then differences are named by item.

use std::collections::BTreeMap;

use renkei_validator::spec::Version;
use renkei_validator::text::Message;

use super::record::{Body, End, Envelope, RecordKey, sheets};
use super::store::{Cursor, Store};
use crate::suite::compare::{Difference, Loss, Manner, compare_sheets};
use crate::suite::sheet::Sheet;

/// Differences that are told one by one.
const TOLD: usize = 40;

/// The time in names of files that are made to be compared.
const TIMELESS: &str = "20000101000000";

/// What was compared, and what differs.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// Documents that an office was to have from another.
    pub documents: u64,
    /// How many of them there are of each version.
    pub versions: BTreeMap<Version, u64>,
    /// Their rows.
    pub rows: u64,
    /// Values in them that are not empty.
    pub values: u64,
    /// How many differences of which kind there are.
    pub losses: BTreeMap<Loss, u64>,
    /// Some of them, in their order.
    pub told: Vec<Told>,
}

/// A difference, between whom.
#[derive(Clone, Debug)]
pub struct Told {
    /// Where it was found.
    pub side: Side,
    /// The document: matter and month or day, and how many documents of the two offices stand before it.
    pub document: Message,
    /// What differs.
    pub difference: Difference,
}

/// Where something differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// What the sender's program has is not what was entered.
    Sender,
    /// What the receiver's program has is not what the sender's has, or not what was entered.
    Receiver,
}

impl Verdict {
    /// Whether everything agrees.
    pub fn agrees(&self) -> bool {
        self.losses.is_empty()
    }

    /// How many differences there are.
    pub fn differences(&self) -> u64 {
        self.losses.values().sum()
    }

    /// Both together.
    pub(super) fn add(&mut self, more: Verdict) {
        self.documents += more.documents;
        for (version, count) in more.versions {
            *self.versions.entry(version).or_default() += count;
        }
        self.rows += more.rows;
        self.values += more.values;
        for (loss, count) in more.losses {
            *self.losses.entry(loss).or_default() += count;
        }
        let room = TOLD.saturating_sub(self.told.len());
        self.told.extend(more.told.into_iter().take(room));
    }
}

impl Told {
    /// One line for a person. Values of people are counted and not shown, unless asked for.
    pub fn message(&self, show_values: bool) -> Message {
        let (ja, en) = match self.side {
            Side::Sender => ("送信側", "sender"),
            Side::Receiver => ("受信側", "receiver"),
        };
        let (what, document) = (self.difference.message(show_values), &self.document);
        Message::pair(format!("{ja} {}: {}", document.ja, what.ja), format!("{en}, {}: {}", document.en, what.en))
    }
}

/// The states of two offices.
pub(super) struct States<'s> {
    /// What was entered at the sender's, as its receivers should have it.
    pub(super) entered: &'s Store,
    pub(super) sender: &'s Store,
    pub(super) receiver: &'s Store,
    pub(super) from: &'s str,
    pub(super) to: &'s str,
}

/// Compares what one office has from another.
pub(super) fn judge(states: &States<'_>) -> Result<Verdict, Message> {
    let States { entered, sender, receiver, from, to } = states;
    let mut statements = [entered.ask_held()?, sender.ask_shared()?, receiver.ask_held()?];
    let [first, second, third] = &mut statements;
    let mut cursors = [Cursor::over(first, to)?, Cursor::over(second, to)?, Cursor::over(third, from)?];
    let mut verdict = Verdict::default();
    while let Some(place) = cursors.iter().filter_map(|cursor| Some(cursor.head.as_ref()?.place.clone())).min() {
        let mut bodies = [None, None, None];
        for (cursor, body) in cursors.iter_mut().zip(&mut bodies) {
            if cursor.head.as_ref().is_some_and(|kept| kept.place == place) {
                *body = cursor.step()?.map(|kept| kept.body);
            }
        }
        let key = RecordKey::parse(&place.1).ok_or_else(|| Message::same(place.0.clone()))?;
        let at = Document { key: &key, scope: &place.0, from, to, number: verdict.documents };
        one(&at, bodies, &mut verdict);
        verdict.documents += 1;
    }
    Ok(verdict)
}

/// A document of two offices.
struct Document<'d> {
    key: &'d RecordKey,
    scope: &'d str,
    from: &'d str,
    to: &'d str,
    number: u64,
}

fn one(document: &Document<'_>, bodies: [Option<Vec<u8>>; 3], verdict: &mut Verdict) {
    let agree = bodies.windows(2).all(|pair| pair[0] == pair[1]);
    let bodies = bodies.map(|body| body.and_then(|body| Body::unpack(&body)));
    let [entered, sender, receiver] = &bodies;
    if let Some(body) = entered.as_ref().or(sender.as_ref()) {
        let (rows, values) = body.size();
        *verdict.versions.entry(body.version).or_default() += 1;
        verdict.rows += rows;
        verdict.values += values;
    }
    if agree {
        return;
    }
    let sheets = |body: &Option<Body>| body.as_ref().map_or_else(Vec::new, |body| document.sheets(body));
    for (side, expected, got) in [(Side::Sender, entered, sender), (Side::Receiver, sender, receiver)] {
        for difference in compare_sheets(&sheets(expected), sheets(got), &Manner::default()) {
            *verdict.losses.entry(difference.loss).or_default() += 1;
            if verdict.told.len() < TOLD {
                verdict.told.push(Told { side, document: document.title(), difference });
            }
        }
    }
}

impl Document<'_> {
    /// Whose document it is tells its place among those of the two offices: numbers of people are not shown.
    fn title(&self) -> Message {
        let (matter, when, number) = (self.key.matter.title(), &self.key.when, self.number + 1);
        Message::pair(
            format!("{}→{} {number}件目 {} {when}", self.from, self.to, matter.ja),
            format!("{} to {}, document {number}, {} {when}", self.from, self.to, matter.en),
        )
    }

    /// The document as files that say it, whatever characters stand in it.
    fn sheets(&self, body: &Body) -> Vec<Sheet> {
        let (own, other) = self.scope.split_once('>').unwrap_or_default();
        let from = End { number: self.from.to_owned(), service_type: own.to_owned() };
        let to = End { number: self.to.to_owned(), service_type: other.to_owned() };
        let envelope = Envelope { version: body.version, from: &from, to: &to, timestamp: TIMELESS };
        sheets(&envelope, self.key, body)
    }
}
