//! Runs cases on a software and says how each ended. Knows steps and expectations; knows no adapter and no
//! way to show a report.
//!
//! Before the cases comes one plain exchange of files, and one with the platform. Where the adapter cannot do even
//! that, nothing can be said about the software, and every case that needs it is *blocked*. After it, what the
//! software does wrong is a *fail*.

mod arrived;
mod evidence;
mod expect;
mod journal;
mod smoke;
mod stage;
mod state;
mod steps;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use renkei_reports::{CaseKind, Outcome, OutcomeRecord, Pair, Pattern};
use renkei_validator::spec::Version;
use renkei_validator::text::{Message, Text};

use self::evidence::Evidence;
use self::smoke::Smoke;
use super::adapter::interrupt;
use super::case::{Case, Step};
use super::content::Content;
use super::given;
use super::sut::{Abilities, Operation, Role, Sut, Trouble};

pub use self::state::StateError;

/// The folder in [`Options::out`] that adapters may work in.
pub const WORK: &str = "work";

/// How cases are run.
#[derive(Clone, Debug, Default)]
pub struct Options<'a> {
    /// Where evidence goes, and what is needed to go on later; nothing is kept without it. What lies there holds
    /// the values of what was exchanged.
    pub out: Option<&'a Path>,
    /// How often a case that did not pass is tried again.
    pub retries: u32,
    /// Whether values stand in the reasons of outcomes.
    pub show_values: bool,
    /// What the run is of: the software and how it is reached. A run goes on only from one of the same.
    pub identity: &'a str,
    /// Whether to go on where an earlier run in `out` stopped.
    pub resume: bool,
    /// Whether one plain exchange comes first. A person who operates the software is spared it.
    pub smoke: bool,
}

/// One part of so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partition {
    /// From 1.
    pub part: usize,
    /// At least `part`.
    pub of: usize,
}

/// Some of the cases: of these patterns (of all where there are none), and of these the part. Each case is in
/// one part.
pub fn select<'c>(cases: &'c [Case], patterns: &[Pattern], partition: Option<Partition>) -> Vec<&'c Case> {
    let wanted = cases.iter().filter(|case| patterns.is_empty() || patterns.contains(&case.pattern));
    let Some(Partition { part, of }) = partition else { return wanted.collect() };
    wanted.enumerate().filter(|(at, _)| at % of.max(1) + 1 == part).map(|(_, case)| case).collect()
}

/// Runs cases in their order, and tells of each as it ends.
///
/// # Errors
///
/// The folder for evidence cannot be used.
pub fn run(
    sut: &mut dyn Sut,
    cases: &[&Case],
    options: &Options<'_>,
    tell: &mut dyn FnMut(&OutcomeRecord),
) -> Result<Vec<OutcomeRecord>, StateError> {
    let mut state = state::State::open(options)?;
    let mut outcomes = Vec::new();
    let left: Vec<&Case> = cases.iter().copied().filter(|case| state.outcome(&case.id).is_none()).collect();
    outcomes.extend(cases.iter().filter_map(|case| state.outcome(&case.id).cloned()));
    let smoke = if options.smoke { Smoke::of(sut, &left) } else { Smoke::spared() };
    for case in left {
        let outcome = match smoke.of_case(case) {
            _ if interrupt::asked() => record(case, Ended::Blocked(interrupt::text().into()), Vec::new()),
            Ok(()) => judge(case, sut, options),
            Err(why) => match applies(case, &sut.abilities()) {
                Err(skip @ Ended::Skip(_)) => record(case, skip, Vec::new()),
                Ok(_) | Err(_) => blocked_by_smoke(case, why),
            },
        };
        tell(&outcome);
        // What Ctrl-C has cut short is run by whoever resumes.
        if !interrupt::asked() {
            state.keep(&outcome)?;
        }
        outcomes.push(outcome);
    }
    outcomes.sort_by(|a, b| (a.pattern, &a.case).cmp(&(b.pattern, &b.case)));
    Ok(outcomes)
}

/// Runs one case, with its retries.
pub fn judge(case: &Case, sut: &mut dyn Sut, options: &Options<'_>) -> OutcomeRecord {
    let mut outcome = once(case, sut, options);
    for again in 1..=options.retries {
        match outcome.outcome {
            Outcome::Pass | Outcome::Skip => break,
            Outcome::Fail | Outcome::Blocked => {}
        }
        outcome = once(case, sut, options);
        if outcome.outcome == Outcome::Pass {
            let what = Message::pair(format!("{again}回やり直して合格"), format!("passed at retry {again}"));
            outcome.evidence.push(evidence::remark(&what));
        }
    }
    outcome
}

