//! Cases of an attended run, judged by the runner as those of any other.

use std::collections::BTreeSet;

use renkei_reports::OutcomeRecord;
use renkei_validator::spec::Version;

use super::Judge;
use crate::suite::case::Case;
use crate::suite::content::Content;
use crate::suite::given;
use crate::suite::run::{self, Options};
use crate::suite::sut::Sut;

/// The runner, with its options.
#[derive(Debug)]
pub struct Runner<'a> {
    /// How cases are run.
    pub options: &'a Options<'a>,
    /// The versions that the software has.
    pub versions: BTreeSet<Version>,
}

impl Judge for Runner<'_> {
    fn judge(&mut self, case: &Case, sut: &mut dyn Sut) -> OutcomeRecord {
        run::judge(case, sut, self.options)
    }

    fn holds(&self, case: &Case) -> Option<Content> {
        let names = case.expect.holds.as_ref()?;
        // The version in which the runner runs it.
        let version = case.versions.iter().copied().find(|version| self.versions.contains(version))?;
        let givens = given::make(case, version).ok()?;
        Some(given::together(&givens, names))
    }
}
