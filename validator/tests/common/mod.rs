//! What the tests share: a finding as one line of text, and what was left unjudged.

use renkei_validator::Judgement;
use renkei_validator::finding::Finding;

/// `severity rule file line item bytes`, with `-` for what is not given.
pub(crate) fn line(finding: &Finding) -> String {
    let at = &finding.at;
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    format!(
        "{} {} {} {} {} {}",
        finding.severity.word(),
        finding.rule.id,
        at.file,
        or_dash(at.line.map(|line| line.to_string())),
        or_dash(at.item.as_ref().map(|item| item.no.to_string())),
        or_dash(at.bytes.as_ref().map(|bytes| format!("{}..{}", bytes.start, bytes.end))),
    )
}

/// What could not be judged, so that the verdict is incomplete: what is found clean must have none of it.
pub(crate) fn unjudged(judgement: &Judgement) -> Vec<&str> {
    let entries = judgement.files.iter().flat_map(|file| &file.not_checked).chain(&judgement.sets.not_checked);
    entries.filter(|entry| entry.blocks).map(|entry| entry.what.en.as_str()).collect()
}