/// What the software is to hold when a case has been run to its end; `None` where the case does not say, or
/// cannot be made.
pub fn holds(case: &Case) -> Option<Content> {
    let names = case.expect.holds.as_ref()?;
    let givens = given::make(case, *case.versions.first()?).ok()?;
    Some(given::together(&givens, names))
}

/// How a case ended, and why.
#[derive(Clone, Debug)]
enum Ended {
    Pass,
    Fail(Message),
    Skip(Message),
    Blocked(Message),
}

impl From<Trouble> for Ended {
    fn from(trouble: Trouble) -> Ended {
        match trouble {
            Trouble::Blocked(why) => Ended::Blocked(why),
            Trouble::Failed(why) => Ended::Fail(why),
        }
    }
}

fn once(case: &Case, sut: &mut dyn Sut, options: &Options<'_>) -> OutcomeRecord {
    let mut evidence = match Evidence::of(options.out, &case.id) {
        Ok(evidence) => evidence,
        Err(why) => return record(case, Ended::Blocked(why), Vec::new()),
    };
    let ended = catch_unwind(AssertUnwindSafe(|| tried(case, sut, options, &mut evidence))).unwrap_or_else(|_| {
        Ended::Blocked(Message::pair(
            "内部エラーが起きました（renkeiの不具合です）",
            "an internal error: a defect of renkei",
        ))
    });
    let ended = evidence.trouble().map_or(ended, Ended::Blocked);
    record(case, ended, evidence.into_records())
}

fn tried(case: &Case, sut: &mut dyn Sut, options: &Options<'_>, evidence: &mut Evidence<'_>) -> Ended {
    let abilities = sut.abilities();
    let (version, givens, role) = match applies(case, &abilities) {
        Ok(applies) => applies,
        Err(ended) => return ended,
    };
    let setting =
        Setting { case, version, role, givens: &givens, abilities: &abilities, show_values: options.show_values };
    let ended =
        if case.is_transport() { stage::run(&setting, sut, evidence) } else { steps::run(&setting, sut, evidence) };
    ended.unwrap_or_else(|ended| ended)
}

/// The version that a case is run in, what there is to work with, and whose software it is about; or why it is not
/// for this one.
fn applies(case: &Case, abilities: &Abilities) -> Result<(Version, given::Givens, Role), Ended> {
    let version = version(case, abilities).map_err(Ended::Skip)?;
    let givens = given::make(case, version).map_err(Ended::Blocked)?;
    let Some(role) = steps::role(case, &givens) else {
        return Err(Ended::Blocked(Message::pair(
            "だれのソフトのケースか分かりません",
            "nobody's software is meant by the case",
        )));
    };
    if !abilities.roles.contains(&role) {
        let title = renkei_validator::spec::Party::from(role).title();
        return Err(Ended::Skip(Message::pair(
            format!("{}のソフトのケースです", title.ja),
            format!("it is about the software of a {}", title.en),
        )));
    }
    match lacking(case, abilities) {
        Some(why) => Err(Ended::Skip(why.into())),
        None => Ok((version, givens, role)),
    }
}

/// All that a case is run with.
struct Setting<'a> {
    case: &'a Case,
    version: Version,
    role: Role,
    givens: &'a given::Givens,
    abilities: &'a Abilities,
    show_values: bool,
}

/// The version that a case is run in.
fn version(case: &Case, abilities: &Abilities) -> Result<Version, Message> {
    let claimed = match case.pattern {
        // Nobody claims these: they are tried wherever it can be done.
        Pattern::Transport | Pattern::Robustness => true,
        pattern => abilities.patterns.contains(&pattern),
    };
    if !claimed {
        return Err(Message::pair("申告していない区分です", "the pattern is not claimed"));
    }
    let version = case.versions.iter().copied().find(|version| abilities.versions.contains(version));
    version.ok_or_else(|| {
        let versions = case.versions.iter().map(|version| version.value()).collect::<Vec<_>>().join(", ");
        Message::pair(
            format!("申告していない版（{versions}）のケースです"),
            format!("it is about version {versions}, which is not claimed"),
        )
    })
}

