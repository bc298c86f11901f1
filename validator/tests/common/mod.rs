//! What the tests share: a finding as one line of text.

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
