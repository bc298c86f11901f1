//! proptest strategies of the parts that `renkei generate` is made of: requests and populations, the
//! planned month of a user (第6表 and 第7表), whole sets, texts. Behind the feature `proptest`, which
//! crates turn on in their dev-dependencies.
//!
//! A case that fails shrinks to few users, few rows and plain values, and everything it shrinks to
//! is as clean as what was drawn: 第7表 is summed anew, and a step that the validator finds something
//! in is not taken. Knows how values become simpler; knows no test.

mod month;
mod request;
mod set;
mod text;

use proptest::arbitrary::any;
use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;

pub use self::month::UserMonth;
pub use self::set::{Content, Set};
use crate::chance::Dice;
use crate::model::Visit;
use crate::population::{Population, Request};

/// Marks the dice of this module.
const STRATEGY: u64 = 0x5747;

/// Requests for small populations: up to sixty users in up to three months.
pub fn requests() -> Drawn<Request> {
    Drawn { draw: request::draw }
}

/// The populations of [`requests`].
pub fn populations() -> impl Strategy<Value = Population> {
    requests().prop_map(|request| request::population(&request))
}

/// The planned month of one user, as rows of 第6表 and 第7表.
pub fn months() -> Drawn<UserMonth> {
    Drawn { draw: month::draw }
}

/// Rows of 第6表 alone.
pub fn visits() -> impl Strategy<Value = Vec<Visit>> {
    months().prop_map(|month| month.visits().to_vec())
}

/// Sets of files that one office sends to another.
pub fn sets() -> Drawn<Set> {
    Drawn { draw: set::draw }
}

/// Free texts as they stand in files, full of the corners of MS932 and of CSV. Never empty.
pub fn texts() -> impl Strategy<Value = String> {
    Drawn { draw: text::draw }.prop_map(|text| text.into_string())
}

/// A strategy that draws a value from dice and knows how to make it simpler.
pub struct Drawn<T> {
    draw: fn(&mut Dice) -> T,
}

/// A value that can be made simpler, step by step.
pub trait Simpler: Clone + std::fmt::Debug {
    /// A step.
    type Step;

    /// The steps that might be taken, the largest first. None of a value that is as simple as can be.
    fn steps(&self) -> Vec<Self::Step>;

    /// The value after a step; `None` where the step leads nowhere, or to what is not clean.
    fn after(&self, step: &Self::Step) -> Option<Self>;
}

impl<T> std::fmt::Debug for Drawn<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(std::any::type_name::<T>())
    }
}

impl<T: Simpler> Strategy for Drawn<T> {
    type Tree = Tree<T>;
    type Value = T;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let bits = any::<u64>().new_tree(runner)?.current();
        let value = (self.draw)(&mut Dice::of(bits, &[STRATEGY]));
        Ok(Tree { best: value.clone(), current: value, steps: Vec::new().into_iter() })
    }
}

/// A value and the simpler ones next to it.
pub struct Tree<T: Simpler> {
    /// The simplest that is known to fail.
    best: T,
    current: T,
    /// What may still be tried of `best`.
    steps: std::vec::IntoIter<T::Step>,
}

impl<T: Simpler> std::fmt::Debug for Tree<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Tree").field(&self.current).finish()
    }
}

impl<T: Simpler> Tree<T> {
    /// Takes the next step from the best value that leads anywhere.
    fn step(&mut self) -> bool {
        for step in self.steps.by_ref() {
            if let Some(next) = self.best.after(&step) {
                self.current = next;
                return true;
            }
        }
        self.current = self.best.clone();
        false
    }
}

impl<T: Simpler> ValueTree for Tree<T> {
    type Value = T;

    fn current(&self) -> T {
        self.current.clone()
    }

    /// The current value fails: go on from it.
    fn simplify(&mut self) -> bool {
        self.best = self.current.clone();
        self.steps = self.best.steps().into_iter();
        self.step()
    }

    /// The current value does not fail: try another one beside the best.
    fn complicate(&mut self) -> bool {
        self.step()
    }
}

/// Parts of a list that may be left out: halves, quarters, and so on to single ones. The whole is
/// never among them.
fn parts(length: usize) -> Vec<std::ops::Range<usize>> {
    let mut parts = Vec::new();
    let mut size = length.div_ceil(2);
    while size > 0 && length > 1 {
        parts.extend((0..length).step_by(size).map(|from| from..(from + size).min(length)));
        size = if size == 1 { 0 } else { size.div_ceil(2) };
    }
    parts
}

/// A list without a part of it.
fn without<T: Clone>(list: &[T], part: &std::ops::Range<usize>) -> Vec<T> {
    [&list[..part.start], &list[part.end..]].concat()
}
