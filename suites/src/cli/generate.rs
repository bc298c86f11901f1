//! `renkei generate --users N --months A..B --out DIR`

mod told;

use std::io::{self, BufWriter, IsTerminal, stdout};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Instant;

use clap::{Arg, ArgAction, ArgMatches, Command};
use renkei_generators::delivery::Courier;
use renkei_generators::model::YearMonth;
use renkei_generators::population::{Population, Request};
use renkei_generators::version::Versions;
use renkei_generators::write::{Job, Place, Shape, WriteError, Written};
use renkei_reports::Lang;
use renkei_validator::spec::{Kind, Version};
use renkei_validator::text::Message;

use super::terminal::{Terminal, with_line_end};
use super::{dress, value_arg, word_arg};
use crate::exit::Exit;
use crate::lang::{self, pick};
use crate::progress::Progress;
use crate::room::{self, Room};
use crate::zip_stream::ZipStream;

/// The most threads that may be asked for.
const MOST_THREADS: usize = 1024;

pub(super) fn command(lang: Lang) -> Command {
    let say = |ja: &'static str, en: &'static str| pick(lang, ja, en);
    dress(Command::new("generate"), None, lang)
        .about(say(
            "架空の利用者と事業所の、誤りのないCSVファイルを作ります",
            "Makes clean CSV files of fictional users and offices",
        ))
        .override_usage(say(
            "renkei generate --users <人数> --months <期間> --out <フォルダー> [オプション]",
            "renkei generate --users <N> --months <MONTHS> --out <DIR> [OPTIONS]",
        ))
        .after_help(say(
            "同じ指定からは、いつも同じファイルができます。人名・住所・番号はすべて架空のものです。",
            "The same request always makes the same bytes. All names, addresses and numbers are fictional.",
        ))
        .arg(
            value_arg("users", parse_number, lang)
                .required(true)
                .value_name("N")
                .help(say("利用者の数", "How many users")),
        )
        .arg(value_arg("offices", parse_number, lang).value_name("N").help(say(
            "事業所の数。指定がなければ、利用者の数に見合う数",
            "How many offices. Without it, as many as serve so many users",
        )))
        .arg(
            value_arg("months", parse_months, lang)
                .required(true)
                .value_name("YYYY-MM..YYYY-MM")
                .help(say("サービス提供月の期間。1か月なら YYYY-MM", "The service months; YYYY-MM for one")),
        )
        .arg(value_arg("seed", parse_seed, lang).value_name("S").help(say(
            "乱数の種（既定1）。違う種からは違う人ができます",
            "Where all chance comes from (default 1): another seed makes other people",
        )))
        .arg(value_arg("csv-version", parse_version, lang).long("version").value_name("VERSION").help(say(
            "CSVバージョン: auto（既定。対象年月で決まります）, 202003, 202208, 202407",
            "CSV version: auto (default, by the month), 202003, 202208, 202407",
        )))
        .arg(
            Arg::new("out")
                .long("out")
                .required_unless_present("estimate")
                .value_name("DIR|-")
                .value_parser(clap::value_parser!(PathBuf))
                .help(say(
                    "書き込むフォルダー。- は標準出力（tree, flat は1つのzip、one-file はCSVそのもの）",
                    "The folder to write to; - is standard output: one zip for tree and flat, the bare CSV for one-file",
                )),
        )
        .arg(value_arg("shape", parse_shape, lang).value_name("SHAPE").help(say(
            "並べ方: tree（既定。送信ごとのフォルダー）, flat（1つのフォルダー）, one-file:種別（全員の1ファイル）",
            "Layout: tree (default, a folder per delivery), flat (one folder), one-file:KIND (everybody in one file)",
        )))
        .arg(value_arg("threads", parse_threads, lang).value_name("N").help(say(
            "スレッドの数。指定がなければ、CPUの数。結果は変わりません",
            "How many threads. Without it, one per processor. The bytes are the same",
        )))
        .arg(Arg::new("force").long("force").action(ArgAction::SetTrue).help(say(
            "空でないフォルダーにも書きます。同じ名前のものは置き換えます",
            "Write to a folder that is not empty, too; what has the same name is replaced",
        )))
        .arg(Arg::new("resume").long("resume").action(ArgAction::SetTrue).conflicts_with("estimate").help(say(
            "同じ指定の前回の実行が途中で終わっていれば、その続きから作ります。今回が途中で終わっても、できた分を残します",
            "Go on where an earlier run with the same request stopped, and keep what is complete if this one stops",
        )))
        .arg(Arg::new("estimate").long("estimate").action(ArgAction::SetTrue).help(say(
            "大きさの見込みだけを表示し、何も書きません",
            "Print how much it would be, and write nothing",
        )))
        .arg(
            word_arg("format", Format::WORDS, Format::parse, lang)
                .requires("estimate")
                .value_name("FORMAT")
                .help(say("見込みの形式: text（既定）, json", "How to print the estimate: text (default), json")),
        )
}

