//! `renkei report --schema`, `report diff`

mod diff;
mod load;

use clap::{Arg, ArgAction, ArgMatches, Command};
use renkei_reports::Lang;

use self::load::load;
use super::dress;
use super::terminal::{Terminal, with_line_end};
use crate::exit::Exit;
use crate::lang::pick;

pub(super) fn command(lang: Lang) -> Command {
    dress(Command::new("report"), None, lang)
        .about(pick(lang, "report.jsonの形を示し、2つを比べます", "Tells the shape of report.json, and compares two"))
        .override_usage("renkei report --schema | diff")
        .subcommand_negates_reqs(true)
        .args_conflicts_with_subcommands(true)
        .arg(Arg::new("schema").long("schema").required(true).action(ArgAction::SetTrue).help(pick(
            lang,
            "JSON Schemaを出力します",
            "Print its JSON Schema",
        )))
        .subcommand(diff::command(lang))
}

pub(super) fn run(matches: &ArgMatches, terminal: &Terminal) -> Exit {
    match matches.subcommand() {
        Some(("diff", matches)) => diff::run(matches, terminal),
        Some((_, _)) => Exit::Usage,
        None => terminal.show(&with_line_end(renkei_reports::schema().to_owned()), Exit::Valid),
    }
}
