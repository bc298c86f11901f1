//! `renkei test sheet CASE… --out DIR`

use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command};
use renkei_reports::{Lang, Pattern};
use renkei_validator::spec::Version;
use renkei_validator::text::Message;

use super::dress;
use super::terminal::{Terminal, with_line_end};
use crate::exit::Exit;
use crate::input::name_of;
use crate::lang::{self, pick};
use crate::suite::case::{self, Case};
use crate::suite::case_sheet::case_sheet;

pub(super) fn command(lang: Lang) -> Command {
    let say = |ja: &'static str, en: &'static str| pick(lang, ja, en);
    let cases = Arg::new("case").action(ArgAction::Append).value_name(say("ケース", "CASE")).help(say(
        "シートを作るケース。指定がなければ、--patternのすべて、またはすべて",
        "The cases to make sheets of. Without any, all of --pattern, or all",
    ));
    dress(Command::new("sheet"), Some(cases), lang)
        .about(say(
            "ケースの入力用・照合用シートを、公式の帳票の形でHTMLに書きます（A4）",
            "Writes what a case has to enter or to compare as HTML, in the layout of the official forms (A4)",
        ))
        .override_usage(say(
            "renkei test sheet [ケース]... --out <フォルダー> [オプション]",
            "renkei test sheet [CASE]... --out <DIR> [OPTIONS]",
        ))
        .arg(
            Arg::new("out")
                .long("out")
                .required(true)
                .value_name("DIR")
                .value_parser(clap::value_parser!(PathBuf))
                .help(say("書き込むフォルダー", "The folder to write")),
        )
        .arg(
            Arg::new("pattern")
                .long("pattern")
                .action(ArgAction::Append)
                .value_name("PATTERN")
                .help(say("この区分のケースだけ（何度でも）", "Only cases of this pattern (repeatable)")),
        )
}

pub(super) fn run(matches: &ArgMatches, terminal: &Terminal) -> Exit {
    let cases = match chosen(matches) {
        Ok(cases) => cases,
        Err(message) => {
            terminal.complain(&message);
            return Exit::Usage;
        }
    };
    let out = matches.get_one::<PathBuf>("out").cloned().unwrap_or_default();
    let (mut written, mut failed) = (Vec::new(), false);
    for case in cases {
        match write(&out, case, terminal.lang) {
            Ok(path) => written.extend(path),
            Err(message) => {
                terminal.complain(&message);
                failed = true;
            }
        }
    }
    let exit = match (failed, written.is_empty()) {
        (true, _) => Exit::Incomplete,
        (false, false) => Exit::Valid,
        (false, true) => {
            terminal.complain(&Message::pair(
                "シートになるケースがありません",
                "no case has anything to enter or to look at",
            ));
            Exit::Nothing
        }
    };
    match written.is_empty() {
        true => exit,
        false => terminal.show(&with_line_end(written.join("\n")), exit),
    }
}

fn chosen(matches: &ArgMatches) -> Result<Vec<&'static Case>, Message> {
    let words = |name: &str| matches.get_many::<String>(name).into_iter().flatten().cloned().collect::<Vec<_>>();
    let (ids, patterns) = (words("case"), words("pattern"));
    if let Some(unknown) = ids.iter().find(|id| case::find(id).is_none()) {
        return Err(Message::pair(format!("ケース {unknown} はありません"), format!("there is no case {unknown}")));
    }
    let known = |pattern: &String| case::cases().iter().any(|case| fits(case.pattern, pattern));
    if let Some(unknown) = patterns.iter().find(|pattern| !known(pattern)) {
        return Err(Message::pair(
            format!("区分 {unknown} のケースはありません"),
            format!("there is no case of pattern {unknown}"),
        ));
    }
    let wanted = |case: &&Case| {
        (ids.is_empty() || ids.contains(&case.id))
            && (patterns.is_empty() || patterns.iter().any(|pattern| fits(case.pattern, pattern)))
    };
    Ok(case::cases().iter().filter(wanted).collect())
}

fn fits(pattern: Pattern, word: &str) -> bool {
    pattern.word().eq_ignore_ascii_case(word)
}

/// Writes the sheet of a case, and returns where; `None` where it has none.
fn write(out: &Path, case: &Case, lang: Lang) -> Result<Option<String>, Message> {
    // The newest version of a case is the one that software is to speak.
    let version = case.versions.iter().copied().max().unwrap_or(Version::V202407);
    let sheet = case_sheet(case, version, lang)
        .map_err(|why| Message::pair(format!("{}: {}", case.id, why.ja), format!("{}: {}", case.id, why.en)))?;
    let Some(html) = sheet else { return Ok(None) };
    let path = out.join(format!("{}.html", case.id));
    std::fs::create_dir_all(out).and_then(|()| std::fs::write(&path, html)).map_err(|error| {
        let (path, why) = (name_of(&path), lang::io_reason(&error));
        Message::pair(format!("{path} に書き込めません: {}", why.ja), format!("cannot write {path}: {}", why.en))
    })?;
    Ok(Some(name_of(&path)))
}
