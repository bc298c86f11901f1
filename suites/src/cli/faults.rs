//! `renkei faults [NAME]`

use clap::{Arg, ArgMatches, Command};
use renkei_mock_platform::faults::{Card, Executed, Kind, card, catalogue};
use renkei_reports::Lang;
use renkei_validator::text::{Message, Text};

use super::terminal::Terminal;
use super::{dress, word_arg};
use crate::exit::Exit;
use crate::lang::pick;

/// How many names are suggested for one that is unknown.
const SUGGESTED: usize = 3;

/// What faults are shown as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FaultFormat {
    Text,
    Json,
}

fn parse(text: &str) -> Option<FaultFormat> {
    match text {
        "text" => Some(FaultFormat::Text),
        "json" => Some(FaultFormat::Json),
        _ => None,
    }
}

pub(super) fn command(lang: Lang) -> Command {
    let argument = Arg::new("fault").value_name(pick(lang, "障害名", "NAME")).help(pick(
        lang,
        "例: acknowledgement-lost。省略するとすべてを一覧にします",
        "For example acknowledgement-lost. Without it, all are listed",
    ));
    dress(Command::new("faults"), Some(argument), lang)
        .about(pick(
            lang,
            "模擬プラットフォームで起こせる障害と、障害計画の書き方を示します",
            "Lists the faults that the mock platform can make, or shows one with a sample plan",
        ))
        .override_usage(pick(lang, "renkei faults [障害名] [オプション]", "renkei faults [NAME] [OPTIONS]"))
        .arg(word_arg("format", &["text", "json"], parse, lang).value_name("FORMAT").help(pick(
            lang,
            "形式: text（既定）, json",
            "Format: text (default), json",
        )))
}

pub(super) fn run(matches: &ArgMatches, terminal: &Terminal) -> Exit {
    let format = matches.get_one::<FaultFormat>("format").copied().unwrap_or(FaultFormat::Text);
    let text = match matches.get_one::<String>("fault") {
        None => match format {
            FaultFormat::Text => list(terminal.lang),
            FaultFormat::Json => catalogue::json(Kind::ALL),
        },
        Some(name) => match (Kind::of(name), format) {
            (Some(kind), FaultFormat::Text) => show(card(kind), terminal.lang),
            (Some(kind), FaultFormat::Json) => catalogue::json(&[kind]),
            (None, FaultFormat::Text | FaultFormat::Json) => {
                terminal.complain(&unknown(name));
                return Exit::Usage;
            }
        },
    };
    terminal.show(&text, Exit::Valid)
}

/// A line for each fault; what has Japanese in it stands last, so that columns need no widths.
fn list(lang: Lang) -> String {
    let mut text = String::new();
    for kind in Kind::ALL {
        let card = card(*kind);
        let (word, layer, executed) = (card.kind.word(), card.layer.word(), card.executed.word());
        text.push_str(&format!("{word:<34} {layer:<8} {executed:<4} {}\n", say(card.title, lang)));
    }
    let legend = pick(
        lang,
        "列: 障害名、層、リクエストが実行されるか、内容。1つの説明と障害計画の例は renkei faults <障害名> で表示します。",
        "Columns: name, layer, whether the request is executed, title. renkei faults NAME shows one with a sample plan.",
    );
    format!("{text}\n{legend}\n")
}

/// A card.
fn show(card: &Card, lang: Lang) -> String {
    let executed = match card.executed {
        Executed::Yes => pick(lang, "される", "yes"),
        Executed::No => pick(lang, "されない", "no"),
    };
    let mut sections = vec![
        (pick(lang, "起きること", "what it does"), vec![say(card.does, lang).to_owned()]),
        (pick(lang, "良いクライアント", "what a good client does"), vec![say(card.good_client, lang).to_owned()]),
        (
            pick(lang, "起こせる場所", "where it can strike"),
            vec![
                format!("{}: {}", pick(lang, "層", "layer"), card.layer.word()),
                format!("on: {}", card.places.words().join(", ")),
                format!("{}: {executed}", pick(lang, "リクエストの実行", "the request is executed")),
            ],
        ),
    ];
    if let Some(parameter) = card.kind.parameter() {
        let (least, most) = parameter.bounds();
        let line = format!("{} ({least}..{most}): {}", parameter.key(), say(parameter.means(), lang));
        sections.push((pick(lang, "引数", "parameter"), vec![line]));
    }
    let sample = card.sample.lines().map(str::to_owned).collect();
    sections.push((pick(lang, "障害計画の例", "sample plan"), sample));
    let mut text = format!("{}\n  {}\n", card.kind.word(), say(card.title, lang));
    for (heading, lines) in sections {
        text.push_str(&format!("\n{heading}\n"));
        for line in lines {
            text.push_str(&format!("  {line}\n"));
        }
    }
    text
}

fn unknown(name: &str) -> Message {
    let near = nearest(name).join(", ");
    Message::pair(
        format!("障害 {name} はありません。近いもの: {near}\nすべての障害は renkei faults で表示します。"),
        format!("no fault {name}; the nearest are {near}\nrenkei faults lists them all."),
    )
}

/// The names most like one that does not exist, the best first.
fn nearest(name: &str) -> Vec<&'static str> {
    let mut ranked: Vec<(usize, &str)> =
        Kind::ALL.iter().map(|kind| (strsim::damerau_levenshtein(name, kind.word()), kind.word())).collect();
    ranked.sort_unstable();
    ranked.into_iter().map(|(_, word)| word).take(SUGGESTED).collect()
}

fn say(text: Text, lang: Lang) -> &'static str {
    pick(lang, text.ja, text.en)
}
