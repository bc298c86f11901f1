//! `renkei test init`: asks what must be known of the software and writes `sut.toml`. Knows questions; what may
//! stand in the file is told by [`settings`](crate::suite::adapter::settings).

use std::fs::OpenOptions;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command};
use renkei_reports::{Lang, Pattern};
use renkei_validator::spec::{Party, Version};
use renkei_validator::text::Message;

use crate::cli::dress;
use crate::cli::terminal::Terminal;
use crate::exit::Exit;
use crate::lang::{io_reason, pick};
use crate::suite::adapter::settings::{ADAPTERS, DEFAULT_FILE, PATTERNS, ROLES, Settings, Start, versions, written};
use crate::suite::case::versions_of;

pub(super) fn command(lang: Lang) -> Command {
    let say = |ja: &'static str, en: &'static str| pick(lang, ja, en);
    let answer = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    dress(Command::new("init"), None, lang)
        .about(say("質問に答えて sut.toml を作ります", "Asks, and writes sut.toml"))
        .override_usage(say("renkei test init [オプション]", "renkei test init [OPTIONS]"))
        .after_help(say(
            "オプションで答えたことは聞きません。複数のものは「,」で区切ります。",
            "What an option answers is not asked. Several answers are separated by commas.",
        ))
        .arg(answer("product", "NAME", say("介護ソフト名", "The name of the software")))
        .arg(answer("company", "NAME", say("提供会社名", "Who offers it")))
        .arg(answer("roles", "ROLES", say("役割: care-manager（居宅介護支援）, provider（サービス事業所）, center（地域包括支援センター）", "care-manager (居宅介護支援), provider, center (地域包括支援センター)")))
        .arg(answer("patterns", "PATTERNS", say("申告する区分: D1～D7など", "The patterns claimed, such as D1,D2")))
        .arg(answer("csv-versions", "VERSIONS", say("CSVバージョン", "The values of CSVバージョン")))
        .arg(answer("adapter", "ADAPTER", say(
            "操作のしかた: command（コマンド）, folder（フォルダー）, http（専用クライアント）, attended（人が操作）, in-process（renkeiの見本）",
            "How it is reached: command, folder, http (its own client), attended (a person), in-process (renkei's own)",
        )))
        .arg(
            Arg::new("yes")
                .long("yes")
                .short('y')
                .action(ArgAction::SetTrue)
                .help(say("聞かずに、既定の答えを使います", "Ask nothing; what no option answers has its default")),
        )
        .arg(
            Arg::new("sut")
                .long("sut")
                .value_name("FILE")
                .value_parser(clap::value_parser!(PathBuf))
                .help(say("書き込むファイル（既定 sut.toml）", "The file to write (default sut.toml)")),
        )
        .arg(
            Arg::new("force")
                .long("force")
                .action(ArgAction::SetTrue)
                .help(say("ファイルがあれば上書きします", "Overwrite the file where there is one")),
        )
}

pub(super) fn run(matches: &ArgMatches, terminal: &Terminal) -> Exit {
    let path = matches.get_one::<PathBuf>("sut").map_or_else(|| Path::new(DEFAULT_FILE), PathBuf::as_path);
    match init(matches, path, terminal.lang) {
        Ok(adapter) => {
            let name = path.display();
            let (ja, en) = match adapter {
                "attended" | "in-process" => ("", ""),
                _ => ("コマンドを書き換えてから、", "put the commands in, then "),
            };
            let text = match terminal.lang {
                Lang::Ja => format!("{name} を作りました。{ja}renkei test run を実行してください\n"),
                Lang::En => format!("wrote {name}; {en}run renkei test run\n"),
            };
            terminal.show(&text, Exit::Valid)
        }
        Err(message) => {
            terminal.complain(&message);
            Exit::Usage
        }
    }
}

