//! What a program may do wrong, so that the verdict can be tried on it. Knows no program.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// One thing that goes wrong once, in one program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mistake {
    /// A corrected use table is not sent again.
    DropsACorrection,
    /// A corrected result is left out when the others are sent again.
    DropsACorrectedResult,
    /// A use table is not deleted at an office that has been taken out of it.
    DropsADeletion,
    /// A deleted care plan is kept by its receiver.
    KeepsADeletedPlan,
    /// A deleted result is kept by the care manager.
    KeepsADeletedResult,
    /// A row of a use table is not sent.
    DropsARow,
    /// The service code of a result is another when it is taken in.
    ChangesACode,
    /// A user's name is cut off when it is taken in.
    CutsAName,
    /// An office is forgotten that is to have a use table.
    ForgetsAnOffice,
    /// A row is lost when a table is entered, so that neither end has it.
    LosesAnEnteredRow,
    /// A result of an outsourced plan is not passed on to the centre.
    PassesNothingOn,
}

impl Mistake {
    /// All of them.
    pub const ALL: [Mistake; 11] = [
        Mistake::DropsACorrection,
        Mistake::DropsACorrectedResult,
        Mistake::DropsADeletion,
        Mistake::KeepsADeletedPlan,
        Mistake::KeepsADeletedResult,
        Mistake::DropsARow,
        Mistake::ChangesACode,
        Mistake::CutsAName,
        Mistake::ForgetsAnOffice,
        Mistake::LosesAnEnteredRow,
        Mistake::PassesNothingOn,
    ];
}

/// The mistake of a year, and whether it has been made.
#[derive(Debug, Default)]
pub(super) struct Flaw {
    mistake: Option<Mistake>,
    made: AtomicBool,
    victim: OnceLock<String>,
}

impl Flaw {
    pub(super) fn of(mistake: Option<Mistake>) -> Flaw {
        Flaw { mistake, ..Flaw::default() }
    }

    /// Whether the mistake is made here: where there is occasion for it for the first time.
    pub(super) fn strikes(&self, mistake: Mistake) -> bool {
        self.mistake == Some(mistake) && !self.made.swap(true, Ordering::Relaxed)
    }

    /// Whether the mistake is made with some document: with the first that there is occasion for, whenever it
    /// comes again.
    pub(super) fn strikes_on(&self, mistake: Mistake, document: &str) -> bool {
        let strikes = self.mistake == Some(mistake) && self.victim.get_or_init(|| document.to_owned()) == document;
        self.made.fetch_or(strikes, Ordering::Relaxed);
        strikes
    }

    /// Whether it was made.
    pub(super) fn made(&self) -> bool {
        self.made.load(Ordering::Relaxed)
    }
}
