//! `renkei test year --users N --offices M --months FROM..TO`: two reference programs exchange months. Knows what
//! is asked for and what is told of it; what happens is in [`crate::suite::year`].

use std::fmt::Write;
use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command};
use renkei_generators::model::YearMonth;
use renkei_generators::population::{Population, Request as People};
use renkei_reports::Lang;
use renkei_validator::text::Message;

use crate::cli::generate::{parse_months, parse_number, parse_seed, parse_threads};
use crate::cli::terminal::Terminal;
use crate::cli::{dress, new_folder, value_arg};
use crate::exit::Exit;
use crate::lang::{pick, read};
use crate::suite::year::{Changes, Outcome, Request, Stage, Way, Work, run as exchange};

/// A year with the change of versions in its middle.
const MONTHS: (YearMonth, YearMonth) = (YearMonth { year: 2024, month: 10 }, YearMonth { year: 2025, month: 9 });

/// Enough for a minute's look.
const USERS: u32 = 200;

pub(super) fn command(lang: Lang) -> Command {
    let say = |ja: &'static str, en: &'static str| pick(lang, ja, en);
    dress(Command::new("year"), None, lang)
        .about(say(
            "2種類の基準プログラムが、架空の利用者の1年分を模擬プラットフォーム経由でやり取りし、最後の状態を突き合わせます",
            "Two reference programs exchange a year of fictional users through the mock platform; then their states are \
             compared",
        ))
        .override_usage(say("renkei test year [オプション]", "renkei test year [OPTIONS]"))
        .after_help(say(
            "居宅介護支援事業所とサービス事業所のプログラムが、計画・予定・実績・訂正・削除を送り合います。\
             送信側と受信側の状態が項目ごとに同じなら、終了コードは0です。",
            "Programs of care managers and of providers exchange plans, tables, results, corrections and deletions. The \
             exit code is 0 where the states of senders and receivers agree item by item.",
        ))
        .arg(value_arg("users", parse_number, lang).value_name("N").help(say(
            "利用者の数（既定200）",
            "How many users (default 200)",
        )))
        .arg(value_arg("offices", parse_number, lang).value_name("N").help(say(
            "事業所の数。指定がなければ、利用者の数に見合う数",
            "How many offices. Without it, as many as serve so many users",
        )))
        .arg(value_arg("months", parse_months, lang).value_name("YYYY-MM..YYYY-MM").help(say(
            "サービス提供月の期間（既定 2024-10..2025-09）",
            "The service months (default 2024-10..2025-09)",
        )))
        .arg(value_arg("seed", parse_seed, lang).value_name("S").help(say(
            "乱数の種（既定1）",
            "Where all chance comes from (default 1)",
        )))
        .arg(Arg::new("faults").long("faults").action(ArgAction::SetTrue).help(say(
            "途中で障害を起こします。最後の状態は変わりません",
            "Let things go wrong on the way; the states at the end are the same",
        )))
        .arg(value_arg("threads", parse_threads, lang).value_name("N").help(say(
            "スレッドの数。指定がなければ、CPUの数。最後の状態は変わりません",
            "How many threads. Without it, one per processor. The states at the end are the same",
        )))
        .arg(Arg::new("out").long("out").value_name("DIR").value_parser(clap::value_parser!(PathBuf)).help(say(
            "すべてを残す新しいフォルダー。指定がなければ、一時フォルダーを使い、終わったら消します",
            "A new folder in which everything is kept. Without it, a temporary one that goes away",
        )))
        .arg(Arg::new("show-values").long("show-values").action(ArgAction::SetTrue).help(say(
            "違いのあった値を伏せずに表示します",
            "Show the values that differ",
        )))
}

pub(super) fn run(matches: &ArgMatches, terminal: &Terminal) -> Exit {
    let users = matches.get_one("users").copied().unwrap_or(USERS);
    let request = Request {
        users,
        offices: matches.get_one("offices").copied().unwrap_or_else(|| Population::usual_offices(users)),
        months: matches.get_one("months").copied().unwrap_or(MONTHS),
        seed: matches.get_one("seed").copied().unwrap_or(1),
        way: if matches.get_flag("faults") { Way::FaultyPlatform } else { Way::Platform },
        threads: matches
            .get_one("threads")
            .copied()
            .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)),
        mistake: None,
    };
    let Request { seed, users, offices, months, .. } = request;
    if let Err(error) = Population::new(&People { seed, users, offices, months }) {
        terminal.complain(&error.message());
        return Exit::Usage;
    }
    let (folder, _goes_away) = match matches.get_one::<PathBuf>("out").cloned() {
        Some(folder) => {
            if let Err(message) = new_folder(&folder) {
                terminal.complain(&message);
                return Exit::Usage;
            }
            (folder, None)
        }
        None => match tempfile::tempdir() {
            Ok(folder) => (folder.path().to_owned(), Some(folder)),
            Err(error) => {
                let why = crate::lang::io_reason(&error);
                terminal.complain(&Message::pair(
                    format!("一時フォルダーを作れません: {}", why.ja),
                    format!("cannot make a temporary folder: {}", why.en),
                ));
                return Exit::Incomplete;
            }
        },
    };
    match exchange(&request, &folder, &|message| terminal.tell(message)) {
        Ok(outcome) => {
            let exit = if outcome.is_good() { Exit::Valid } else { Exit::Invalid };
            let text = told(&request, &outcome, matches.get_flag("show-values"), terminal.lang);
            terminal.show(&text, exit)
        }
        Err(message) => {
            terminal.complain(&message);
            Exit::Incomplete
        }
    }
}

