//! `renkei report listing`

use std::path::PathBuf;

use clap::{Arg, ArgGroup, ArgMatches, Command};
use renkei_reports::{Lang, Listing, Report, listing_csv, listing_html};
use renkei_validator::text::Message;
use time::Date;

use super::super::terminal::Terminal;
use super::super::{dress, settings, value_arg};
use super::load;
use crate::exit::Exit;
use crate::input::name_of;
use crate::lang::{self, pick};

pub(super) fn command(lang: Lang) -> Command {
    let say = |ja: &'static str, en: &'static str| pick(lang, ja, en);
    let text = |name: &'static str| Arg::new(name).long(name).value_name("TEXT");
    let path =
        |name: &'static str| Arg::new(name).long(name).value_name("PATH").value_parser(clap::value_parser!(PathBuf));
    dress(Command::new("listing"), None, lang)
        .about(say("区分ごとの対応表を作ります", "Makes the listing sheet of a product"))
        .override_usage(say(
            "renkei report listing --from <report.json> --product <ソフト名> --company <会社名> --html <PATH> [オプション]",
            "renkei report listing --from <report.json> --product <TEXT> --company <TEXT> --html <PATH> [OPTIONS]",
        ))
        .after_help(say(
            "公式の対応ソフト一覧と同じ区分で、renkei testの結果から印とその根拠を示します。公式の結果ではありません。",
            "In the divisions of the official list, it shows the marks that the outcomes of renkei test give, and the \
             evidence behind them. It is no official result.",
        ))
        .arg(
            Arg::new("from").long("from").required(true).value_name("PATH").help(say(
                "読み取るreport.json、または -（標準入力）",
                "The report.json to read, or - (standard input)",
            )),
        )
        .arg(text("product").required(true).help(say("介護ソフト名", "Name of the product")))
        .arg(text("company").required(true).help(say("提供会社名", "Name of the company")))
        .arg(text("product-version").help(say("ソフトの版", "Version of the product")))
        .arg(text("contact").help(say("連絡先", "Whom to ask")))
        .arg(
            value_arg("date", settings::parse_date, lang)
                .value_name("YYYY-MM-DD")
                .help(say("作成日", "The day of the sheet")),
        )
        .arg(path("html").help(say("HTMLの書き込み先", "Where the page is written")))
        .arg(path("csv").help(say("CSVの書き込み先", "Where the table is written")))
        .group(ArgGroup::new("target").args(["html", "csv"]).multiple(true).required(true))
}

pub(super) fn run(matches: &ArgMatches, terminal: &Terminal) -> Exit {
    let report = match listing(matches).and_then(|listing| Ok((load(text(matches, "from"))?, listing))) {
        Ok(read) => read,
        Err(message) => {
            terminal.complain(&message);
            return Exit::Usage;
        }
    };
    match write(matches, &report.0, &report.1, terminal.lang) {
        Ok(()) => Exit::Valid,
        Err(message) => {
            terminal.complain(&message);
            Exit::Incomplete
        }
    }
}

fn text<'a>(matches: &'a ArgMatches, name: &str) -> &'a str {
    matches.get_one::<String>(name).map_or("", String::as_str)
}

fn listing(matches: &ArgMatches) -> Result<Listing, Message> {
    let filled = |name: &str| match text(matches, name).trim() {
        "" => Err(Message::pair(format!("--{name} が空です"), format!("--{name} is empty"))),
        text => Ok(text.to_owned()),
    };
    Ok(Listing {
        product: filled("product")?,
        version: matches.get_one::<String>("product-version").cloned(),
        company: filled("company")?,
        contact: matches.get_one::<String>("contact").cloned(),
        date: matches.get_one::<Date>("date").copied(),
    })
}

fn write(matches: &ArgMatches, report: &Report, listing: &Listing, lang: Lang) -> Result<(), Message> {
    type Render = fn(&Report, &Listing, Lang) -> String;
    for (name, render) in [("html", listing_html as Render), ("csv", listing_csv)] {
        let Some(path) = matches.get_one::<PathBuf>(name) else { continue };
        std::fs::write(path, render(report, listing, lang)).map_err(|error| {
            let (path, why) = (name_of(path), lang::io_reason(&error));
            Message::pair(format!("{path} に書き込めません: {}", why.ja), format!("cannot write {path}: {}", why.en))
        })?;
    }
    Ok(())
}
