//! The command line: languages, usage, and one module per verb. Knows the shell; judges nothing.

mod baseline;
mod certs;
mod check;
mod client;
mod coverage;
mod demo;
mod explain;
mod faults;
mod generate;
mod mutate;
mod outputs;
mod report;
mod rules;
mod score;
mod serve;
pub(crate) mod settings;
mod sheet;
mod terminal;
mod test;
mod usage;

use std::ffi::OsString;
use std::panic::{PanicHookInfo, catch_unwind, set_hook};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, ColorChoice, Command};
use renkei_reports::Lang;
use renkei_validator::text::Message;

use self::settings::Color;
use self::terminal::Terminal;
use crate::config::Config;
use crate::exit::Exit;
use crate::lang::pick;
use crate::{config, lang};

/// Runs `renkei` with the arguments of the process.
pub fn main() -> ExitCode {
    set_hook(Box::new(tell_place));
    let args = asking_for_help(std::env::args_os().collect());
    catch_unwind(|| run(args)).unwrap_or(Exit::Incomplete).into()
}

/// Tells where renkei broke, and no more: what it says of it may hold values of a person.
fn tell_place(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map_or_else(|| "?".to_owned(), |place| format!("{}:{}", place.file(), place.line()));
    terminal::tell(&format!("renkei: 内部エラー（renkeiの不具合です） / internal error (a defect of renkei): {place}"));
}

/// `renkei help check` asks for what `renkei check --help` does, behind the options of every verb, too.
fn asking_for_help(mut args: Vec<OsString>) -> Vec<OsString> {
    let mut verb = 1;
    while let Some(arg) = args.get(verb).and_then(|arg| arg.to_str()).filter(|arg| arg.starts_with("--")) {
        verb += if EVERYWHERE.contains(&arg) { 2 } else { 1 };
    }
    if args.get(verb).is_some_and(|verb| verb == "help") {
        args.remove(verb);
        args.push("--help".into());
    }
    args
}

/// Options with a value that may stand before a verb.
const EVERYWHERE: [&str; 3] = ["--lang", "--color", "--config"];

fn run(args: Vec<OsString>) -> Exit {
    let early = Early::of(&args);
    let config = config::load(early.config.as_deref());
    let of_config = config.as_ref().ok().and_then(|config| config.lang);
    let lang = early.lang.or(of_config).unwrap_or_else(lang::of_locale);
    let matches = match command(lang, args.get(1)).color(early.color).try_get_matches_from(args) {
        Ok(matches) => matches,
        Err(error) => return usage::refuse(&error, lang),
    };
    let config = match config {
        Ok(config) => config,
        Err(message) => {
            terminal::complain(lang, &message);
            return Exit::Usage;
        }
    };
    dispatch(&matches, &config, lang)
}

