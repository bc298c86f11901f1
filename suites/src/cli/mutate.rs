//! `renkei mutate --from DIR --out DIR`

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgGroup, ArgMatches, Command};
use renkei_generators::aside::{Aside, Standing, real, standing};
use renkei_generators::manifest::Manifest;
use renkei_generators::mutate::{self, MutateError, Parents, Request};
use renkei_reports::Lang;
use renkei_validator::rule::Rule;
use renkei_validator::rules;
use renkei_validator::text::Message;
use time::Date;

use super::generate::parse_seed;
use super::terminal::{Terminal, with_line_end};
use super::{dress, explain, settings, value_arg};
use crate::exit::Exit;
use crate::input::name_of;
use crate::lang::{pick, read};
use crate::parents::{Folders, Trouble};

/// The seed where none is given.
const DEFAULT_SEED: u64 = 1;
/// The name of the manifest.
const MANIFEST: &str = "manifest.json";

pub(super) fn command(lang: Lang) -> Command {
    let say = |ja: &'static str, en: &'static str| pick(lang, ja, en);
    let folder = |name: &'static str| {
        Arg::new(name).long(name).required(true).value_name("DIR").value_parser(clap::value_parser!(PathBuf))
    };
    dress(Command::new("mutate"), None, lang)
        .about(say("誤りのない組から、誤りが1つだけある組を作ります", "Makes sets with exactly one known fault of clean ones"))
        .override_usage(say(
            "renkei mutate --from <DIR> (--rule <ID>... | --all) --out <DIR> [オプション]",
            "renkei mutate --from <DIR> (--rule <ID>... | --all) --out <DIR> [OPTIONS]",
        ))
        .after_help(say(
            "CSVのあるフォルダー1つを1組とします。作った組は「ルール/番号」のフォルダーに、誤りのない組はcontrolに置き、内容をmanifest.jsonに書きます。",
            "Every folder with CSV files is one set. Mutants go into a folder per rule and number, the clean sets they were made of into control; manifest.json tells what each is.",
        ))
        .arg(folder("from").help(say("誤りのない組のあるフォルダー", "The folder of clean sets")))
        .arg(Arg::new("rule").long("rule").action(ArgAction::Append).value_name("ID").help(say(
            "このルールの誤りを作ります（何度でも）",
            "Make the mutants of this rule (repeatable)",
        )))
        .arg(
            Arg::new("all")
                .long("all")
                .action(ArgAction::SetTrue)
                .help(say("すべてのルールの誤りを作ります", "Make the mutants of all rules")),
        )
        .group(ArgGroup::new("which").args(["rule", "all"]).required(true))
        .arg(value_arg("seed", parse_seed, lang).value_name("N").help(say(
            "元になる組を選ぶ数（既定1）。同じ数なら同じ結果になります",
            "Chooses the sets to be changed (default 1); the same number gives the same bytes",
        )))
        .arg(value_arg("as-of", settings::parse_date, lang).value_name("YYYY-MM-DD").help(say(
            "この日の時点の重大度をmanifestに書きます。指定がなければ、日付によらない重大度",
            "Tell severities as of this day. Without it, those that depend on no day",
        )))
        .arg(folder("out").help(say("書き込むフォルダー", "The folder to write")))
        .arg(Arg::new("force").long("force").action(ArgAction::SetTrue).help(say(
            "空でないフォルダーにも書きます。前回の結果だけを置き換え、ほかのファイルは残します",
            "Write into a folder that is not empty: replace earlier mutants, leave other files alone",
        )))
}

/// Why a run ends early, and how.
struct Stop(Exit, Message);

impl From<Trouble> for Stop {
    fn from(trouble: Trouble) -> Stop {
        let exit = match &trouble {
            Trouble::NotClean(..) => Exit::Usage,
            Trouble::Read(..) | Trouble::Write(..) => Exit::Incomplete,
        };
        Stop(exit, trouble.message())
    }
}

pub(super) fn run(matches: &ArgMatches, terminal: &Terminal) -> Exit {
    match make(matches, terminal) {
        Ok(summary) => terminal.show(&with_line_end(read(terminal.lang, &summary).to_owned()), Exit::Valid),
        Err(Stop(exit, message)) => {
            terminal.complain(&message);
            exit
        }
    }
}

