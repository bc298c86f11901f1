//! What is filled in of a form: as it was sent, or as an answer says it. Knows fields; knows no markup.

use std::collections::BTreeMap;

use super::ask::{Line, What};
use super::book::{Reply, Seen};

/// Fields as they were sent or answered before.
pub(super) struct Draft(BTreeMap<String, String>);

impl Draft {
    pub(super) fn of(fields: BTreeMap<String, String>) -> Draft {
        Draft(fields)
    }

    pub(super) fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    pub(super) fn is(&self, name: &str, value: &str) -> bool {
        self.get(name) == value
    }

    /// What is typed for a value, or the value.
    pub(super) fn or<'a>(&'a self, name: &str, value: &'a str) -> &'a str {
        self.0.get(name).map_or(value, String::as_str)
    }

    pub(super) fn choice(&self, nth: &usize) -> &str {
        self.get(&format!("l{nth}"))
    }
}

/// Where all lines of a group were marked at once, those without an answer have one.
pub(super) fn mark_all(draft: &mut BTreeMap<String, String>, lines: &[Line]) {
    let Some(all) = draft.remove("all").and_then(|first| first.parse::<usize>().ok()) else { return };
    let Some(first) = lines.get(all) else { return };
    let group = lines.iter().enumerate().skip(all);
    for (nth, _) in group.take_while(|(_, line)| line.form == first.form && line.person == first.person) {
        draft.entry(format!("l{nth}")).or_insert_with(|| "same".to_owned());
    }
}

/// An answer as the fields of its form.
pub(super) fn fields_of(reply: &Reply, what: &What) -> BTreeMap<String, String> {
    let lines = if let What::Show { lines, .. } = what { lines.as_slice() } else { &[] };
    let mut fields = BTreeMap::new();
    match reply {
        Reply::Files(_) => {}
        Reply::Answers(told) => {
            for (nth, one) in told.iter().enumerate() {
                fields.insert(format!("f{nth}"), if one.accepted { "accepted" } else { "refused" }.to_owned());
                fields.insert(format!("m{nth}"), one.message.clone().unwrap_or_default());
            }
        }
        Reply::Screen(screen) => {
            for (nth, seen) in screen.lines.iter().enumerate() {
                let word = match seen {
                    Seen::Same => "same",
                    Seen::Missing => "missing",
                    Seen::Different(items) => {
                        for (item, value) in items {
                            let others = lines.get(nth).map_or(&[][..], |line| &line.others);
                            if others.iter().any(|(key, _)| key.name() == item) {
                                fields.insert(format!("x{nth}.item"), item.clone());
                                fields.insert(format!("x{nth}.value"), value.clone());
                            } else {
                                fields.insert(format!("v{nth}.{item}"), value.clone());
                            }
                        }
                        "different"
                    }
                };
                fields.insert(format!("l{nth}"), word.to_owned());
            }
            let there = screen.there.iter().enumerate();
            fields.extend(
                there.map(|(nth, there)| (format!("g{nth}"), if *there { "there" } else { "gone" }.to_owned())),
            );
        }
        Reply::Exchanged(ended) => {
            let word = match ended.done {
                Some(true) => "yes",
                Some(false) => "no",
                None => "unsaid",
            };
            fields.insert("done".to_owned(), word.to_owned());
            fields.insert("message".to_owned(), ended.message.clone().unwrap_or_default());
        }
    }
    fields
}
