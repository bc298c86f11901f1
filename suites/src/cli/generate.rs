//! `renkei generate --users N --months A..B --out DIR`

use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Instant;

use clap::{Arg, ArgAction, ArgMatches, Command};
use renkei_generators::delivery::Courier;
use renkei_generators::model::YearMonth;
use renkei_generators::population::{Population, Request};
use renkei_generators::version::Versions;
use renkei_generators::write::{Order, Shape, WriteError, Written, write};
use renkei_reports::Lang;
use renkei_validator::spec::{Kind, Version};
use renkei_validator::text::Message;

use super::terminal::Terminal;
use super::{dress, value_arg};
use crate::exit::Exit;
use crate::lang::{self, pick};
use crate::progress::Progress;

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
                .required(true)
                .value_name("DIR")
                .value_parser(clap::value_parser!(PathBuf))
                .help(say("書き込むフォルダー", "The folder to write to")),
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
}

fn parse_number(text: &str) -> Result<u32, Message> {
    text.parse().map_err(|_| {
        Message::pair(format!("0から{}までの数を指定します", u32::MAX), format!("a number from 0 to {}", u32::MAX))
    })
}

fn parse_seed(text: &str) -> Result<u64, Message> {
    text.parse().map_err(|_| {
        Message::pair(format!("0から{}までの数を指定します", u64::MAX), format!("a number from 0 to {}", u64::MAX))
    })
}

fn parse_threads(text: &str) -> Result<usize, Message> {
    match text.parse() {
        Ok(threads @ 1..=MOST_THREADS) => Ok(threads),
        Ok(_) | Err(_) => Err(Message::pair(
            format!("1から{MOST_THREADS}までの数を指定します"),
            format!("a number from 1 to {MOST_THREADS}"),
        )),
    }
}

/// `2026-04..2026-06`, or one month.
fn parse_months(text: &str) -> Result<(YearMonth, YearMonth), Message> {
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
    order: Order,
}

impl Settings {
    /// `None` where something that the command requires is missing: clap has refused that before.
    fn of(matches: &ArgMatches) -> Option<Settings> {
        let users = *matches.get_one::<u32>("users")?;
        let offices = matches.get_one("offices").copied().unwrap_or_else(|| Population::usual_offices(users));
        let processors = || std::thread::available_parallelism().map_or(1, usize::from);
        Some(Settings {
            request: Request {
                seed: matches.get_one("seed").copied().unwrap_or(1),
                users,
                offices,
                months: *matches.get_one("months")?,
            },
            versions: matches.get_one("csv-version").copied().unwrap_or(Versions::ByMonth),
            order: Order {
                out: matches.get_one::<PathBuf>("out")?.clone(),
                shape: matches.get_one("shape").copied().unwrap_or(Shape::Tree),
                threads: matches.get_one("threads").copied().unwrap_or_else(processors),
                force: matches.get_flag("force"),
            },
        })
    }
}

pub(super) fn run(matches: &ArgMatches, terminal: &Terminal) -> Exit {
    let Some(settings) = Settings::of(matches) else { return Exit::Usage };
    let population = match Population::new(&settings.request) {
        Ok(population) => population,
        Err(error) => {
            terminal.complain(&error.message());
            return Exit::Usage;
        }
    };
    let courier = Courier { population: &population, versions: settings.versions };
    for month in [settings.request.months.0, settings.request.months.1] {
        if let Err(error) = settings.versions.of(month) {
            terminal.complain(&error.message());
            return Exit::Usage;
        }
    }
    let begun = Instant::now();
    let bar: OnceLock<Progress> = OnceLock::new();
    let written =
        write(&courier, &settings.order, &|_, total| bar.get_or_init(|| Progress::of_parts(total)).advance(1));
    if let Some(bar) = bar.get() {
        bar.finish();
    }
    match written {
        Ok(written) => {
            let told = summary(&written, &settings.request, begun.elapsed().as_secs_f64());
            terminal.show(&format!("{}\n", lang::read(terminal.lang, &told)), Exit::Valid)
        }
        Err(error) => refuse(&error, terminal),
    }
}

fn summary(written: &Written, request: &Request, seconds: f64) -> Message {
    let Written { deliveries, files, rows, bytes } = *written;
    let (users, offices) = (request.users, request.offices);
    let (mib, rate) = (bytes as f64 / f64::from(1 << 20), rows as f64 / seconds.max(1e-9));
    Message::pair(
        format!(
            "利用者{users}人・事業所{offices}か所: 送信{deliveries}件、ファイル{files}個、{rows}行、{mib:.1}MiB（{seconds:.1}秒、毎秒{rate:.0}行）"
        ),
        format!(
            "{users} users, {offices} offices: {deliveries} deliveries, {files} files, {rows} rows, {mib:.1} MiB \
             ({seconds:.1} s, {rate:.0} rows/s)"
        ),
    )
}

fn refuse(error: &WriteError, terminal: &Terminal) -> Exit {
    let (message, exit) = match error {
        WriteError::NotEmpty(path) => (
            Message::pair(
                format!("{} は空ではありません（--force で書き込みます）", path.display()),
                format!("{} is not empty (--force writes to it all the same)", path.display()),
            ),
            Exit::Usage,
        ),
        WriteError::NotAFolder(path) => (
            Message::pair(
                format!("{} はフォルダーではありません", path.display()),
                format!("{} is not a folder", path.display()),
            ),
            Exit::Usage,
        ),
        WriteError::Shape(message) => (message.clone(), Exit::Usage),
        WriteError::Nothing => (
            Message::pair(
                "この人数・期間・CSVバージョンでは、書くものがありません",
                "nobody of so many users has anything to write in these months and version",
            ),
            Exit::Usage,
        ),
        WriteError::Delivery(renkei_generators::delivery::DeliveryError::Version(error)) => {
            (error.message(), Exit::Usage)
        }
        WriteError::Delivery(error) => (
            Message::pair(
                format!("ファイルを作れません（renkeiの不具合です）: {error}"),
                format!("cannot make a file (a defect of renkei): {error}"),
            ),
            Exit::Incomplete,
        ),
        WriteError::Io { path, error } => {
            let why = lang::io_reason(error);
            (
                Message::pair(
                    format!("{} に書き込めません: {}", path.display(), why.ja),
                    format!("cannot write {}: {}", path.display(), why.en),
                ),
                Exit::Incomplete,
            )
        }
    };
    terminal.complain(&message);
    exit
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
