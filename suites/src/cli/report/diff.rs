//! `renkei report diff A.json B.json`

use clap::{Arg, ArgMatches, Command};
use renkei_reports::{Diff, Lang, Verdict, diff, diff_json, diff_markdown, diff_text};
use renkei_validator::text::Message;

use super::super::terminal::{Terminal, with_line_end};
use super::super::{dress, word_arg};
use super::load;
use crate::exit::Exit;
use crate::lang::pick;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Text,
    Json,
    Markdown,
}

impl Format {
    const WORDS: &[&str] = &["text", "json", "markdown"];

    fn parse(word: &str) -> Option<Format> {
        match word {
            "text" => Some(Format::Text),
            "json" => Some(Format::Json),
            "markdown" => Some(Format::Markdown),
            _ => None,
        }
    }
}

pub(super) fn command(lang: Lang) -> Command {
    let say = |ja: &'static str, en: &'static str| pick(lang, ja, en);
    let before = Arg::new("BEFORE")
        .value_name(say("前.json", "BEFORE.json"))
        .help(say("前の report.json", "The report.json of before"));
    let after = Arg::new("AFTER")
        .value_name(say("後.json", "AFTER.json"))
        .help(say("後の report.json", "The report.json of after"))
        .help_heading(say("引数", "Arguments"));
    // In the order they are written in, not that of their names.
    dress(Command::new("diff"), Some(before.required(true).display_order(0)), lang)
        .about(say("2つのreport.jsonを比べます", "Compares two report.json"))
        .override_usage(say(
            "renkei report diff [オプション] <前.json> <後.json>",
            "renkei report diff [OPTIONS] <BEFORE.json> <AFTER.json>",
        ))
        .after_help(say(
            "終了コード: 0 判定に数える新しい指摘がない、1 ある、2 使い方の誤りか読み取れないファイル、3 後の検査が完了していない",
            "Exit codes: 0 nothing that counts began, 1 something did, 2 wrong usage or unreadable file, 3 the second \
             check is incomplete",
        ))
        .arg(after.required(true).display_order(1))
        .arg(word_arg("format", Format::WORDS, Format::parse, lang).value_name("FORMAT").help(say(
            "形式: text（既定）, json, markdown",
            "Format: text (default), json, markdown",
        )))
}

pub(super) fn run(matches: &ArgMatches, terminal: &Terminal) -> Exit {
    match compare(matches) {
        Ok(diff) => {
            let lang = terminal.lang;
            let text = match matches.get_one("format").copied().unwrap_or(Format::Text) {
                Format::Text => diff_text(&diff, lang, terminal.style()),
                Format::Json => diff_json(&diff),
                Format::Markdown => diff_markdown(&diff, lang),
            };
            terminal.show(&with_line_end(text), exit(&diff))
        }
        Err(message) => {
            terminal.complain(&message);
            Exit::Usage
        }
    }
}

fn compare(matches: &ArgMatches) -> Result<Diff, Message> {
    let read = |name| load(matches.get_one::<String>(name).expect("clap asks for both"));
    Ok(diff(&read("BEFORE")?, &read("AFTER")?))
}

fn exit(diff: &Diff) -> Exit {
    match (diff.after, diff.counting) {
        (Verdict::Incomplete, _) => Exit::Incomplete,
        (Verdict::Valid | Verdict::Invalid, 0) => Exit::Valid,
        (Verdict::Valid | Verdict::Invalid, _) => Exit::Invalid,
    }
}