/// What is told of an exchange: how fast each part was, what the journal proves, and the verdict.
fn told(request: &Request, outcome: &Outcome, show_values: bool, lang: Lang) -> String {
    let mut text = rates(outcome, lang);
    let mut line = |message: Message| {
        // Writing to a text does not fail.
        let _ = writeln!(text, "{}", read(lang, &message));
    };
    let Outcome { proof, verdict, duplicates, licences, .. } = outcome;
    let (users, offices, (from, to)) = (request.users, request.offices, request.months);
    line(Message::pair(
        format!("利用者{users}人、事業所{offices}か所、{from}から{to}"),
        format!("{users} users, {offices} offices, {from} to {to}"),
    ));
    line(Message::pair(
        format!(
            "受付 {}件（再送 {}件、二重の受付なし）、拒否 {}件、障害 {}件、重複して届いたもの {duplicates}件、\
             ライセンスの再申請 {licences}件",
            proof.accepted, proof.repeated, proof.refused, proof.faults
        ),
        format!(
            "{} accepted ({} sent again, none accepted twice), {} refused, {} faults, {duplicates} arrived once more, \
             {licences} licences applied for again",
            proof.accepted, proof.repeated, proof.refused, proof.faults
        ),
    ));
    let Changes { corrected, deleted } = outcome.changes;
    let versions: Vec<String> = verdict.versions.iter().map(|(version, count)| format!("{version}: {count}")).collect();
    let versions = versions.join(", ");
    line(Message::pair(
        format!("訂正して送り直した文書 {corrected}件、削除した文書 {deleted}件。最後に持っている文書の版 {versions}"),
        format!(
            "{corrected} documents sent again as corrected, {deleted} deleted; held at the end, by version: {versions}"
        ),
    ));
    outcome.troubles.iter().cloned().for_each(&mut line);
    verdict.told.iter().map(|one| one.message(show_values)).for_each(&mut line);
    let more = verdict.differences() - verdict.told.len() as u64;
    if more > 0 {
        line(Message::pair(format!("ほか{more}件"), format!("and {more} more")));
    }
    let each = |lang: Lang| {
        let one = |(loss, count): (&crate::suite::compare::Loss, &u64)| {
            let loss = loss.text();
            format!("{} {count}", pick(lang, loss.ja, loss.en))
        };
        verdict.losses.iter().map(one).collect::<Vec<_>>().join(", ")
    };
    let (documents, rows, values) = (verdict.documents, verdict.rows, verdict.values);
    let what = (
        format!("{documents}文書 {rows}行 {values}個の値"),
        format!("{documents} documents, {rows} rows, {values} values"),
    );
    line(match (outcome.is_good(), verdict.agrees()) {
        (true, _) => Message::pair(
            format!("判定: 一致。{}が、入力・送信側・受信側で同じです", what.0),
            format!("verdict: the states agree: {} are the same as entered, at the sender and at the receiver", what.1),
        ),
        (false, true) => Message::pair(
            format!("判定: 状態は一致していますが、やり取りに問題がありました（{}）", what.0),
            format!("verdict: the states agree, but the exchange did not go as it should ({})", what.1),
        ),
        (false, false) => Message::pair(
            format!("判定: 不一致。違い {}件（{}）。{}を比べました", verdict.differences(), each(Lang::Ja), what.0),
            format!(
                "verdict: the states differ: {} differences ({}); compared: {}",
                verdict.differences(),
                each(Lang::En),
                what.1
            ),
        ),
    });
    text
}

/// A table of the parts of the work.
fn rates(outcome: &Outcome, lang: Lang) -> String {
    let heads = match lang {
        Lang::Ja => ["秒", "組", "ファイル", "行", "組/秒", "ファイル/秒", "行/秒"],
        Lang::En => ["seconds", "sets", "files", "rows", "sets/s", "files/s", "rows/s"],
    };
    let mut lines = vec![format!("{}{}", padded("", 10), heads.map(|head| before(head, 12)).concat())];
    let title = |stage: Stage| pick(lang, stage.title().ja, stage.title().en);
    let works = Stage::ALL.map(|stage| (title(stage), outcome.work.get(&stage).copied().unwrap_or_default()));
    for (title, Work { size, time }) in works.into_iter().chain([(pick(lang, "全体", "all"), outcome.total())]) {
        let (seconds, counts) = (time.as_secs_f64(), [size.sets, size.files, size.rows]);
        let rate = |count: u64| match count {
            0 => "-".to_owned(),
            count => format!("{:.0}", count as f64 / seconds.max(1e-9)),
        };
        let count = |count: u64| if count == 0 { "-".to_owned() } else { count.to_string() };
        let cells = std::iter::once(format!("{seconds:.2}")).chain(counts.map(count)).chain(counts.map(rate));
        let cells: String = cells.map(|cell| before(&cell, 12)).collect();
        lines.push(format!("{}{cells}", padded(title, 10)));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// How wide a text is: a character of Japanese is two columns.
fn width(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

fn before(text: &str, columns: usize) -> String {
    format!("{}{text}", " ".repeat(columns.saturating_sub(width(text))))
}
