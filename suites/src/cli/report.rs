//! `renkei report --from report.json`, `renkei report --schema`, `renkei report diff`, `renkei report listing`

mod diff;
mod listing;

use std::io::{self, Read};

use clap::{Arg, ArgAction, ArgMatches, Command};
use renkei_reports::{Lang, Report};
use renkei_validator::text::Message;

use super::outputs::{self, Outputs};
use super::terminal::{Terminal, with_line_end};
use super::{dress, value_arg};
use crate::config::Config;
use crate::exit::Exit;
use crate::input::shown;
use crate::lang::{self, pick};

pub(super) fn command(lang: Lang) -> Command {
    let say = |ja: &'static str, en: &'static str| pick(lang, ja, en);
    dress(Command::new("report"), None, lang)
        .about(say("report.jsonをほかの形式で表示します", "Shows a report.json in another format"))
        .override_usage(say(
            "renkei report --from <report.json> [オプション]\n        renkei report --schema",
            "renkei report --from <report.json> [OPTIONS]\n       renkei report --schema",
        ))
        .after_help(say(
            "終了コードは、表示できれば判定によらず0です。判定の終了コードは renkei check が返します。\n\
             同じreport.jsonからは、renkei check --format と同じものになります。",
            "The exit code is 0 when the report was shown, whatever its verdict: renkei check has told that.\n\
             The same report.json gives what renkei check --format gave.",
        ))
        .arg(
            value_arg("from", |text| Ok(text.to_owned()), lang)
                .value_name("PATH")
                .required_unless_present("schema")
                .help(say(
                    "読み取るreport.json、または -（標準入力）",
                    "The report.json to read, or - (standard input)",
                )),
        )
        .args(outputs::args(lang))
        .arg(
            Arg::new("schema")
                .long("schema")
                .conflicts_with_all(["from", "format", "report", "encoding"])
                .action(ArgAction::SetTrue)
                .help(say("report.jsonのJSON Schemaを出力します", "Print the JSON Schema of report.json")),
        )
        .subcommand_negates_reqs(true)
        .args_conflicts_with_subcommands(true)
        .subcommand(diff::command(lang))
        .subcommand(listing::command(lang))
}

pub(super) fn run(matches: &ArgMatches, config: &Config, terminal: &Terminal) -> Exit {
    match matches.subcommand() {
        Some(("diff", matches)) => return diff::run(matches, terminal),
        Some(("listing", matches)) => return listing::run(matches, terminal),
        Some((_, _)) => return Exit::Usage,
        None => {}
    }
    let Some(from) = matches.get_one::<String>("from") else {
        return terminal.show(&with_line_end(renkei_reports::schema().to_owned()), Exit::Valid);
    };
    match read(from, matches, config) {
        Ok((report, outputs)) => outputs.write(&report, terminal, Exit::Valid),
        Err(message) => {
            terminal.complain(&message);
            Exit::Usage
        }
    }
}

fn read(from: &str, matches: &ArgMatches, config: &Config) -> Result<(Report, Outputs), Message> {
    let outputs = Outputs::of(matches, config)?;
    let name = shown(from.as_bytes());
    if outputs.overwrite(from) {
        return Err(Message::pair(
            format!("読み取る {name} に書き込むことはできません"),
            format!("{name} is read, so it cannot be written to"),
        ));
    }
    Ok((load(from)?, outputs))
}

/// Reads a record; `-` is standard input.
pub(super) fn load(from: &str) -> Result<Report, Message> {
    let name = shown(from.as_bytes());
    let bytes = bytes(from).map_err(|error| {
        let why = lang::io_reason(&error);
        Message::pair(format!("{name} を読み取れません: {}", why.ja), format!("cannot read {name}: {}", why.en))
    })?;
    let report = renkei_reports::read(&bytes).map_err(|error| {
        let why = error.message();
        Message::pair(format!("{name} の{}", why.ja), format!("{name}, {}", why.en))
    })?;
    Ok(report)
}

fn bytes(from: &str) -> io::Result<Vec<u8>> {
    if from != "-" {
        return std::fs::read(from);
    }
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}
