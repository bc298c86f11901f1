//! `--baseline`, `--write-baseline` and the key that rows are named with. Knows where the files lie;
//! judges nothing.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches};
use renkei_reports::{Baseline, Key, Lang, Report, Run, build, renewed_baseline};
use renkei_validator::text::Message;
use time::Date;

use super::terminal::Terminal;
use super::{settings, value_arg};
use crate::config::Config;
use crate::exit::Exit;
use crate::lang::{self, pick};
use crate::text_file;

/// The variable that holds the key.
const KEY_VARIABLE: &str = "RENKEI_KEY";

/// The options, for `check`.
pub(super) fn args(lang: Lang) -> Vec<Arg> {
    let say = |ja: &'static str, en: &'static str| pick(lang, ja, en);
    let path = |name: &'static str| Arg::new(name).long(name).value_parser(clap::value_parser!(PathBuf));
    vec![
        path("baseline").value_name("PATH").conflicts_with("write-baseline").help(say(
            "既知の指摘の一覧。載っている指摘は判定に数えません",
            "Known findings; they do not count for the verdict",
        )),
        path("write-baseline").value_name("PATH").requires_all(["reason", "expires"]).help(say(
            "今回の指摘を既知として書きます。ファイルがあれば、その理由と期限を引き継ぎます",
            "Write what is found now as known; reasons and days of an existing file are kept",
        )),
        Arg::new("reason").long("reason").value_name("TEXT").requires("write-baseline").help(say(
            "新しい登録の理由（--write-baseline と一緒に使います）",
            "The reason of new entries, with --write-baseline",
        )),
        value_arg("expires", settings::parse_date, lang).value_name("YYYY-MM-DD").requires("write-baseline").help(say(
            "新しい登録の期限となる日（--write-baseline と一緒に使います）",
            "The last day of new entries, with --write-baseline",
        )),
        path("key").value_name("PATH").help(say(
            "行を照合する鍵のファイル。指定がなければ、環境変数RENKEI_KEY、ベースラインの隣の .key",
            "The key that rows are named with. Without it, that of RENKEI_KEY, or .key beside the baseline",
        )),
    ]
}

/// What a run knows beforehand, and what it is to write.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// The key that rows are named with.
    key: Option<Key>,
    /// What is known.
    baseline: Option<Baseline>,
    write: Option<Writing>,
}

#[derive(Debug)]
struct Writing {
    path: PathBuf,
    reason: String,
    expires: Date,
    /// Where the key is to be kept, when it is new.
    new_key: Option<PathBuf>,
}

impl Known {
    /// Reads the baseline and finds its key.
    pub(super) fn of(matches: &ArgMatches, config: &Config, as_of: Date) -> Result<Known, Message> {
        let write = matches.get_one::<PathBuf>("write-baseline");
        let read = matches.get_one::<PathBuf>("baseline").or(config.baseline.as_ref()).filter(|_| write.is_none());
        let baseline = match (read, write) {
            (Some(path), _) => Some(load(path)?),
            (None, Some(path)) if path.exists() => Some(load(path)?),
            (None, _) => None,
        };
        let named = matches.get_one::<PathBuf>("key");
        let beside = read.or(write).map(|path| beside(path));
        let mut key = key(named, config.key_file.as_deref(), beside.as_deref(), write.is_some())?;
        let mut new_key = None;
        if let (None, Some(_)) = (&key, write) {
            // A baseline that has a key is not given another one: its entries would be lost.
            if let Some(baseline) = &baseline {
                fits(baseline, None)?;
            }
            key = Some(fresh()?);
            new_key = named.cloned().or(beside);
        }
        if let Some(baseline) = &baseline {
            fits(baseline, key.as_ref())?;
        }
        let write = write.map(|path| writing(matches, path, as_of, new_key)).transpose()?;
        Ok(Known { key, baseline, write })
    }

    /// How many findings of one rule in one file must be kept for each known one to be found.
    pub(super) fn keep(&self, keep: usize) -> usize {
        self.baseline.as_ref().map_or(keep, |baseline| keep.saturating_add(baseline.most_of_one()))
    }

    /// The report of a run, held against what is known; writes the baseline where that is asked for.
    pub(super) fn report(&self, run: &Run<'_>, terminal: &Terminal) -> (Report, Result<(), Exit>) {
        let run = Run { key: self.key.as_ref(), baseline: self.baseline.as_ref(), ..*run };
        let Some(writing) = &self.write else { return (build(&run), Ok(())) };
        let file = shown(&writing.path);
        let Some(renewed) = renewed_baseline(&run, &file, &writing.reason, writing.expires) else {
            terminal.complain(&Message::pair(
                format!("検査を完了できなかったため、{file} は書いていません"),
                format!("{file} is not written, as the check could not be completed"),
            ));
            return (build(&run), Ok(()));
        };
        let written = match self.write(writing, &renewed, terminal) {
            Ok(()) => Ok(()),
            Err(message) => {
                terminal.complain(&message);
                Err(Exit::Incomplete)
            }
        };
        // What was written is read again, so that lines are told as they stand in the file.
        let renewed = Baseline::read(&file, &renewed.text()).unwrap_or(renewed);
        (build(&Run { baseline: Some(&renewed), ..run }), written)
    }

