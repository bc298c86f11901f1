//! `renkei test`: the rehearsal of a vendor's software, and of our own. Knows its verbs; does nothing itself.

mod year;

use clap::{ArgMatches, Command};
use renkei_reports::Lang;

use super::dress;
use super::terminal::Terminal;
use crate::exit::Exit;
use crate::lang::pick;

pub(super) fn command(lang: Lang) -> Command {
    dress(Command::new("test"), None, lang)
        .about(pick(lang, "ケアプラン連携のソフトウェアを試験します", "Tests software of the care-plan data linkage"))
        .override_usage(pick(lang, "renkei test <コマンド>", "renkei test <COMMAND>"))
        .subcommand_help_heading(pick(lang, "コマンド", "Commands"))
        .disable_help_subcommand(true)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(year::command(lang))
}

pub(super) fn run(matches: &ArgMatches, terminal: &Terminal) -> Exit {
    match matches.subcommand() {
        Some(("year", matches)) => year::run(matches, terminal),
        Some((_, _)) | None => Exit::Usage,
    }
}
