//! Rules about file names.
//!
//! Examples are shown on delete files where they can be: such a file is a sending unit of its own,
//! so that another name breaks no set.

mod branch_malformed;
mod extension_not_csv;
mod kind_not_in_version;
mod month_impossible;
mod month_zero_misused;
mod not_a_standard_name;
mod office_check_digit;
mod office_number_malformed;
mod receiver_type_out_of_scope;
mod same_office_both_ends;
mod segment_missing;
mod segment_unexpected;
mod service_type_unknown;
mod timestamp_impossible;
mod version_contradicts_name;

use crate::draft::{Draft, Site};
use crate::name::FileName;
use crate::rule::{NameView, Rule};
use crate::spec::{Grammar, Kind, Segment, grammar};

pub(super) static RULES: &[&Rule] = &[
    &not_a_standard_name::RULE,
    &segment_missing::RULE,
    &segment_unexpected::RULE,
    &office_number_malformed::RULE,
    &office_check_digit::RULE,
    &service_type_unknown::RULE,
    &month_impossible::RULE,
    &month_zero_misused::RULE,
    &timestamp_impossible::RULE,
    &branch_malformed::RULE,
    &extension_not_csv::RULE,
    &same_office_both_ends::RULE,
    &receiver_type_out_of_scope::RULE,
    &kind_not_in_version::RULE,
    &version_contradicts_name::RULE,
];

/// The shape that the name should have: that of the version the rows state, or, where they state
/// none, that of the version it looks like. `None` for a kind that the stated version lacks.
fn asked(view: &NameView<'_>) -> Option<&'static Grammar> {
    grammar(view.version.unwrap_or_else(|| view.name.version_by_shape()), view.name.meant_kind()?)
}

/// The parts of the name that belong there, with their roles.
fn parts<'a>(view: &NameView<'a>) -> impl Iterator<Item = (Segment, &'a str)> {
    let asked = asked(view);
    view.name
        .parts
        .iter()
        .filter(move |(segment, _)| asked.is_none_or(|grammar| grammar.segments.contains(segment)))
        .map(|(segment, text)| (*segment, text.as_str()))
}

/// The part of that role, where it belongs there.
fn part<'a>(view: &NameView<'a>, wanted: Segment) -> Option<&'a str> {
    parts(view).find(|(segment, _)| *segment == wanted).map(|(_, text)| text)
}

/// A shape in words, in both languages.
fn in_words(grammar: &Grammar) -> (String, String) {
    let (mut ja, mut en) = (grammar.kind.name().to_owned(), grammar.kind.name().to_owned());
    for segment in &grammar.segments {
        let title = segment.title();
        ja.push_str(&format!("_<{}>", title.ja));
        en.push_str(&format!("_<{}>", title.en));
    }
    (ja, en)
}

/// Puts the name of the first file of a kind together again from edited parts.
fn rebuild(draft: &mut Draft, kind: Kind, edit: impl FnOnce(&mut Vec<(Segment, String)>)) -> Option<Site> {
    let file = draft.index(kind)?;
    let mut name = FileName::parse(&draft.files[file].name);
    let before = name.parts.clone();
    edit(&mut name.parts);
    if name.parts == before {
        return None;
    }
    let texts: Vec<&str> =
        std::iter::once(kind.name()).chain(name.parts.iter().map(|(_, text)| text.as_str())).collect();
    draft.files[file].name = format!("{}.{}", texts.join("_"), name.extension.unwrap_or_default());
    Some(Site::File(file))
}

/// A part of the name of the first file of a kind.
fn written(draft: &Draft, kind: Kind, segment: Segment) -> Option<String> {
    FileName::parse(&draft.files[draft.index(kind)?].name).part(segment).map(str::to_owned)
}
