//! What stands behind the page of `renkei serve` that checks files: files in memory in, the HTML report
//! out. Knows the steps of `renkei check`; keeps nothing.

use renkei_mock_platform::inspect::{Inspection, Inspector, Shown};
use renkei_reports::{Lang, Run, build, html_policy, html_with_next_step};
use renkei_validator::Options;
use renkei_validator::finding::Severity;
use renkei_validator::text::Message;

use crate::input::{Limits, Selection};
use crate::judging::{DEFAULT_FINDINGS, judge, selects_nothing};
use crate::progress::Progress;

/// Judges as `renkei check` does with every default, but for the limits of the page.
#[derive(Debug)]
pub(crate) struct PageCheck;

impl Inspector for PageCheck {
    fn inspect(&self, asked: Inspection) -> Result<Shown, Message> {
        let selection = Selection::of_uploads(asked.files);
        let options = Options { as_of: Some(asked.as_of), keep: DEFAULT_FINDINGS, ..Options::default() };
        // Each archive has its share, whichever is read first: the report does not depend on that.
        let archives = selection.archives().max(1);
        let limits = Limits {
            unpacked: asked.unpacked / archives as u64,
            unpacked_by: "most_check_unpacked",
            entries: asked.entries / archives,
            threads: None,
        };
        let inputs = judge(selection, &options, &limits, &Progress::unseen());
        if selects_nothing(&inputs) {
            return Err(Message::pair(
                "検査するCSVファイルがありません。添付ファイルと隠しファイルは、それだけでは検査しません。",
                "There is no CSV file to check: attachments and hidden files alone are not checked.",
            ));
        }
        let report = build(&Run {
            as_of: options.as_of,
            fail_on: Some(Severity::Error),
            show_values: asked.show_values,
            keep: options.keep,
            files: &inputs.files,
            sets: inputs.sets.as_ref(),
            not_checked: &inputs.missed.not_checked,
            key: None,
            baseline: None,
        });
        let lang = if asked.english { Lang::En } else { Lang::Ja };
        let mut page = Vec::new();
        html_with_next_step(&report, lang, &mut page).map_err(|error| Message::same(error.to_string()))?;
        Ok(Shown { html: page, policy: html_policy() })
    }
}