/// Writes the file. `Ok` is the adapter that was chosen.
fn init(matches: &ArgMatches, path: &Path, lang: Lang) -> Result<&'static str, Message> {
    let force = matches.get_flag("force");
    // Told before anything is asked.
    if !force && path.exists() {
        return Err(exists(path));
    }
    let again = io::stdin().is_terminal();
    let mut asker = Asker { matches, lang, input: io::stdin().lock(), ask: !matches.get_flag("yes"), again };
    let role_words: Vec<&str> = ROLES.iter().map(|(word, _)| *word).collect();
    let pattern_words: Vec<&str> = PATTERNS.iter().map(|(word, _)| *word).collect();
    let version_words = versions().map(|(word, _)| word);
    let product = asker.text("product", ("介護ソフト名", "name of the software"), "介護ソフト")?;
    let company = asker.text("company", ("提供会社名", "who offers it"), "提供会社")?;
    let roles = asker.words("roles", ("役割", "roles"), &role_words, "care-manager", usize::MAX)?;
    let patterns =
        asker.words("patterns", ("申告する区分", "patterns claimed"), &pattern_words, "D1,D2,D3", usize::MAX)?;
    let patterns: Vec<Pattern> = patterns.iter().map(|at| PATTERNS[*at].1).collect();
    let usual = usual_versions(&patterns);
    let versions = asker.words("csv-versions", ("CSVバージョン", "versions"), &version_words, &usual, usize::MAX)?;
    let adapter = asker.words("adapter", ("操作のしかた", "how it is reached"), &ADAPTERS, "command", 1)?;
    let start = Start {
        product,
        company,
        roles: roles.iter().map(|at| ROLES[*at].1).collect::<Vec<Party>>(),
        patterns,
        versions: versions.iter().map(|at| Version::ALL[*at]).collect(),
        adapter: adapter.first().map_or("command", |at| ADAPTERS[*at]),
    };
    let text = written(&start, lang);
    // What is written is what can be read.
    Settings::parse(&path.display().to_string(), &text, Path::new(""))?;
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).create_new(!force);
    let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map(|()| start.adapter).map_err(|error| {
        if error.kind() == io::ErrorKind::AlreadyExists {
            return exists(path);
        }
        let (name, why) = (path.display(), io_reason(&error));
        Message::pair(format!("{name} に書き込めません: {}", why.ja), format!("cannot write {name}: {}", why.en))
    })
}

fn exists(path: &Path) -> Message {
    let name = path.display();
    Message::pair(
        format!("{name} はもうあります。上書きするときは --force を付けます"),
        format!("{name} is there already; --force overwrites it"),
    )
}

/// The versions that the cases of these patterns are of.
fn usual_versions(patterns: &[Pattern]) -> String {
    versions_of(patterns).into_iter().map(Version::value).collect::<Vec<_>>().join(",")
}

/// Answers from options, from standard input, or by default.
struct Asker<'a, Input> {
    matches: &'a ArgMatches,
    lang: Lang,
    input: Input,
    ask: bool,
    /// Whether somebody is there who can answer once more.
    again: bool,
}

impl<Input: BufRead> Asker<'_, Input> {
    /// An answer that is not empty, and whether it was asked for.
    fn answer(&mut self, name: &str, question: (&str, &str), default: &str) -> Result<(String, bool), Message> {
        if let Some(answer) = self.matches.get_one::<String>(name) {
            return Ok((answer.trim().to_owned(), false));
        }
        if !self.ask {
            return Ok((default.to_owned(), false));
        }
        // The question goes where it does not mix with what is piped on.
        anstream::eprint!("{} [{default}]: ", pick(self.lang, question.0, question.1));
        let mut line = String::new();
        self.input.read_line(&mut line).map_err(|error| {
            let why = io_reason(&error);
            Message::pair(format!("答えを読み取れません: {}", why.ja), format!("cannot read the answer: {}", why.en))
        })?;
        // The end of a pipe stands for the default, as an empty line does.
        Ok((if line.trim().is_empty() { default.to_owned() } else { line.trim().to_owned() }, true))
    }

    fn text(&mut self, name: &str, question: (&str, &str), default: &str) -> Result<String, Message> {
        self.answer(name, question, default).map(|(answer, _)| answer)
    }

    /// Words out of a list, by their places in it, and no more than so many. Whoever can answer once more is asked
    /// once more where an answer is of no use.
    fn words(
        &mut self,
        name: &str,
        question: (&str, &str),
        known: &[&str],
        default: &str,
        most: usize,
    ) -> Result<Vec<usize>, Message> {
        let list = known.join(", ");
        let (ja, en) = (format!("{}（{list}）", question.0), format!("{} ({list})", question.1));
        loop {
            let (answer, asked) = self.answer(name, (&ja, &en), default)?;
            let why = match places(&answer, known) {
                Ok(places) if places.len() <= most => return Ok(places),
                Ok(_) => Message::pair(
                    format!("{}は1つだけ選びます", question.0),
                    format!("only one can be chosen: {}", question.1),
                ),
                Err(word) => Message::pair(
                    format!("{}: 「{word}」は使えません。使える値: {list}", question.0),
                    format!("{}: {word} is no value of it; there are {list}", question.1),
                ),
            };
            if !(asked && self.again) {
                return Err(why);
            }
            anstream::eprintln!("{}", pick(self.lang, &why.ja, &why.en));
        }
    }
}