fn make(matches: &ArgMatches, terminal: &Terminal) -> Result<Message, Stop> {
    let rules = chosen(matches)?;
    let path = |name: &str| matches.get_one::<PathBuf>(name).cloned().unwrap_or_default();
    let (from, out) = (path("from"), path("out"));
    let out = place(&from, &out, matches.get_flag("force"))?;
    let as_of = matches.get_one::<Date>("as-of").copied();
    let request = Request { rules, seed: matches.get_one("seed").copied().unwrap_or(DEFAULT_SEED), as_of };
    let mut parents = Folders::walk(&from, mutate::options(as_of))?;
    if parents.is_empty() {
        let from = name_of(&from);
        return Err(Stop(
            Exit::Nothing,
            Message::pair(
                format!("{from} にCSVファイルのあるフォルダーがありません（zipの中は探しません）"),
                format!("no folder of {from} holds CSV files (archives are not opened)"),
            ),
        ));
    }
    // A set with a fault is refused whether or not the seed would choose it.
    for index in 0..parents.names().len() {
        parents.get(index)?;
    }
    let unwritable = |error| Stop::from(Trouble::Write(out.clone(), error));
    let aside = Aside::fresh(&out).map_err(unwritable)?;
    let manifest = mutate::mutate(&mut parents, &request, &mut |folder, files| {
        files.iter().try_for_each(|(name, bytes)| {
            aside.write(folder, name, bytes).map_err(|error| Trouble::Write(out.join(folder).join(name), error))
        })
    })
    .map_err(stopped)?;
    for missed in &manifest.not_applied {
        let (id, reason) = (&missed.id, &missed.reason);
        terminal.note(&Message::pair(
            format!("{id} は作れません: {}", reason.ja),
            format!("{id} is not made: {}", reason.en),
        ));
    }
    if manifest.mutants.is_empty() {
        return Err(Stop(Exit::Nothing, Message::pair("作れる組がありません", "no mutant could be made")));
    }
    aside.write("", MANIFEST, manifest.to_json().as_bytes()).map_err(unwritable)?;
    let ours: Vec<String> = mutate::folders().collect();
    aside.settle(&out, &ours, Some(MANIFEST)).map_err(unwritable)?;
    Ok(summary(&manifest, &path("out")))
}

/// The rules asked for, in the order of all.
fn chosen(matches: &ArgMatches) -> Result<Vec<&'static Rule>, Stop> {
    if matches.get_flag("all") {
        return Ok(rules::all().to_vec());
    }
    let mut ids = BTreeSet::new();
    for id in matches.get_many::<String>("rule").into_iter().flatten() {
        let rule = rules::find(id).ok_or_else(|| Stop(Exit::Usage, explain::unknown(id)))?;
        ids.insert(rule.id);
    }
    Ok(rules::all().iter().copied().filter(|rule| ids.contains(rule.id)).collect())
}

/// Where the mutants are to stand, as a real path.
fn place(from: &Path, out: &Path, force: bool) -> Result<PathBuf, Stop> {
    let usage = |message| Stop(Exit::Usage, message);
    let unreadable = |path: &Path, error| Stop(Exit::Usage, Trouble::Read(path.to_path_buf(), error).message());
    let (from_name, out_name) = (name_of(from), name_of(out));
    let no_folder =
        |name: &str| usage(Message::pair(format!("{name} はフォルダーではありません"), format!("{name} is no folder")));
    // A folder that is not there and one that is a file are told before anything is read.
    if from.is_file() {
        return Err(no_folder(&from_name));
    }
    std::fs::read_dir(from).map_err(|error| unreadable(from, error))?;
    let real_from = real(from).map_err(|error| unreadable(from, error))?;
    let real_out = real(out).map_err(|error| unreadable(out, error))?;
    if real_from.starts_with(&real_out) || real_out.starts_with(&real_from) {
        return Err(usage(Message::pair(
            format!(
                "--from {from_name} と --out {out_name} は、一方が他方の中にあります。別のフォルダーにしてください"
            ),
            format!("of --from {from_name} and --out {out_name} one is inside the other; keep them apart"),
        )));
    }
    match (standing(&real_out).map_err(|error| unreadable(out, error))?, force) {
        (Standing::Free, _) | (Standing::Filled, true) => Ok(real_out),
        (Standing::Filled, false) => Err(usage(Message::pair(
            format!("フォルダー {out_name} は空ではありません。前回の結果を置き換えるには --force を付けます"),
            format!("the folder {out_name} is not empty; --force replaces earlier mutants in it"),
        ))),
        (Standing::File, _) => Err(no_folder(&out_name)),
    }
}

fn stopped(error: MutateError<Trouble>) -> Stop {
    match error {
        MutateError::Parent(trouble) | MutateError::Keep(trouble) => trouble.into(),
        MutateError::Untrue { id, parent, why } => Stop(
            Exit::Incomplete,
            Message::pair(
                format!(
                    "{parent} から作った {id} が、ルールの定めるとおりになりません（renkeiの不具合です）: {}",
                    why.ja
                ),
                format!("{id} made of {parent} is not what its rule promises (a defect of renkei): {}", why.en),
            ),
        ),
    }
}

fn summary(manifest: &Manifest, out: &Path) -> Message {
    let rules: BTreeSet<&str> = manifest.mutants.iter().map(|mutant| mutant.rule.as_str()).collect();
    let (mutants, rules, controls) = (manifest.mutants.len(), rules.len(), manifest.controls.len());
    let (out, not_applied) = (name_of(out), manifest.not_applied.len());
    Message::pair(
        format!(
            "{out} に書きました: 誤りのある組 {mutants}（ルール {rules}）、誤りのない組 {controls}、作れなかったもの {not_applied}"
        ),
        format!("wrote {out}: mutants {mutants} (rules {rules}), controls {controls}, not made {not_applied}"),
    )
}
