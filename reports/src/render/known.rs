//! What the baseline lets pass, in a few lines: what is known is counted here and listed in `report.json`.

use crate::Lang;
use crate::model::{FindingRecord, Report};
use crate::safe::safe;
use crate::words;

/// A line with the counts, then one for each rule and one for the entries that say nothing of this run.
pub(super) fn lines(report: &Report, lang: Lang) -> Vec<String> {
    let Some(baseline) = &report.baseline else { return Vec::new() };
    let (file, counts) = (safe(&baseline.file), words::counts(&baseline.covered, lang));
    let mut lines = vec![match lang {
        Lang::Ja => format!("既知の指摘: {counts}（ベースライン {file}。判定に数えず、ここでは省いています）"),
        Lang::En => format!("known findings: {counts} (baseline {file}; they do not count and are left out here)"),
    }];
    lines.extend(baseline.covered.by_rule.iter().map(|(rule, count)| format!("  {}: {count}", safe(rule))));
    if baseline.not_judged > 0 {
        let count = baseline.not_judged;
        lines.push(match lang {
            Lang::Ja => {
                format!("  今回の検査では使われたかどうか分からない登録: {count}件（対象のファイルやルールが検査に含まれていません）")
            }
            Lang::En => {
                format!("  {} about files or rules that this run did not judge", words::entries(count))
            }
        });
    }
    lines
}

/// What stands behind a finding that is known.
pub(super) fn mark(finding: &FindingRecord, lang: Lang) -> String {
    match (&finding.baselined, lang) {
        (None, _) => String::new(),
        (Some(known), Lang::Ja) => format!("（既知: {}、{}まで）", known.reason, known.expires),
        (Some(known), Lang::En) => format!(" (known: {}, until {})", known.reason, known.expires),
    }
}