/// What a case needs and the software cannot do.
fn lacking(case: &Case, abilities: &Abilities) -> Option<Text> {
    // Deletions that a correction is to write, too, are as optional as those that are asked for.
    let is_deletion = |name: &String| case.given(name).is_some_and(|given| given.deletes.is_some());
    let deletes = case.expect.says.iter().flatten().any(is_deletion);
    for step in &case.step {
        let lacking = match step {
            Step::Export { operation: Operation::Again, .. } if !abilities.again => Text {
                ja: "取り込んだものを書き出すことができません",
                en: "it cannot write out again what it read",
            },
            Step::Export { operation: Operation::Delete | Operation::Correct, .. } if deletes && !abilities.delete => {
                Text { ja: "削除を出力できません", en: "it does not write deletions" }
            }
            Step::Export { .. } if !abilities.export => {
                Text { ja: "出力を操作できません", en: "it cannot be made to export" }
            }
            Step::Import { .. } if !abilities.import => {
                Text { ja: "取込を操作できません", en: "it cannot be made to import" }
            }
            Step::Send { .. } | Step::Fetch { .. } | Step::Exchange {} if !abilities.exchange => {
                Text { ja: "送受信を操作できません", en: "it cannot be made to send and receive" }
            }
            Step::Export { .. }
            | Step::Import { .. }
            | Step::Send { .. }
            | Step::Fetch { .. }
            | Step::Exchange {}
            | Step::Mend {} => continue,
        };
        return Some(lacking);
    }
    let refuses = case.step.iter().any(|step| matches!(step, Step::Import { refused: true, .. }));
    let tells = abilities.dump || abilities.again;
    let needs_telling = case.expect.holds.is_some() && (!refuses || !abilities.answers);
    if !tells && (needs_telling || refuses && !abilities.answers) {
        return Some(Text {
            ja: "何を保持しているか調べる方法がありません",
            en: "there is no way to tell what it holds",
        });
    }
    None
}

fn record(case: &Case, ended: Ended, evidence: Vec<renkei_reports::EvidenceRecord>) -> OutcomeRecord {
    let (outcome, why) = match ended {
        Ended::Pass => (Outcome::Pass, None),
        Ended::Fail(why) => (Outcome::Fail, Some(why)),
        Ended::Skip(why) => (Outcome::Skip, Some(why)),
        Ended::Blocked(why) => (Outcome::Blocked, Some(why)),
    };
    let kind: CaseKind = case.direction();
    OutcomeRecord {
        case: case.id.clone(),
        title: case.title.clone(),
        pattern: case.pattern,
        kind,
        outcome,
        why: why.map(Pair::from),
        requirements: case.requirements.clone(),
        evidence,
    }
}

fn blocked_by_smoke(case: &Case, why: &Message) -> OutcomeRecord {
    let why = Message::pair(
        format!("最初の試しの交換ができませんでした: {}", why.ja),
        format!("the plain exchange at the beginning could not be done: {}", why.en),
    );
    record(case, Ended::Blocked(why), Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::case::cases;
    use crate::suite::program::Program;

    #[test]
    fn deletions_of_a_correction_are_asked_of_nobody_who_writes_none() {
        let abilities = Program::good(Role::ALL).abilities();
        let without = Abilities { delete: false, ..abilities.clone() };
        let of = |id: &str, abilities: &Abilities| {
            lacking(cases().iter().find(|case| case.id == id).expect("there is one"), abilities).map(|why| why.en)
        };
        let deletes = Some("it does not write deletions");
        assert_eq!(of("d2.export.correction-drops-a-person", &without), deletes);
        assert_eq!(of("d2.export.deletion", &without), deletes);
        assert_eq!(of("d2.export.corrected-tables", &without), None);
        assert_eq!(of("d2.export.correction-drops-a-person", &abilities), None);
    }

    #[test]
    fn each_case_is_in_one_part() {
        let all = select(cases(), &[], None);
        let mut parts: Vec<&str> = Vec::new();
        for part in 1..=3 {
            let chosen = select(cases(), &[], Some(Partition { part, of: 3 }));
            assert!(chosen.len() * 4 > all.len(), "{} of {}", chosen.len(), all.len());
            parts.extend(chosen.iter().map(|case| case.id.as_str()));
        }
        let mut all: Vec<&str> = all.iter().map(|case| case.id.as_str()).collect();
        parts.sort_unstable();
        all.sort_unstable();
        assert_eq!(parts, all);
    }
}