pub(super) fn parse_number(text: &str) -> Result<u32, Message> {
    text.parse().map_err(|_| {
        Message::pair(format!("0から{}までの数を指定します", u32::MAX), format!("a number from 0 to {}", u32::MAX))
    })
}

pub(super) fn parse_seed(text: &str) -> Result<u64, Message> {
    text.parse().map_err(|_| {
        Message::pair(format!("0から{}までの数を指定します", u64::MAX), format!("a number from 0 to {}", u64::MAX))
    })
}

pub(super) fn parse_threads(text: &str) -> Result<usize, Message> {
    match text.parse() {
        Ok(threads @ 1..=MOST_THREADS) => Ok(threads),
        Ok(_) | Err(_) => Err(Message::pair(
            format!("1から{MOST_THREADS}までの数を指定します"),
            format!("a number from 1 to {MOST_THREADS}"),
        )),
    }
}

/// `2026-04..2026-06`, or one month.
pub(super) fn parse_months(text: &str) -> Result<(YearMonth, YearMonth), Message> {
    let (from, to) = text.split_once("..").unwrap_or((text, text));
    let month = |text: &str| {
        let (year, month) = text.split_once('-')?;
        if year.len() != 4 || month.len() != 2 {
            return None;
        }
        YearMonth::parse(format!("{year}{month}").as_bytes())
    };
    month(from).zip(month(to)).ok_or_else(|| {
        Message::pair(
            "YYYY-MM..YYYY-MM（例: 2026-04..2026-06）か YYYY-MM を指定します",
            "months are YYYY-MM..YYYY-MM, such as 2026-04..2026-06, or YYYY-MM",
        )
    })
}

fn parse_version(text: &str) -> Result<Versions, Message> {
    if text == "auto" {
        return Ok(Versions::ByMonth);
    }
    Version::parse(text.as_bytes()).map(Versions::Always).ok_or_else(|| {
        let known: Vec<&str> = Version::ALL.iter().map(|version| version.value()).collect();
        let known = known.join(", ");
        Message::pair(format!("使える値: auto, {known}"), format!("the values are auto, {known}"))
    })
}

fn parse_shape(text: &str) -> Result<Shape, Message> {
    match text {
        "tree" => return Ok(Shape::Tree),
        "flat" => return Ok(Shape::Flat),
        _ => {}
    }
    text.strip_prefix("one-file:").and_then(Kind::parse).map(Shape::OneFile).ok_or_else(|| {
        Message::pair(
            "使える値: tree, flat, one-file:種別（例: one-file:UPPLAN）",
            "the values are tree, flat, one-file:KIND, such as one-file:UPPLAN",
        )
    })
}

/// Everything a run is told.
struct Settings {
    request: Request,
    versions: Versions,
    shape: Shape,
    threads: usize,
    target: Target,
}

/// Where it goes.
enum Target {
    Folder(Place),
    Stdout,
    /// Nowhere: the estimate is all that is wanted, for the disk of a folder if one is named.
    Estimate(Option<PathBuf>, Format),
}

/// How an estimate is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Text,
    Json,
}