/// What a verb takes, and what it does.
type Verb = (&'static str, fn(Lang) -> Command, Run);

type Run = fn(&ArgMatches, &Config, &Terminal) -> Exit;

/// In the order of the help.
const VERBS: [Verb; 14] = [
    ("check", check::command, check::run),
    ("explain", explain::command, |matches, _, terminal| explain::run(matches, terminal)),
    ("rules", rules::command, |matches, _, terminal| rules::run(matches, terminal)),
    ("report", report::command, report::run),
    ("generate", generate::command, |matches, _, terminal| generate::run(matches, terminal)),
    ("mutate", mutate::command, |matches, _, terminal| mutate::run(matches, terminal)),
    ("score", score::command, |matches, _, terminal| score::run(matches, terminal)),
    ("serve", serve::command, |matches, _, terminal| serve::run(matches, terminal)),
    ("client", client::command, |matches, _, terminal| client::run(matches, terminal)),
    ("certs", certs::command, |matches, _, terminal| certs::run(matches, terminal)),
    ("faults", faults::command, |matches, _, terminal| faults::run(matches, terminal)),
    ("test", test::command, test::run),
    ("coverage", coverage::command, |matches, _, terminal| coverage::run(matches, terminal)),
    ("demo", demo::command, |matches, _, terminal| demo::run(matches, terminal)),
];

fn dispatch(matches: &ArgMatches, config: &Config, lang: Lang) -> Exit {
    let color = matches.get_one::<Color>("color").copied().or(config.color).unwrap_or(Color::Auto);
    let terminal = Terminal::new(lang, color);
    let Some((asked, matches)) = matches.subcommand() else { return Exit::Usage };
    match VERBS.iter().find(|(name, ..)| *name == asked) {
        Some((.., run)) => run(matches, config, &terminal),
        None => Exit::Usage,
    }
}

/// What must be known before the arguments can be read: help is printed while they are.
struct Early {
    lang: Option<Lang>,
    color: ColorChoice,
    config: Option<PathBuf>,
}

impl Early {
    fn of(args: &[OsString]) -> Early {
        let color = match option(args, "--color").as_ref().and_then(|word| Color::parse(word.to_str()?)) {
            Some(Color::Always) => ColorChoice::Always,
            Some(Color::Never) => ColorChoice::Never,
            Some(Color::Auto) | None => ColorChoice::Auto,
        };
        Early {
            lang: option(args, "--lang").as_ref().and_then(|word| lang::parse(word.to_str()?)),
            color,
            config: option(args, "--config").map(PathBuf::from),
        }
    }
}

/// The value of an option, wherever it stands before `--`.
fn option(args: &[OsString], name: &str) -> Option<OsString> {
    let mut args = args.iter().take_while(|arg| *arg != "--");
    while let Some(arg) = args.next() {
        if arg == name {
            return args.next().cloned();
        }
        let value = arg.to_str().and_then(|arg| arg.strip_prefix(name)).and_then(|rest| rest.strip_prefix('='));
        if let Some(value) = value {
            return Some(value.into());
        }
    }
    None
}

/// The whole command line. Where the first argument is a verb, no other one can be asked for, and making
/// them all would take longer than many a check.
fn command(lang: Lang, first: Option<&OsString>) -> Command {
    let asked = VERBS.iter().position(|(name, ..)| first.is_some_and(|first| first == name));
    let verbs = asked.map_or(&VERBS[..], |asked| &VERBS[asked..=asked]);
    root(lang).subcommands(verbs.iter().map(|(_, command, _)| command(lang)))
}

fn root(lang: Lang) -> Command {
    let about = pick(
        lang,
        "ケアプランデータ連携のCSVファイルを検査し、介護ソフトを試すツールです。",
        "Checks the CSV files of ケアプランデータ連携, Japan's care-plan data linkage, and tries the software \
         that exchanges them.",
    );
    let more = pick(
        lang,
        "コマンドごとの説明は renkei help <コマンド> で表示します。",
        "renkei help <COMMAND> tells more of a command.",
    );
    dress(Command::new("renkei"), None, lang)
        .version(env!("CARGO_PKG_VERSION"))
        .about(about)
        .override_usage(pick(lang, "renkei <コマンド>", "renkei <COMMAND>"))
        .after_help(more)
        .disable_version_flag(true)
        .disable_help_subcommand(true)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .arg(Arg::new("version").short('V').long("version").action(ArgAction::Version).help(pick(
            lang,
            "版を表示します",
            "Print the version",
        )))
        .arg(
            word_arg("lang", &["ja", "en"], lang::parse, lang)
                .value_name("ja|en")
                .global(true)
                .display_order(SHARED)
                .help(pick(
                    lang,
                    "言語: ja, en。指定がなければ環境の設定に従います",
                    "Language: ja, en. Without it, that of the locale",
                )),
        )
        .arg(
            word_arg("color", Color::WORDS, Color::parse, lang)
                .value_name("WHEN")
                .global(true)
                .display_order(SHARED)
                .help(pick(
                    lang,
                    "色: auto, always, never。autoは画面に表示するときだけ（NO_COLORがあれば使いません）",
                    "Colours: auto, always, never. auto: on a terminal, unless NO_COLOR is set",
                )),
        )
        .arg(
            Arg::new("config")
                .long("config")
                .global(true)
                .display_order(SHARED)
                .value_name("PATH")
                .value_parser(clap::value_parser!(PathBuf))
                .help(pick(
                    lang,
                    "設定ファイル。指定がなければ、今のフォルダーのrenkei.toml",
                    "Configuration file. Without it, renkei.toml of the current folder",
                )),
        )
}

/// Where options that every verb has stand in its help: at the end.
const SHARED: usize = 100;

/// Gives a command its positional argument, and the words that clap would put in English.
fn dress(command: Command, argument: Option<Arg>, lang: Lang) -> Command {
    let arguments = pick(lang, "引数", "Arguments");
    let template = match lang {
        Lang::Ja => "{about-with-newline}\n使い方: {usage}\n\n{all-args}{after-help}\n",
        Lang::En => "{about-with-newline}\nUsage: {usage}\n\n{all-args}{after-help}\n",
    };
    command
        .help_template(template)
        .subcommand_help_heading(pick(lang, "コマンド", "Commands"))
        .args(argument.map(|argument| argument.help_heading(arguments)))
        .next_help_heading(pick(lang, "オプション", "Options"))
        .disable_help_flag(true)
        .arg(Arg::new("help").short('h').long("help").action(ArgAction::Help).display_order(SHARED).help(pick(
            lang,
            "この説明を表示します",
            "Print this help",
        )))
}

/// An option that takes one of some words.
fn word_arg<T>(name: &'static str, words: &'static [&'static str], parse: fn(&str) -> Option<T>, lang: Lang) -> Arg
where
    T: Clone + Send + Sync + 'static,
{
    let read = move |text: &str| {
        let words = words.join(", ");
        parse(text).ok_or_else(|| Message::pair(format!("使える値: {words}"), format!("the values are {words}")))
    };
    value_arg(name, read, lang)
}

/// An option whose value is read by a function.
fn value_arg<T>(
    name: &'static str,
    read: impl Fn(&str) -> Result<T, Message> + Clone + Send + Sync + 'static,
    lang: Lang,
) -> Arg
where
    T: Clone + Send + Sync + 'static,
{
    Arg::new(name)
        .long(name)
        .value_parser(move |text: &str| read(text).map_err(|message| lang::read(lang, &message).to_owned()))
}

/// Makes the folder, which may be there as long as nothing is in it.
fn new_folder(folder: &std::path::Path) -> Result<(), Message> {
    let failed = |error: &std::io::Error| {
        let (name, why) = (crate::input::name_of(folder), lang::io_reason(error));
        Message::pair(format!("{name} を使えません: {}", why.ja), format!("cannot use {name}: {}", why.en))
    };
    std::fs::create_dir_all(folder).map_err(|error| failed(&error))?;
    let mut entries = std::fs::read_dir(folder).map_err(|error| failed(&error))?;
    match entries.next() {
        None => Ok(()),
        Some(_) => {
            let name = crate::input::name_of(folder);
            Err(Message::pair(
                format!("{name} は空ではありません。別のフォルダーを --out で指定します"),
                format!("{name} is not empty; name another folder with --out"),
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_is_well_formed_in_both_languages() {
        command(Lang::Ja, None).debug_assert();
        command(Lang::En, None).debug_assert();
    }

    #[test]
    fn verbs_are_called_what_their_commands_are_called() {
        assert_eq!(VERBS.len(), 14);
        for (name, command, _) in VERBS {
            assert_eq!(command(Lang::Ja).get_name(), name);
        }
    }

    #[test]
    fn a_verb_in_the_first_place_is_the_only_one_that_is_made() {
        let names = |first: &str| {
            let command = command(Lang::En, Some(&first.into()));
            command.get_subcommands().map(|verb| verb.get_name().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names("serve"), ["serve"]);
        for first in ["--lang=en", "chekc", "-"] {
            assert_eq!(names(first).len(), 14, "{first}");
        }
    }

    #[test]
    fn early_options_are_found_before_a_double_dash_only() {
        let args = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
        assert_eq!(option(&args(&["renkei", "check", "--lang", "en"]), "--lang"), Some("en".into()));
        assert_eq!(option(&args(&["renkei", "--lang=ja", "--lang=en"]), "--lang"), Some("ja".into()));
        assert_eq!(option(&args(&["renkei", "--", "--lang=ja"]), "--lang"), None);
        assert_eq!(option(&args(&["renkei", "--language=ja"]), "--lang"), None);
    }
}
