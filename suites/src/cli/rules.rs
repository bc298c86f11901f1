//! `renkei rules`

use clap::{ArgMatches, Command};
use renkei_reports::{Lang, catalogue};

use super::terminal::{Terminal, with_line_end};
use super::{dress, word_arg};
use crate::exit::Exit;
use crate::lang::pick;

/// What the list is shown as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ListFormat {
    Text,
    Json,
    Markdown,
}

fn parse(text: &str) -> Option<ListFormat> {
    match text {
        "text" => Some(ListFormat::Text),
        "json" => Some(ListFormat::Json),
        "markdown" => Some(ListFormat::Markdown),
        _ => None,
    }
}

pub(super) fn command(lang: Lang) -> Command {
    dress(Command::new("rules"), None, lang)
        .about(pick(lang, "すべてのルールを一覧にします", "Lists all rules"))
        .override_usage(pick(lang, "renkei rules [オプション]", "renkei rules [OPTIONS]"))
        .arg(word_arg("format", &["text", "json", "markdown"], parse, lang).value_name("FORMAT").help(pick(
            lang,
            "形式: text（既定）, json, markdown",
            "Format: text (default), json, markdown",
        )))
}

pub(super) fn run(matches: &ArgMatches, terminal: &Terminal) -> Exit {
    let text = match matches.get_one::<ListFormat>("format").copied().unwrap_or(ListFormat::Text) {
        ListFormat::Text => catalogue::list_text(terminal.lang),
        ListFormat::Json => catalogue::list_json(),
        ListFormat::Markdown => catalogue::rules_md(),
    };
    terminal.show(&with_line_end(text), Exit::Valid)
}
