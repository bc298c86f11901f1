//! Judges the CSV files of ケアプランデータ連携: named bytes in, findings out.
//!
//! # Invariants
//!
//! 1. Stages leave evidence; only rules make findings. [`scan`], [`decode`] and [`bind`] are total
//!    and return data.
//! 2. The scanner is lossless: its pieces, concatenated, are the input, for any bytes.
//! 3. Nothing is re-encoded to be compared. Rules about characters look at raw bytes through the
//!    class table of [`ms932`].
//! 4. No IO, no clock, no randomness, no environment. [`Options`] carries such things in.
//! 5. What was not checked is listed with its reason; a rule that panics, a row that is too long or
//!    a file that is skipped never ends as "valid".
//! 6. Same input, same findings, in the same order.
//! 7. Values are kept as bytes here and leave only through [`finding::Got`], [`finding::Excerpt`]
//!    and [`rows::PickedCell`], which say whether they may be shown; masking is the report's work.
//!
//! # Use
//!
//! ```
//! use renkei_validator::{FileCheck, Options};
//!
//! let mut check = FileCheck::new("DLTPLAN_202610_9970100016_43_9970100024_11_20261001090000.CSV", &Options::default());
//! check.push(b"202407,990010,0000000001,202613\r\n");
//! let judgement = check.finish();
//! assert!(judgement.findings.kept.iter().any(|finding| finding.rule.id == "cell/not-a-month"));
//! ```

pub mod bind;
mod check;
pub mod decode;
pub mod draft;
pub mod facts;
mod fast;
pub mod finding;
mod form;
mod gaps;
pub mod ms932;
pub mod name;
pub mod numbers;
mod rowhash;
pub mod rows;
pub mod rule;
pub mod rules;
pub mod scan;
pub mod scope;
mod seen;
mod sets;
pub mod spec;
pub mod table7;
pub mod text;
pub mod times;
mod together;
mod units;

pub use check::{FileCheck, FileJudgement, Findings, NotChecked, Options, ReadAgain, Reuse, fill_excerpt};
pub use rowhash::RowHashes;
pub use sets::{SetsJudgement, check_sets, check_sets_with, folder, set_rules};

/// What was found in some files and the sets they form.
#[derive(Debug)]
pub struct Judgement {
    /// In the order given.
    pub files: Vec<FileJudgement>,
    /// The sets.
    pub sets: SetsJudgement,
}

/// Judges files that are in memory, and the sets they form.
pub fn judge(files: &[(String, Vec<u8>)], options: &Options) -> Judgement {
    let files: Vec<FileJudgement> = files
        .iter()
        .map(|(name, bytes)| {
            let mut check = FileCheck::new(name, options);
            check.push(bytes);
            check.finish()
        })
        .collect();
    let sets = check_sets(&files.iter().collect::<Vec<_>>(), &[], options);
    Judgement { files, sets }
}

impl Judgement {
    /// Picks the rows around the findings out of the same files.
    pub fn pick_rows(&mut self, files: &[(String, Vec<u8>)]) {
        let pickers = rows::pickers(self.files.iter_mut(), Some(&self.sets));
        for (index, mut picker) in pickers {
            if let (Some(judgement), Some((_, bytes))) = (self.files.get_mut(index), files.get(index)) {
                picker.push(bytes);
                picker.finish(&mut judgement.rows);
            }
        }
    }

    /// All findings kept, in order of file, first byte and rule.
    pub fn findings(&self) -> Vec<&finding::Finding> {
        let mut all: Vec<&finding::Finding> =
            self.files.iter().flat_map(|file| &file.findings.kept).chain(&self.sets.findings.kept).collect();
        all.sort_by_key(|finding| {
            let start = finding.at.bytes.as_ref().map(|bytes| bytes.start);
            (finding.at.file.clone(), start, finding.rule.id)
        });
        all
    }
}
