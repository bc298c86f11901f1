//! `renkei report --schema`

use clap::{Arg, ArgAction, Command};
use renkei_reports::Lang;

use super::dress;
use super::terminal::{Terminal, with_line_end};
use crate::exit::Exit;
use crate::lang::pick;

pub(super) fn command(lang: Lang) -> Command {
    dress(Command::new("report"), None, lang)
        .about(pick(lang, "report.jsonの形を示します", "Tells the shape of report.json"))
        .override_usage("renkei report --schema")
        .arg(Arg::new("schema").long("schema").required(true).action(ArgAction::SetTrue).help(pick(
            lang,
            "JSON Schemaを出力します",
            "Print its JSON Schema",
        )))
}

pub(super) fn run(terminal: &Terminal) -> Exit {
    terminal.show(&with_line_end(renkei_reports::schema().to_owned()), Exit::Valid)
}