    fn write(&self, writing: &Writing, baseline: &Baseline, terminal: &Terminal) -> Result<(), Message> {
        if let (Some(path), Some(key), Some(_)) = (&writing.new_key, &self.key, &baseline.key) {
            write_key(path, key).map_err(|error| cannot_write(path, &error))?;
            let path = shown(path);
            terminal.note(&Message::pair(
                format!("行を照合する鍵を {path} に作りました。リポジトリーには入れず、CIには環境変数{KEY_VARIABLE}で渡してください。"),
                format!("{path} is the key that rows are named with: keep it out of the repository; CI gets it as {KEY_VARIABLE}."),
            ));
        }
        replace(&writing.path, &baseline.text()).map_err(|error| cannot_write(&writing.path, &error))?;
        let (file, count) = (shown(&writing.path), baseline.entries.len());
        terminal.note(&Message::pair(
            format!("{file} に {count}件の登録を書きました。"),
            format!("{file} has {count} {} now.", if count == 1 { "entry" } else { "entries" }),
        ));
        Ok(())
    }
}

fn writing(matches: &ArgMatches, path: &Path, as_of: Date, new_key: Option<PathBuf>) -> Result<Writing, Message> {
    let reason = matches.get_one::<String>("reason").map_or("", |reason| reason.trim()).to_owned();
    if reason.is_empty() || reason.chars().any(char::is_control) {
        return Err(Message::pair("--reason に理由を1行で書きます", "--reason needs a reason, on one line"));
    }
    let expires = matches.get_one::<Date>("expires").copied().unwrap_or(as_of);
    if expires < as_of {
        return Err(Message::pair(
            format!("--expires の {expires} は、検査の基準日（{as_of}）より前です"),
            format!("--expires: {expires} lies before the day judged as of ({as_of})"),
        ));
    }
    Ok(Writing { path: path.to_path_buf(), reason, expires, new_key })
}

fn load(path: &Path) -> Result<Baseline, Message> {
    let file = shown(path);
    let text = text_file::read(path).map_err(|error| cannot_read(path, &error))?;
    Baseline::read(&file, &text).map_err(|error| error.0)
}

fn fits(baseline: &Baseline, key: Option<&Key>) -> Result<(), Message> {
    baseline.fits(key).map_err(|error| error.0)
}

/// The key that is named, that of the environment, of the configuration, or the one beside the baseline.
/// One that is named must be there, unless it is to be made.
fn key(
    named: Option<&PathBuf>,
    configured: Option<&Path>,
    beside: Option<&Path>,
    is_made: bool,
) -> Result<Option<Key>, Message> {
    if let Some(path) = named {
        return if is_made && !path.exists() { Ok(None) } else { read_key(path).map(Some) };
    }
    if let Some(text) = std::env::var_os(KEY_VARIABLE).filter(|text| !text.is_empty()) {
        let key = text.to_str().and_then(Key::parse);
        return key.map(Some).ok_or_else(|| no_key(&format!("環境変数{KEY_VARIABLE}"), KEY_VARIABLE));
    }
    match (configured, beside) {
        (Some(path), _) => read_key(path).map(Some),
        (None, Some(path)) if path.exists() => read_key(path).map(Some),
        (None, _) => Ok(None),
    }
}

fn read_key(path: &Path) -> Result<Key, Message> {
    let text = text_file::read(path).map_err(|error| cannot_read(path, &error))?;
    Key::parse(&text).ok_or_else(|| no_key(&shown(path), &shown(path)))
}

/// What is no key is not repeated: it may be one with a slip.
fn no_key(ja: &str, en: &str) -> Message {
    Message::pair(
        format!("{ja}: 16進数64桁の鍵ではありません"),
        format!("{en}: expected a key of 64 hexadecimal digits"),
    )
}

fn fresh() -> Result<Key, Message> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| {
        Message::pair(format!("乱数を得られません: {error}"), format!("cannot make a key: {error}"))
    })?;
    Ok(Key::new(bytes))
}

/// The file beside a baseline that holds its key.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".key");
    PathBuf::from(name)
}

/// Writes a new key for its owner's eyes only; never over another one.
fn write_key(path: &Path, key: &Key) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(format!("{}\n", key.text()).as_bytes())
}

/// Puts a text in the place of a file: the old one stays until the new one is whole.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let new = PathBuf::from(name);
    std::fs::write(&new, text)?;
    std::fs::rename(&new, path)
}

fn shown(path: &Path) -> String {
    crate::input::name_of(path)
}

fn cannot_read(path: &Path, error: &io::Error) -> Message {
    let (path, why) = (shown(path), lang::io_reason(error));
    Message::pair(format!("{path} を読み取れません: {}", why.ja), format!("cannot read {path}: {}", why.en))
}

fn cannot_write(path: &Path, error: &io::Error) -> Message {
    let (path, why) = (shown(path), lang::io_reason(error));
    Message::pair(format!("{path} に書き込めません: {}", why.ja), format!("cannot write {path}: {}", why.en))
}
