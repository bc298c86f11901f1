//! Which examples of rules are found with a lower severity than that of their rule.

#![allow(clippy::unwrap_used)]

use renkei_validator::draft::Draft;
use renkei_validator::finding::Severity;
use renkei_validator::{Options, judge, rules, spec};

/// The bad examples, by their place among those of their rule, that are less than their rule says.
const LESS: &[(&str, &[usize], Severity)] = &[
    ("name/office-number-malformed", &[3], Severity::Warning),
    ("name/extension-not-csv", &[0], Severity::Warning),
    ("bytes/control-character", &[4, 5], Severity::Warning),
    ("cell/conditionally-required-missing", &[2, 3, 4], Severity::Warning),
    ("cell/leading-or-trailing-space", &[0, 1, 2, 3], Severity::Warning),
    ("cell/fixed-value-wrong", &[0, 1], Severity::Warning),
    ("cell/not-integer", &[1], Severity::Warning),
    ("cell/not-decimal-form", &[1], Severity::Warning),
    ("cell/office-number-malformed", &[1], Severity::Warning),
    ("cell/not-a-time", &[2], Severity::Warning),
    ("cell/bitmap-malformed", &[2], Severity::Warning),
    ("cell/tais-malformed", &[2], Severity::Warning),
    ("cell/too-long", &[1], Severity::Warning),
    ("cell/code-not-in-list", &[4], Severity::Warning),
    ("row/end-before-start", &[1, 2, 3], Severity::Warning),
    ("row/bitmap-beyond-month-end", &[1], Severity::Warning),
    ("row/subtotal-row-discount-filled", &[1], Severity::Warning),
    ("file/version-not-in-force", &[1], Severity::Warning),
    ("file/subtotal-sum-wrong", &[0], Severity::Warning),
    ("file/total-sum-wrong", &[0], Severity::Warning),
    ("file/detail-number-not-sequential", &[2, 3], Severity::Warning),
    ("set/companion-missing", &[2], Severity::Warning),
    ("set/companion-unexpected", &[1], Severity::Warning),
    ("set/user-missing-in-companion", &[1], Severity::Warning),
];

#[test]
fn bad_examples_are_as_severe_as_their_rule_says() {
    let options = Options { as_of: spec::parse_date(b"20261120"), ..Options::default() };
    let mut less: Vec<(&str, usize, Severity)> = Vec::new();
    for rule in rules::all() {
        for (index, case) in rule.bad.iter().enumerate() {
            let mut draft = Draft::sample(case.on).unwrap();
            (case.edit)(&mut draft).unwrap();
            let judgement = judge(&draft.to_files(), &options);
            let own = judgement.findings().into_iter().filter(|finding| finding.rule.id == rule.id);
            let own = own.filter(|finding| finding.severity != rule.severity);
            less.extend(own.map(|finding| (rule.id, index, finding.severity)));
        }
    }
    let listed = LESS.iter().flat_map(|(id, cases, severity)| cases.iter().map(|case| (*id, *case, *severity)));
    assert_eq!(less, listed.collect::<Vec<_>>());
}
