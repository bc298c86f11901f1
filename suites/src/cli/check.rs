//! `renkei check PATH…`

use std::path::PathBuf;
use std::time::SystemTime;

use clap::{Arg, ArgAction, ArgMatches, Command};
use renkei_reports::{Lang, Report, Run};
use renkei_validator::Options;
use renkei_validator::text::Message;
use renkei_validator::times::Clock;
use time::{Date, Duration, OffsetDateTime};

use super::baseline::{self, Known};
use super::outputs::Outputs;
use super::settings::FailOn;
use super::terminal::{Terminal, tell};
use super::{dress, outputs, settings, value_arg, word_arg};
use crate::config::Config;
use crate::exit::Exit;
use crate::input::{self, Limits, Selection};
use crate::judging::{DEFAULT_FINDINGS, DEFAULT_UNPACKED, MOST_ENTRIES, judge, selects_nothing};
use crate::lang::pick;
use crate::progress::Progress;
use crate::timings::{self, timed};

/// What sets how much may come out of an archive.
const UNPACKED_BY: &str = "--max-unpacked";

pub(super) fn command(lang: Lang) -> Command {
    let say = |ja: &'static str, en: &'static str| pick(lang, ja, en);
    let argument = Arg::new("path")
        .required(true)
        .num_args(1..)
        .value_name(say("パス", "PATH"))
        .value_parser(clap::value_parser!(PathBuf))
        .help(say(
            "ファイル、フォルダー、zip、または -（標準入力）",
            "Files, folders, zip archives, or - (standard input)",
        ));
    dress(Command::new("check"), Some(argument), lang)
        .about(say("CSVファイルを検査します", "Checks CSV files"))
        .override_usage(say("renkei check [オプション] <パス>...", "renkei check [OPTIONS] <PATH>..."))
        .after_help(say(
            "ファイル1つなら、そのファイルだけを検査します。フォルダー、zip、複数のファイルなら、組み合わせも検査します。\n\
             \n\
             終了コード: 0 --fail-on に達する指摘なし、1 あり、2 使い方か設定の誤り、3 検査できないものがあった、\n\
             4 検査するものがない",
            "A single file is judged alone. Files of a folder, of a zip archive, or several files are judged as sets, \
             too.\n\
             \n\
             Exit codes: 0 nothing found that reaches --fail-on, 1 something found that does, 2 wrong usage or \
             configuration, 3 something could not be checked, 4 nothing to check",
        ))
        .arg(Arg::new("name").long("name").value_name("FILENAME").help(say(
            "標準入力のファイル名（- のとき必要です）",
            "The file name of standard input; required with -",
        )))
        .args(outputs::args(lang))
        .arg(value_arg("as-of", settings::parse_date, lang).value_name("YYYY-MM-DD").help(say(
            "この日の時点で検査します。指定がなければ、日本時間の今日",
            "Judge as of this day. Without it, today in Japan",
        )))
        .arg(word_arg("fail-on", FailOn::WORDS, FailOn::parse, lang).value_name("SEVERITY").help(say(
            "どの重大度から終了コードを1にするか: none, info, warning, error（既定）",
            "From which severity on the exit code is 1: none, info, warning, error (default)",
        )))
        .arg(
            value_arg("show-values", parse_bool, lang)
                .num_args(0..=1)
                .require_equals(true)
                .default_missing_value("true")
                .hide_default_value(true)
                .value_name("true|false")
                .help(say(
                    "値を伏せずに表示します（個人情報が含まれることがあります）",
                    "Show values as they are; they may be personal data",
                )),
        )
        .arg(value_arg("max-findings", settings::parse_count, lang).value_name("N").help(say(
            "1つのファイルで1つのルールの例をいくつまで残すか（既定20）。件数はすべて数えます",
            "How many examples of one rule are kept per file (default 20). All are counted",
        )))
        .arg(value_arg("max-unpacked", settings::parse_size, lang).value_name("SIZE").help(say(
            "zip1つを展開してよい大きさ（既定4GiB）",
            "How much may come out of one zip archive (default 4GiB)",
        )))
        .arg(value_arg("threads", settings::parse_threads, lang).value_name("N").help(say(
            "同時に読み取るファイルの数。指定がなければ、CPUの数（8まで）。結果は変わりません",
            "How many files are read at once. Without it, as many as there are CPUs, up to 8. The outcome is the same",
        )))
        .arg(Arg::new("timings").long("timings").action(ArgAction::SetTrue).help(say(
            "時間の内訳を段階とルールごとに標準エラー出力に表示します（計測のため遅くなります。報告は変わりません）",
            "Show on standard error where time went, by stage and rule. It slows the run down; the report is the same",
        )))
        .args(baseline::args(lang))
}

fn parse_bool(text: &str) -> Result<bool, Message> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Message::pair("使える値: true, false", "the values are true, false")),
    }
}

/// Everything a run is told: by the command line, else by the configuration, else by default.
struct Settings {
    paths: Vec<PathBuf>,
    stdin_name: Option<String>,
    outputs: Outputs,
    fail_on: FailOn,
    show_values: bool,
    /// The cap on findings that are not known.
    keep: usize,
    options: Options,
    limits: Limits,
    known: Known,
}

pub(super) fn run(matches: &ArgMatches, config: &Config, terminal: &Terminal) -> Exit {
    match settings(matches, config) {
        Ok(settings) => check(&settings, terminal),
        Err(message) => {
            terminal.complain(&message);
            Exit::Usage
        }
    }
}

