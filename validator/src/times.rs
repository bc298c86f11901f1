//! Where the time of a run goes, by stage and by rule. Knows no clock of its own: whoever wants to know
//! hands one in.

use std::collections::HashMap;
use std::time::Duration;

use foldhash::fast::FixedState;

use crate::rule::Rule;

/// Tells how much time has passed since some moment, always the same one.
pub type Clock = fn() -> Duration;

/// What judging is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Nothing: bytes are awaited.
    Idle,
    /// Splits bytes into rows, and all that is no other stage.
    Scan,
    /// Proves rows clean; rules are asked about values not met before.
    Prove,
    /// Runs the rules about names, characters, structure, cells and rows on what is not proved.
    Rules,
    /// Shows rows to the rules that remember rows.
    FileRules,
    /// Gathers what the rules about sets need to know.
    Facts,
    /// Runs the rules about sets.
    Sets,
}

impl Stage {
    /// All of them.
    pub const ALL: [Stage; 7] =
        [Stage::Idle, Stage::Scan, Stage::Prove, Stage::Rules, Stage::FileRules, Stage::Facts, Stage::Sets];
}

/// What a rule took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// How often it was asked.
    pub calls: u64,
    /// How long that took in all.
    pub time: Duration,
}

/// Time by stage and by rule; each moment belongs to one stage.
#[derive(Clone, Debug)]
pub struct Times {
    clock: Clock,
    stage: Stage,
    since: Duration,
    stages: [Duration; Stage::ALL.len()],
    rules: HashMap<&'static str, Spent, FixedState>,
}

impl Times {
    /// Begins idle.
    pub fn new(clock: Clock) -> Times {
        let stages = [Duration::ZERO; Stage::ALL.len()];
        Times { clock, stage: Stage::Idle, since: clock(), stages, rules: HashMap::default() }
    }

    /// How long a stage took.
    pub fn of_stage(&self, stage: Stage) -> Duration {
        self.stages[stage as usize]
    }

    /// What a rule took. Not in it is what rules were asked about values while rows were proved.
    pub fn of_rule(&self, rule: &str) -> Spent {
        self.rules.get(rule).copied().unwrap_or_default()
    }

    /// Adds those of another thread.
    pub fn add(&mut self, other: &Times) {
        for (own, more) in self.stages.iter_mut().zip(other.stages) {
            *own += more;
        }
        for (rule, more) in &other.rules {
            let own = self.rules.entry(rule).or_default();
            own.calls += more.calls;
            own.time += more.time;
        }
    }

    /// Goes over to a stage, and gives the one before it.
    pub(crate) fn enter(&mut self, stage: Stage) -> Stage {
        let now = (self.clock)();
        self.stages[self.stage as usize] += now.saturating_sub(self.since);
        self.since = now;
        std::mem::replace(&mut self.stage, stage)
    }

    /// A rule was asked at that moment, and has just answered.
    fn answered(&mut self, rule: &Rule, asked: Duration) {
        let spent = self.rules.entry(rule.id).or_default();
        spent.calls += 1;
        spent.time += (self.clock)().saturating_sub(asked);
    }
}

/// What asks rules: with a look at the clock, or without.
pub(crate) trait Asks {
    /// Asks a rule.
    fn ask(&mut self, rule: &'static Rule, question: impl FnOnce());
}

/// Nobody wants to know how long it takes.
impl Asks for () {
    #[inline(always)]
    fn ask(&mut self, _: &'static Rule, question: impl FnOnce()) {
        question();
    }
}

impl Asks for Times {
    fn ask(&mut self, rule: &'static Rule, question: impl FnOnce()) {
        let asked = (self.clock)();
        question();
        self.answered(rule, asked);
    }
}

/// Goes over to a stage where time is told, and gives the one before it.
#[inline(always)]
pub(crate) fn enter(times: &mut Option<Box<Times>>, stage: Stage) -> Stage {
    times.as_mut().map_or(Stage::Idle, |times| times.enter(stage))
}

/// The moment at which a rule is asked, where time is told.
#[inline(always)]
pub(crate) fn asked(times: &Option<Box<Times>>) -> Option<Duration> {
    times.as_ref().map(|times| (times.clock)())
}

/// A rule was asked at that moment, and has just answered.
#[inline(always)]
pub(crate) fn answered(times: &mut Option<Box<Times>>, rule: &Rule, asked: Option<Duration>) {
    if let (Some(times), Some(asked)) = (times, asked) {
        times.answered(rule, asked);
    }
}