/// The places of words in a list; or what is no word of it. Words are separated by commas, and capitals do not count.
fn places(answer: &str, known: &[&str]) -> Result<Vec<usize>, String> {
    const COMMAS: [char; 3] = [',', '、', '，'];
    let mut places = Vec::new();
    let mut rest = answer.trim();
    while !rest.is_empty() {
        // Some words hold a comma themselves.
        let found = known.iter().enumerate().find_map(|(at, word)| {
            let (head, after) = rest.split_at_checked(word.len())?;
            let after = after.trim_start();
            let ends = after.is_empty() || after.starts_with(COMMAS);
            (ends && head.eq_ignore_ascii_case(word)).then_some((at, after))
        });
        let Some((at, after)) = found else {
            return Err(rest.split(COMMAS).next().unwrap_or(rest).trim().to_owned());
        };
        if !places.contains(&at) {
            places.push(at);
        }
        rest = after.trim_start_matches(|c: char| COMMAS.contains(&c) || c.is_whitespace());
    }
    Ok(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_separated_as_people_write_them() {
        let known = PATTERNS.map(|(word, _)| word);
        let of = |answer: &str| places(answer, &known);
        assert_eq!(of("D1,D2"), Ok(vec![0, 1]));
        assert_eq!(of(" d3、 D1，予定(6,7表), 計画書(1,2表)、D1,"), Ok(vec![2, 0, 8, 7]));
        assert_eq!(of(""), Ok(vec![]));
        assert_eq!(of("D1、Ｄ２、D3"), Err("Ｄ２".to_owned()));
        assert_eq!(of("D12"), Err("D12".to_owned()));
        assert_eq!(of("計画"), Err("計画".to_owned()));
    }

    #[test]
    fn whoever_is_there_is_asked_once_more() {
        let matches = command(Lang::En).get_matches_from(["init"]);
        let ask = |answers: &'static str, again| {
            let mut asker = Asker { matches: &matches, lang: Lang::En, input: answers.as_bytes(), ask: true, again };
            asker.words("adapter", ("", "how"), &ADAPTERS, "command", 1).map_err(|why| why.en)
        };
        assert_eq!(ask("ftp\nfolder, http\nhttp\n", true), Ok(vec![2]));
        let why = "how: ftp is no value of it; there are command, folder, http, attended, in-process";
        assert_eq!(ask("ftp\nhttp\n", false), Err(why.to_owned()));
        // The end stands for the default, so that nobody is asked for ever.
        assert_eq!(ask("ftp\n", true), Ok(vec![0]));
    }

    #[test]
    fn the_usual_versions_are_those_of_the_patterns() {
        assert_eq!(usual_versions(&[Pattern::D1, Pattern::D7]), "202407");
        assert_eq!(usual_versions(&[Pattern::Schedule]), "202208");
        assert_eq!(usual_versions(&[Pattern::D2, Pattern::Schedule]), "202208,202407");
    }
}
