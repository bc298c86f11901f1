//! From what is selected to what was found: files, the sets they form, excerpts and rows. Knows the order
//! of these steps; shows nothing and ends nothing.

use std::time::Duration;

use renkei_validator::Options;
use renkei_validator::name::Nature;

use crate::input::{self, Inputs, Limits, Selection};
use crate::progress::Progress;
use crate::timings::timed;

/// How many findings of one rule in one file are kept as examples.
pub(crate) const DEFAULT_FINDINGS: usize = 20;
/// How many bytes may come out of one archive.
pub(crate) const DEFAULT_UNPACKED: u64 = 4 << 30;
/// How many entries one archive may have.
pub(crate) const MOST_ENTRIES: usize = 100_000;

/// Judges files, and the sets they form where there may be several.
pub(crate) fn judge(selection: Selection, options: &Options, limits: &Limits, progress: &Progress) -> Inputs {
    let options = Options { sets: selection.forms_sets(), ..options.clone() };
    let mut inputs = input::judge(selection, &options, limits, progress);
    let mut again = Duration::ZERO;
    timed(options.clock, &mut again, || {
        inputs.fill_excerpts();
        inputs.pick_rows();
    });
    inputs.spent.again = again;
    progress.finish();
    inputs
}

/// Whether there is nothing to judge, and nothing that could have been.
pub(crate) fn selects_nothing(inputs: &Inputs) -> bool {
    inputs.files.iter().all(|(file, _)| file.nature == Nature::Attachment)
        && inputs.missed.not_checked.iter().all(|not_checked| !not_checked.blocks)
}
