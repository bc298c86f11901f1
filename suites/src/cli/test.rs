//! `renkei test list`, `renkei test run`, `renkei test replay CASE`; the other verbs of `test` are beside. Knows arguments, `sut.toml` and reports;
//! what a case is and how it is judged is in [`crate::suite`].

mod init;
mod software;
mod year;

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command};
use renkei_reports::{Lang, Outcome, OutcomeRecord, Pattern, build_outcomes};
use renkei_validator::text::Message;

use self::software::Software;
use super::outputs::{self, Outputs};
use super::sheet;
use super::terminal::Terminal;
use super::{dress, settings, value_arg};
use crate::config::Config;
use crate::exit::Exit;
use crate::lang::pick;
use crate::progress::Progress;
use crate::suite::adapter::interrupt;
use crate::suite::case::{Case, cases, find};
use crate::suite::program::PATTERNS;
use crate::suite::run::{Options, Partition, StateError, select};

pub(super) fn command(lang: Lang) -> Command {
    let say = |ja: &'static str, en: &'static str| pick(lang, ja, en);
    dress(Command::new("test"), None, lang)
        .about(say("介護ソフトを、ケースごとに試します", "Tries care software, case by case"))
        .override_usage(say("renkei test <コマンド>", "renkei test <COMMAND>"))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(init::command(lang))
        .subcommand(list(lang))
        .subcommand(run_command(lang))
        .subcommand(replay(lang))
        .subcommand(sheet::command(lang))
        .subcommand(year::command(lang))
}

fn list(lang: Lang) -> Command {
    let say = |ja: &'static str, en: &'static str| pick(lang, ja, en);
    dress(Command::new("list"), None, lang)
        .about(say("ケースの一覧を表示します", "Lists the cases"))
        .override_usage(say("renkei test list [オプション]", "renkei test list [OPTIONS]"))
        .args(selection(lang))
}

fn run_command(lang: Lang) -> Command {
    let say = |ja: &'static str, en: &'static str| pick(lang, ja, en);
    dress(Command::new("run"), None, lang)
        .about(say("ケースを実行します", "Runs the cases"))
        .override_usage(say("renkei test run [オプション]", "renkei test run [OPTIONS]"))
        .after_help(codes(lang))
        .args(selection(lang))
        .arg(
            Arg::new("resume")
                .long("resume")
                .action(ArgAction::SetTrue)
                .requires("out")
                .help(say("--out の前回の実行の続きから始めます", "Go on where the earlier run in --out stopped")),
        )
        .args(software_args(lang))
}

fn replay(lang: Lang) -> Command {
    let say = |ja: &'static str, en: &'static str| pick(lang, ja, en);
    let argument = Arg::new("case")
        .required(true)
        .num_args(1..)
        .value_name(say("ケース", "CASE"))
        .help(say("ケースのid", "The ids of cases"));
    dress(Command::new("replay"), Some(argument), lang)
        .about(say("ケースを選んで実行します", "Runs some cases again"))
        .override_usage(say("renkei test replay [オプション] <ケース>...", "renkei test replay [OPTIONS] <CASE>..."))
        .after_help(codes(lang))
        .args(software_args(lang))
}

fn codes(lang: Lang) -> &'static str {
    pick(
        lang,
        "終了コード: 0 すべて合格、1 不合格がある、2 使い方か設定の誤り、3 判定できないケースがある、4 実行したケースがない",
        "Exit codes: 0 all passed, 1 some failed, 2 wrong usage or configuration, 3 some could not be told, 4 no case ran",
    )
}

fn selection(lang: Lang) -> [Arg; 2] {
    let say = |ja: &'static str, en: &'static str| pick(lang, ja, en);
    [
        value_arg("pattern", parse_pattern, lang).action(ArgAction::Append).value_name("PATTERN").help(say(
            "この区分だけ: D1～D7、計画書(1,2表)、予定(6,7表)、実績(6表)、transport、robustness（何度でも）",
            "Only this pattern: D1 to D7, 計画書(1,2表), 予定(6,7表), 実績(6表), transport, robustness (repeatable)",
        )),
        value_arg("partition", parse_partition, lang).value_name("I/N").help(say(
            "N個に分けたうちのI番目だけ。CIで並べて実行するときに使います",
            "Only the Ith of N parts, so that CI can run them side by side",
        )),
    ]
}

fn software_args(lang: Lang) -> Vec<Arg> {
    let say = |ja: &'static str, en: &'static str| pick(lang, ja, en);
    let path = |name: &'static str| Arg::new(name).long(name).value_parser(clap::value_parser!(PathBuf));
    let mut args = vec![
        path("sut").value_name("FILE").help(say(
            "試すソフトの設定。指定がなければ、今のフォルダーのsut.toml",
            "The software to try. Without it, sut.toml of the current folder",
        )),
        path("out").value_name("DIR").help(say(
            "判定の根拠のファイルを置くフォルダー。やり取りした値がそのまま入ります",
            "A folder for evidence, which holds the values that were exchanged",
        )),
        value_arg("retries", settings::parse_retries, lang).value_name("N").help(say(
            "合格しなかったケースをやり直す回数（既定0）",
            "How often a case that did not pass is tried again (default 0)",
        )),
        Arg::new("show-values")
            .long("show-values")
            .action(ArgAction::SetTrue)
            .help(say("違いの値を伏せずに表示します", "Show the values that differ as they are")),
    ];
    args.extend(outputs::args(lang));
    args
}