fn settings(matches: &ArgMatches, config: &Config) -> Result<Settings, Message> {
    let paths: Vec<PathBuf> = matches.get_many("path").into_iter().flatten().cloned().collect();
    let stdin_name = matches.get_one::<String>("name").cloned();
    let stdins = paths.iter().filter(|path| path.as_os_str() == "-").count();
    match (stdins, &stdin_name) {
        (0, None) | (1, Some(_)) => {}
        (0, Some(_)) => {
            return Err(Message::pair(
                "--name は - （標準入力）と一緒に使います",
                "--name goes with - (standard input)",
            ));
        }
        (1, None) => {
            return Err(Message::pair(
                "標準入力（-）には --name ファイル名 が必要です",
                "standard input (-) needs --name FILENAME",
            ));
        }
        (_, _) => return Err(Message::pair("標準入力（-）は1回だけ使えます", "standard input (-) can be given once")),
    }
    if stdin_name.as_deref().is_some_and(input::is_archive) {
        return Err(Message::pair(
            "標準入力から書庫は読み取れません。ファイルとして渡します",
            "an archive cannot be read from standard input; give it as a file",
        ));
    }
    let as_of = matches.get_one::<Date>("as-of").copied().or(config.as_of).unwrap_or_else(today_in_japan);
    let keep = matches.get_one("max-findings").copied().or(config.max_findings).unwrap_or(DEFAULT_FINDINGS);
    let unpacked = matches.get_one("max-unpacked").copied().or(config.max_unpacked).unwrap_or(DEFAULT_UNPACKED);
    let threads = matches.get_one("threads").copied().or(config.threads);
    let clock: Option<Clock> = matches.get_flag("timings").then_some(timings::clock);
    let known = Known::of(matches, config, as_of)?;
    Ok(Settings {
        paths,
        stdin_name,
        outputs: Outputs::of(matches, config)?,
        fail_on: matches.get_one("fail-on").copied().or(config.fail_on).unwrap_or(FailOn::Error),
        show_values: matches.get_one("show-values").copied().or(config.show_values).unwrap_or(false),
        keep,
        options: Options { as_of: Some(as_of), keep: known.keep(keep), clock, ..Options::default() },
        limits: Limits { unpacked, unpacked_by: UNPACKED_BY, entries: MOST_ENTRIES, threads },
        known,
    })
}

fn today_in_japan() -> Date {
    // 日本標準時 is nine hours ahead of UTC all year.
    (OffsetDateTime::from(SystemTime::now()) + Duration::hours(9)).date()
}

fn check(settings: &Settings, terminal: &Terminal) -> Exit {
    let clock = settings.options.clock;
    let begun = clock.map(|clock| clock());
    let selection = Selection::of(&settings.paths, settings.stdin_name.as_deref());
    let progress = Progress::new(0);
    let mut inputs = judge(selection, &settings.options, &settings.limits, &progress);
    let mut spent = std::mem::take(&mut inputs.spent);
    for complaint in &inputs.missed.complaints {
        terminal.complain(complaint);
    }
    let nothing = selects_nothing(&inputs);
    if nothing {
        terminal.complain(&Message::pair("検査するファイルがありません", "there is no file to check"));
    }
    let run = Run {
        as_of: settings.options.as_of,
        fail_on: settings.fail_on.severity(),
        show_values: settings.show_values,
        keep: settings.keep,
        files: &inputs.files,
        sets: inputs.sets.as_ref(),
        not_checked: &inputs.missed.not_checked,
        key: None,
        baseline: None,
    };
    let (report, renewed) = timed(clock, &mut spent.report, || settings.known.report(&run, terminal));
    let exit = match renewed {
        Err(exit) => exit,
        Ok(()) if nothing => Exit::Nothing,
        Ok(()) => report.verdict.into(),
    };
    let exit = timed(clock, &mut spent.writing, || settings.outputs.write(&report, terminal, exit));
    if let (Some(clock), Some(begun)) = (clock, begun) {
        spent.whole = clock().saturating_sub(begun);
        spent.rows =
            inputs.files.iter().fold((0, 0), |(proved, rows), (file, _)| (proved + file.proved, rows + file.records));
        tell(&timings::table(&spent, &report, terminal.lang));
    }
    // The process ends now. To give back piece by piece what it held would only make it end later.
    std::mem::forget((inputs, report));
    exit
}

/// The report of folders, masked, with every default but the day.
pub(super) fn report_of(paths: &[PathBuf], as_of: Date) -> Report {
    let options = Options { as_of: Some(as_of), keep: DEFAULT_FINDINGS, ..Options::default() };
    let limits = Limits { unpacked: DEFAULT_UNPACKED, unpacked_by: UNPACKED_BY, entries: MOST_ENTRIES, threads: None };
    let selection = Selection::of(paths, None);
    let progress = Progress::new(0);
    let inputs = judge(selection, &options, &limits, &progress);
    renkei_reports::build(&Run {
        as_of: options.as_of,
        fail_on: FailOn::Error.severity(),
        show_values: false,
        keep: options.keep,
        files: &inputs.files,
        sets: inputs.sets.as_ref(),
        not_checked: &inputs.missed.not_checked,
        key: None,
        baseline: None,
    })
}
