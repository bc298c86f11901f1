//! In what two runs differ beside their findings, in words. What is said here may be why something began or
//! stopped.

use crate::model::{Pair, Report, Verdict};

/// One sentence for each difference.
pub(super) fn conditions(before: &Report, after: &Report) -> Vec<Pair> {
    let mut told = Vec::new();
    let mut say = |ja: String, en: String| told.push(Pair { ja, en });
    for (report, ja, en) in [(before, "前", "first"), (after, "後", "second")] {
        if report.verdict == Verdict::Incomplete {
            say(
                format!("{ja}の検査は完了していません。見つからなかったことは、問題がないことを示しません"),
                format!("the {en} check is incomplete: what it did not find may be there"),
            );
        }
    }
    let mut differ = |ja: &str, en: &str, old: String, new: String| {
        if old != new {
            say(format!("{ja}: 前 {old}、後 {new}"), format!("{en}: {old} before, {new} after"));
        }
    };
    let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    differ("renkeiの版", "version of renkei", before.tool.version.clone(), after.tool.version.clone());
    differ("標準仕様の版", "versions of the standard", before.tool.spec.join(", "), after.tool.spec.join(", "));
    differ("検査の基準日", "judged as of", or_none(&before.as_of), or_none(&after.as_of));
    differ("判定の基準（--fail-on）", "fail_on", before.fail_on.clone(), after.fail_on.clone());
    differ("値の表示", "values", before.values.clone(), after.values.clone());
    let cap = |report: &Report| report.kept_per_rule_and_file.to_string();
    differ("ルールとファイルごとに残す例の数", "examples kept per rule and file", cap(before), cap(after));
    differ("行の照合に使う鍵", "key that rows are named with", or_none(&before.key), or_none(&after.key));
    let baseline = |report: &Report| report.baseline.as_ref().map(|baseline| baseline.file.clone());
    differ("ベースライン", "baseline", or_none(&baseline(before)), or_none(&baseline(after)));
    match (before.sets, after.sets) {
        (None, Some(_)) => say(
            "ファイルの組み合わせは、後の検査だけで見ています".to_owned(),
            "sets of files were judged in the second run only".to_owned(),
        ),
        (Some(_), None) => say(
            "ファイルの組み合わせは、前の検査だけで見ています".to_owned(),
            "sets of files were judged in the first run only".to_owned(),
        ),
        (None, None) | (Some(_), Some(_)) => {}
    }
    told
}