impl Format {
    const WORDS: &'static [&'static str] = &["text", "json"];

    fn parse(text: &str) -> Option<Format> {
        match text {
            "text" => Some(Format::Text),
            "json" => Some(Format::Json),
            _ => None,
        }
    }
}

impl Settings {
    /// `None` where something that the command requires is missing: clap has refused that before.
    fn of(matches: &ArgMatches) -> Option<Settings> {
        let users = *matches.get_one::<u32>("users")?;
        let offices = matches.get_one("offices").copied().unwrap_or_else(|| Population::usual_offices(users));
        let processors = || std::thread::available_parallelism().map_or(1, usize::from);
        let out = matches.get_one::<PathBuf>("out").cloned();
        let is_stdout = out.as_ref().is_some_and(|out| out.as_os_str() == "-");
        let target = if matches.get_flag("estimate") {
            let format = matches.get_one("format").copied().unwrap_or(Format::Text);
            Target::Estimate(out.filter(|_| !is_stdout), format)
        } else if is_stdout {
            Target::Stdout
        } else {
            Target::Folder(Place { out: out?, force: matches.get_flag("force"), resume: matches.get_flag("resume") })
        };
        Some(Settings {
            request: Request {
                seed: matches.get_one("seed").copied().unwrap_or(1),
                users,
                offices,
                months: *matches.get_one("months")?,
            },
            versions: matches.get_one("csv-version").copied().unwrap_or(Versions::ByMonth),
            shape: matches.get_one("shape").copied().unwrap_or(Shape::Tree),
            threads: matches.get_one("threads").copied().unwrap_or_else(processors),
            target,
        })
    }
}

pub(super) fn run(matches: &ArgMatches, terminal: &Terminal) -> Exit {
    let Some(settings) = Settings::of(matches) else { return Exit::Usage };
    if matches.get_flag("resume") && matches!(settings.target, Target::Stdout) {
        terminal.complain(&Message::pair(
            "標準出力への書き出しは、続きからは作れません（--resume は使えません）",
            "a stream cannot be continued: --resume needs a folder",
        ));
        return Exit::Usage;
    }
    if matches!(settings.target, Target::Stdout) && stdout().is_terminal() {
        terminal.complain(&Message::pair(
            "端末には書き出しません。ファイルかパイプにつないでください（例: --out - > data.zip）",
            "nothing is written to a terminal; send it to a file or a pipe, such as --out - > data.zip",
        ));
        return Exit::Usage;
    }
    let population = match Population::new(&settings.request) {
        Ok(population) => population,
        Err(error) => {
            terminal.complain(&error.message());
            return Exit::Usage;
        }
    };
    match make(&settings, &population, terminal) {
        Ok(exit) => exit,
        Err(Stop::ReaderGone) => Exit::Valid,
        Err(Stop::Told(exit, message)) => {
            terminal.complain(&message);
            exit
        }
    }
}

/// Why a run ends early.
enum Stop {
    /// Whoever reads standard output has seen enough.
    ReaderGone,
    /// Something else, which is to be told.
    Told(Exit, Message),
}

impl From<WriteError> for Stop {
    fn from(error: WriteError) -> Stop {
        match &error {
            WriteError::Stream(error) if error.kind() == io::ErrorKind::BrokenPipe => Stop::ReaderGone,
            other => {
                let (exit, message) = told::refusal(other);
                Stop::Told(exit, message)
            }
        }
    }
}

