//! `renkei explain RULE`

use clap::{Arg, ArgMatches, Command};
use renkei_reports::{Lang, baseline, catalogue};
use renkei_validator::rules;
use renkei_validator::text::{Message, Text};

use super::dress;
use super::terminal::{Terminal, with_line_end};
use crate::exit::Exit;
use crate::lang::pick;

/// How many ids are suggested for one that is unknown.
const SUGGESTED: usize = 3;

pub(super) fn command(lang: Lang) -> Command {
    let argument = Arg::new("rule").required(true).value_name(pick(lang, "ルールID", "RULE")).help(pick(
        lang,
        "例: cell/date-does-not-exist",
        "For example cell/date-does-not-exist",
    ));
    dress(Command::new("explain"), Some(argument), lang)
        .about(pick(
            lang,
            "ルールの意味、根拠、直し方、例を示します",
            "Tells what a rule means, on whose authority, how to fix it, with examples",
        ))
        .override_usage(pick(lang, "renkei explain <ルールID>", "renkei explain <RULE>"))
}

pub(super) fn run(matches: &ArgMatches, terminal: &Terminal) -> Exit {
    let id = matches.get_one::<String>("rule").map_or("", String::as_str);
    let text = rules::find(id).map(|rule| catalogue::explain(rule, terminal.lang));
    match text.or_else(|| baseline::explain(id, terminal.lang)) {
        Some(text) => terminal.show(&with_line_end(text), Exit::Valid),
        None => {
            terminal.complain(&unknown(id));
            Exit::Usage
        }
    }
}

/// What is said of an id that no rule has.
pub(super) fn unknown(id: &str) -> Message {
    let titles: Vec<(&str, Text)> = rules::all().iter().map(|rule| (rule.id, rule.title)).collect();
    let near = nearest(id, &titles).join(", ");
    Message::pair(
        format!("ルール {id} はありません。近いもの: {near}\nすべてのルールは renkei rules で表示します。"),
        format!("no rule {id}; the nearest are {near}\nrenkei rules lists them all."),
    )
}

/// The ids most like one that does not exist, the best first. A layer left out or mistaken weighs
/// little: people remember the defect, or have its message before them.
fn nearest<'a>(id: &str, titles: &[(&'a str, Text)]) -> Vec<&'a str> {
    let id = id.trim().to_lowercase();
    let slug = |id: &str| id.rsplit('/').next().map(str::to_owned).unwrap_or_default();
    let mut ranked: Vec<(bool, usize, &str)> = titles
        .iter()
        .map(|(known, title)| {
            let says = !id.is_empty() && [title.ja, title.en].iter().any(|text| text.to_lowercase().contains(&id));
            let whole = strsim::damerau_levenshtein(&id, known) * 2;
            let part = strsim::damerau_levenshtein(&slug(&id), &slug(known)) * 2 + 1;
            (!says, whole.min(part), *known)
        })
        .collect();
    ranked.sort();
    ranked.into_iter().map(|(_, _, known)| known).take(SUGGESTED).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TITLES: [(&str, Text); 4] = [
        ("cell/too-long", Text { ja: "長すぎます", en: "the value is too long" }),
        ("cell/date-does-not-exist", Text { ja: "暦にない日付です", en: "the date is not in the calendar" }),
        ("csv/too-few-items", Text { ja: "項目が足りません", en: "items are missing" }),
        ("bytes/gaiji", Text { ja: "外字が使われています", en: "it is a character of One's own" }),
    ];

    #[test]
    fn a_slip_a_forgotten_layer_and_a_message_lead_to_the_rule() {
        for (said, expected) in [
            ("cell/to-long", "cell/too-long"),
            ("date-does-not-exist", "cell/date-does-not-exist"),
            ("cell/gaiji", "bytes/gaiji"),
            ("CELL/TOO-LONG", "cell/too-long"),
            ("暦にない日付", "cell/date-does-not-exist"),
            ("not in the calendar", "cell/date-does-not-exist"),
            ("One's own", "bytes/gaiji"),
        ] {
            assert_eq!(nearest(said, &TITLES)[0], expected, "{said}");
        }
    }
}
