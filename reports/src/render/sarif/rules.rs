//! The rules that a report names, with what the catalogue says of them. An id that the catalogue lacks,
//! as another version of renkei may write, stands alone.

use std::collections::BTreeMap;

use renkei_validator::rule::Rule;
use renkei_validator::rules;

use super::level;
use super::shape::{Configuration, Descriptor, DescriptorProperties, Text};
use crate::model::Report;
use crate::words::{self, pick};
use crate::{Lang, baseline, build, cite};

/// In the order that lists and findings name them.
pub(super) struct Rules<'a> {
    ids: Vec<&'a str>,
    indexes: BTreeMap<&'a str, usize>,
}

impl<'a> Rules<'a> {
    pub(super) fn of(report: &'a Report) -> Rules<'a> {
        let mut rules = Rules { ids: Vec::new(), indexes: BTreeMap::new() };
        // Where there was nothing but cases, no file was there for a rule.
        let scopes = if words::is_of_cases(report) { &[][..] } else { &report.scopes };
        for scope in scopes {
            let not_run = scope.not_run.iter().flat_map(|not_run| &not_run.rules);
            scope.ran.iter().chain(not_run).for_each(|id| rules.add(id));
        }
        report.all_findings().for_each(|finding| rules.add(&finding.rule));
        rules
    }

    fn add(&mut self, id: &'a str) {
        let ids = &mut self.ids;
        self.indexes.entry(id).or_insert_with(|| {
            ids.push(id);
            ids.len() - 1
        });
    }

    pub(super) fn index(&self, id: &str) -> Option<usize> {
        self.indexes.get(id).copied()
    }

    pub(super) fn descriptors(&self, lang: Lang) -> impl Iterator<Item = Descriptor<'_>> {
        self.ids.iter().map(move |id| descriptor(id, rules::all().iter().find(|rule| rule.id == *id), lang))
    }
}

fn descriptor<'a>(id: &'a str, rule: Option<&&'static Rule>, lang: Lang) -> Descriptor<'a> {
    let title = rule.map(|rule| rule.title).or_else(|| baseline::title(id));
    Descriptor {
        id,
        short_description: title.map(|title| Text { text: pick(lang, title.ja, title.en).to_owned() }),
        full_description: rule.map(|rule| Text { text: pick(lang, rule.why.ja, rule.why.en).to_owned() }),
        help: rule.map(|rule| Text { text: help(rule, lang) }),
        default_configuration: rule.map(|rule| Configuration { level: level(rule.severity.word()) }),
        properties: rule.map(|rule| DescriptorProperties { tags: [rule.basis.word()] }),
    }
}

/// What to do, and on whose authority.
fn help(rule: &Rule, lang: Lang) -> String {
    let mut lines = vec![
        pick(lang, rule.fix.ja, rule.fix.en).to_owned(),
        format!("{}: {}", pick(lang, "根拠", "basis"), words::authority(rule.basis.word(), lang)),
    ];
    lines.extend(cite::of_rule(rule.basis.citations()).iter().map(|cite| cite.get(lang).to_owned()));
    lines.extend(build::because(&rule.basis).map(|because| because.get(lang).to_owned()));
    if let Some(reading) = rule.reading {
        lines.push(format!("{}: {}", pick(lang, "解釈", "reading"), pick(lang, reading.ja, reading.en)));
    }
    lines.join("\n")
}