fn make(settings: &Settings, population: &Population, terminal: &Terminal) -> Result<Exit, Stop> {
    let courier = Courier { population, versions: settings.versions };
    let job = Job::new(courier, settings.shape, settings.threads)?;
    let begun = Instant::now();
    let bar: OnceLock<Progress> = OnceLock::new();
    let progress = |done, total| bar.get_or_init(|| Progress::of_parts(total)).reach(done);
    let made = match &settings.target {
        Target::Estimate(out, format) => {
            let room = out.as_deref().and_then(room::beside);
            let estimate = job.estimate(block(room))?;
            let text = match format {
                Format::Text => lang::read(terminal.lang, &told::estimate_and_room(&estimate, room)).to_owned(),
                Format::Json => told::estimate_json(&estimate, room),
            };
            return Ok(terminal.show(&with_line_end(text), Exit::Valid));
        }
        Target::Stdout => {
            terminal.tell(&told::estimate(&job.estimate(block(None))?));
            stream(&job, settings.shape, &progress)
        }
        Target::Folder(place) => folder(&job, place, terminal, &progress),
    };
    if let Some(bar) = bar.get() {
        bar.finish();
    }
    let summary = |written| told::summary(&written, &settings.request, begun.elapsed().as_secs_f64());
    match &settings.target {
        // What goes to standard output is the files and nothing else.
        Target::Stdout | Target::Estimate(..) => {
            terminal.tell(&summary(made?));
            Ok(Exit::Valid)
        }
        Target::Folder(place) => match made {
            Ok(written) => {
                let text = with_line_end(lang::read(terminal.lang, &summary(written)).to_owned());
                Ok(terminal.show(&text, Exit::Valid))
            }
            // What is complete is there only if the run came so far as to begin.
            Err(Stop::Told(Exit::Incomplete, message))
                if place.resume && job.look(place).is_ok_and(|left| left.is_some()) =>
            {
                Err(Stop::Told(Exit::Incomplete, told::kept(&message)))
            }
            Err(stop) => Err(stop),
        },
    }
}

/// Bytes that a disk gives to a file at a time; where that is not known, what most do.
fn block(room: Option<Room>) -> u64 {
    room.map_or(4096, |room| room.block)
}

fn folder(
    job: &Job<'_>,
    place: &Place,
    terminal: &Terminal,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Written, Stop> {
    let leftover = job.look(place)?;
    let room = room::beside(&place.out);
    let estimate = job.estimate(block(room))?;
    terminal.tell(&told::estimate(&estimate));
    // What an earlier run left is either part of what is needed or removed first.
    let there = leftover.map_or(0, |leftover| leftover.bytes);
    if let Some(Room { free, .. }) = room.filter(|room| room.free.saturating_add(there) < estimate.on_disk) {
        let message = match leftover.filter(|_| place.resume) {
            Some(_) => told::no_room_for_the_rest(&place.out, estimate.on_disk.saturating_sub(there), free),
            None => told::no_room(&place.out, estimate.on_disk, free),
        };
        return Err(Stop::Told(Exit::Incomplete, message));
    }
    if let Some(leftover) = leftover {
        terminal.note(&told::leftover(leftover, place.resume));
    }
    Ok(job.write(place, progress)?)
}

fn stream(job: &Job<'_>, shape: Shape, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<Written, Stop> {
    let mut out = BufWriter::with_capacity(1 << 16, stdout().lock());
    match shape {
        Shape::OneFile(kind) => Ok(job.stream_rows(kind, &mut out, progress)?),
        Shape::Tree | Shape::Flat => {
            let mut zip = ZipStream::new(out);
            match job.stream(&mut zip, progress) {
                Ok(written) => {
                    zip.finish().map_err(WriteError::Stream)?;
                    Ok(written)
                }
                Err(error) => {
                    zip.give_up();
                    Err(error.into())
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_a_range_or_one() {
        let month = |year, month| YearMonth { year, month };
        assert_eq!(parse_months("2026-04..2026-06").ok(), Some((month(2026, 4), month(2026, 6))));
        assert_eq!(parse_months("2026-04").ok(), Some((month(2026, 4), month(2026, 4))));
        for text in ["202604", "2026-13", "2026-4", "2026-04..", "..", "2026-04...2026-05", "+026-04"] {
            assert!(parse_months(text).is_err(), "{text}");
        }
    }

    #[test]
    fn shapes_have_names() {
        assert_eq!(parse_shape("one-file:UPPLAN").ok(), Some(Shape::OneFile(Kind::Upplan)));
        assert!(parse_shape("one-file:upplan").is_err());
        assert!(parse_shape("one-file").is_err());
    }
}
