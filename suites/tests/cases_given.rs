//! Every case has what it needs: its givens can be made, and what is to be exported or taken conforms.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::collections::BTreeSet;

use renkei_suites::suite::case::{Case, Step, cases};
use renkei_suites::suite::given;
use renkei_validator::finding::Severity;
use renkei_validator::{Options, judge};

/// The givens that the software writes, or reads and must take.
fn good(case: &Case) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    for step in &case.step {
        match step {
            Step::Import { files, refused: false } | Step::Fetch { files } => {
                names.extend(files.iter().map(String::as_str))
            }
            Step::Export { .. }
            | Step::Import { refused: true, .. }
            | Step::Send { .. }
            | Step::Exchange {}
            | Step::Mend {} => {}
        }
    }
    names.extend(case.expect.says.iter().chain(&case.expect.delivered).flatten().map(String::as_str));
    names
}

#[test]
fn what_cases_give_can_be_made_and_conforms() {
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for case in cases() {
        let givens = match given::make(case, case.versions[0]) {
            Ok(givens) => givens,
            Err(why) => {
                wrong.push(format!("{}: {}", case.id, why.en));
                continue;
            }
        };
        for name in good(case) {
            seen += 1;
            let judgement = judge(&givens[name].files, &Options::default());
            let finding = judgement.findings().into_iter().find(|finding| finding.severity == Severity::Error);
            if let Some(finding) = finding {
                wrong.push(format!("{}: {name}: {} [{}]", case.id, finding.message.en, finding.rule.id));
            }
        }
    }
    assert!(seen > 300, "{seen}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