fn parse_pattern(text: &str) -> Result<Pattern, Message> {
    PATTERNS.into_iter().find(|pattern| pattern.word().eq_ignore_ascii_case(text)).ok_or_else(|| {
        let words = PATTERNS.map(Pattern::word).join("、");
        Message::pair(format!("使える値: {words}"), format!("the values are {}", words.replace('、', ", ")))
    })
}

fn parse_partition(text: &str) -> Result<Partition, Message> {
    let read = || {
        let (part, of) = text.split_once('/')?;
        let (part, of) = (part.parse().ok()?, of.parse().ok()?);
        (part >= 1 && part <= of).then_some(Partition { part, of })
    };
    read().ok_or_else(|| Message::pair("2/5 の形で書きます", "expected the form 2/5"))
}

pub(super) fn run(matches: &ArgMatches, config: &Config, terminal: &Terminal) -> Exit {
    match matches.subcommand() {
        Some(("init", matches)) => init::run(matches, terminal),
        Some(("list", matches)) => show_list(matches, terminal),
        Some(("year", matches)) => year::run(matches, terminal),
        Some(("run", matches)) => run_cases(&selected(matches), matches, config, terminal),
        Some(("sheet", matches)) => sheet::run(matches, terminal),
        Some(("replay", matches)) => {
            let ids = matches.get_many::<String>("case").into_iter().flatten();
            let chosen: Result<Vec<&Case>, &String> = ids.map(|id| find(id).ok_or(id)).collect();
            match chosen {
                Ok(cases) => run_cases(&cases, matches, config, terminal),
                Err(id) => {
                    terminal.complain(&Message::pair(
                        format!("ケース {id} はありません。renkei test list で一覧を見られます"),
                        format!("there is no case {id}; renkei test list shows them all"),
                    ));
                    Exit::Usage
                }
            }
        }
        Some((_, _)) | None => Exit::Usage,
    }
}

fn selected(matches: &ArgMatches) -> Vec<&'static Case> {
    let patterns: Vec<Pattern> = matches.get_many("pattern").into_iter().flatten().copied().collect();
    select(cases(), &patterns, matches.get_one("partition").copied())
}

fn show_list(matches: &ArgMatches, terminal: &Terminal) -> Exit {
    let cases = selected(matches);
    let mut text = String::new();
    for case in &cases {
        let title = case.title.get(terminal.lang);
        text.push_str(&format!("{}\t{}\t{}\n", case.pattern.word(), case.id, title));
    }
    terminal.show(&text, if cases.is_empty() { Exit::Nothing } else { Exit::Valid })
}

fn run_cases(cases: &[&Case], matches: &ArgMatches, config: &Config, terminal: &Terminal) -> Exit {
    let outputs = match Outputs::of(matches, config) {
        Ok(outputs) => outputs,
        Err(message) => {
            terminal.complain(&message);
            return Exit::Usage;
        }
    };
    if cases.is_empty() {
        terminal.complain(&Message::pair("実行するケースがありません", "there is no case to run"));
        return Exit::Nothing;
    }
    let out = matches.get_one::<PathBuf>("out");
    let mut software = match Software::open(matches.get_one::<PathBuf>("sut"), out, terminal.lang) {
        Ok(software) => software,
        Err((message, exit)) => {
            terminal.complain(&message);
            return exit;
        }
    };
    let show_values = matches.get_flag("show-values");
    let identity = software.identity.clone();
    let options = Options {
        out: out.map(PathBuf::as_path),
        retries: matches.get_one("retries").copied().unwrap_or_default(),
        show_values,
        identity: &identity,
        resume: matches.try_get_one::<bool>("resume").ok().flatten().copied().unwrap_or_default(),
        smoke: true,
    };
    interrupt::watch();
    let progress = Progress::of_parts(cases.len() as u64);
    let ended = software.run(cases, &options, &mut |_| progress.advance(1));
    progress.finish();
    let outcomes = match ended {
        Ok(outcomes) => outcomes,
        Err(error) => {
            terminal.complain(error.message());
            return match error {
                StateError::Usage(_) => Exit::Usage,
                StateError::Disk(_) => Exit::Incomplete,
            };
        }
    };
    let exit = exit(&outcomes);
    outputs.write(&build_outcomes(outcomes, show_values), terminal, exit)
}

/// How a run ends: where every case was skipped, nothing ran.
fn exit(outcomes: &[OutcomeRecord]) -> Exit {
    let any = |outcome| outcomes.iter().any(|record| record.outcome == outcome);
    match () {
        () if any(Outcome::Blocked) => Exit::Incomplete,
        () if any(Outcome::Fail) => Exit::Invalid,
        () if any(Outcome::Pass) => Exit::Valid,
        () => Exit::Nothing,
    }
}
