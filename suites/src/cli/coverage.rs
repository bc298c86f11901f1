//! `renkei coverage`

use clap::{ArgMatches, Command};
use renkei_reports::Lang;

use super::report::load;
use super::terminal::{Terminal, with_line_end};
use super::{dress, value_arg, word_arg};
use crate::exit::Exit;
use crate::lang::pick;
use crate::suite::case::{Case, cases};
use crate::suite::coverage::{self, Tried};
use crate::suite::requirement::requirements;

/// What the table is shown as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TableFormat {
    Text,
    Json,
    Csv,
    Markdown,
}

fn parse(text: &str) -> Option<TableFormat> {
    match text {
        "text" => Some(TableFormat::Text),
        "json" => Some(TableFormat::Json),
        "csv" => Some(TableFormat::Csv),
        "markdown" => Some(TableFormat::Markdown),
        _ => None,
    }
}

pub(super) fn command(lang: Lang) -> Command {
    let say = |ja: &'static str, en: &'static str| pick(lang, ja, en);
    dress(Command::new("coverage"), None, lang)
        .about(say(
            "標準仕様の要件ごとに、検証するルールとケースを示します",
            "Shows what verifies each requirement of the standard",
        ))
        .override_usage(say("renkei coverage [オプション]", "renkei coverage [OPTIONS]"))
        .after_help(say(
            "終了コード: 0 すべての要件に検証か理由がある、1 どちらもない要件がある",
            "Exit codes: 0 every requirement is verified or reasoned, 1 some are neither",
        ))
        .arg(
            word_arg("format", &["text", "json", "csv", "markdown"], parse, lang)
                .value_name("FORMAT")
                .help(say("形式: text（既定）, json, csv, markdown", "Format: text (default), json, csv, markdown")),
        )
        .arg(value_arg("from", |text| Ok(text.to_owned()), lang).value_name("PATH").help(say(
            "最後の結果として示すreport.json、または -（標準入力）",
            "The report.json that gives the last evidence, or - (standard input)",
        )))
}

pub(super) fn run(matches: &ArgMatches, terminal: &Terminal) -> Exit {
    let run = match matches.get_one::<String>("from").map(|from| load(from)).transpose() {
        Ok(run) => run,
        Err(message) => {
            terminal.complain(&message);
            return Exit::Usage;
        }
    };
    let coverage = coverage::coverage(requirements(), &tried(), run.as_ref());
    let text = match matches.get_one::<TableFormat>("format").copied().unwrap_or(TableFormat::Text) {
        TableFormat::Text => coverage::text(&coverage, terminal.lang),
        TableFormat::Json => coverage::json(&coverage),
        TableFormat::Csv => coverage::csv(&coverage, terminal.lang),
        TableFormat::Markdown => coverage::markdown(&coverage, terminal.lang),
    };
    terminal.show(&with_line_end(text), if coverage.totals.open == 0 { Exit::Valid } else { Exit::Invalid })
}

fn tried() -> Vec<Tried> {
    let tried = |case: &Case| Tried { case: case.id.clone(), requirements: case.requirements.clone() };
    cases().iter().map(tried).collect()
}
