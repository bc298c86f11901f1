//! What goes wrong on the way of a year: faults of every layer, by none of which a good client loses or doubles
//! anything. Knows names of faults; knows no client.

use std::fmt::Write;

/// What is struck, and the faults that strike it in turn, each with what else it needs.
const FAULTS: [(&str, &[(&str, &str)]); 4] = [
    ("connect", &[("reset-on-connect", ""), ("abort-handshake", "")]),
    (
        "send",
        &[
            ("acknowledgement-lost", ""),
            ("delivered-twice", ""),
            ("visible-late", "delay_s = 86400\n"),
            ("status-503", "retry_after_s = 1\n"),
            ("reset-before-response", ""),
        ],
    ),
    ("fetch-file", &[("truncated-body", ""), ("corrupted-body", ""), ("status-500", "")]),
    ("received-list", &[("list-repeats-last", ""), ("list-reversed", ""), ("list-empty", "")]),
];

/// How often each of these is struck at most: enough for some ten thousand events.
const TIMES: usize = 40;

/// A plan, in TOML. Faults come often at first, and rarer with every one.
pub(super) fn plan() -> String {
    let mut plan = String::new();
    for (on, faults) in FAULTS {
        let mut nth = 2;
        for (fault, more) in faults.iter().cycle().take(TIMES) {
            // Writing to a text does not fail.
            let _ = writeln!(plan, "[[step]]\non = \"{on}\"\nnth = {nth}\nfault = \"{fault}\"\n{more}");
            nth += 2 + nth / 4;
        }
    }
    plan
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use renkei_mock_platform::faults::Plan;

    use super::*;

    #[test]
    fn the_plan_is_one_and_no_fault_stands_in_the_way_of_another() {
        let plan = Plan::parse(plan().as_bytes()).unwrap();
        let struck: BTreeSet<String> = plan.steps().iter().map(|step| format!("{:?} {}", step.on, step.nth)).collect();
        assert_eq!((plan.steps().len(), struck.len()), (160, 160));
    }
}
