//! `renkei explain RULE`

use clap::{Arg, ArgMatches, Command};
use renkei_reports::{Lang, baseline, catalogue};
use renkei_validator::rules;
use renkei_validator::text::Message;

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
    let ids: Vec<&str> = rules::all().iter().map(|rule| rule.id).collect();
    let near = nearest(id, &ids).join(", ");
    Message::pair(
        format!("ルール {id} はありません。近いもの: {near}\nすべてのルールは renkei rules で表示します。"),
        format!("no rule {id}; the nearest are {near}\nrenkei rules lists them all."),
    )
}

/// The ids most like one that does not exist, the best first. A layer left out or mistaken weighs
/// little: people remember the defect.
fn nearest<'a>(id: &str, ids: &[&'a str]) -> Vec<&'a str> {
    let slug = |id: &str| id.rsplit('/').next().map(str::to_owned).unwrap_or_default();
    let mut ranked: Vec<(usize, &str)> = ids
        .iter()
        .map(|known| {
            let whole = strsim::damerau_levenshtein(id, known) * 2;
            let part = strsim::damerau_levenshtein(&slug(id), &slug(known)) * 2 + 1;
            (whole.min(part), *known)
        })
        .collect();
    ranked.sort();
    ranked.into_iter().map(|(_, known)| known).take(SUGGESTED).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_and_a_forgotten_layer_both_lead_to_the_rule() {
        let ids = ["cell/too-long", "cell/date-does-not-exist", "csv/too-few-items", "bytes/gaiji"];
        assert_eq!(nearest("cell/to-long", &ids)[0], "cell/too-long");
        assert_eq!(nearest("date-does-not-exist", &ids)[0], "cell/date-does-not-exist");
        assert_eq!(nearest("cell/gaiji", &ids)[0], "bytes/gaiji");
    }
}
