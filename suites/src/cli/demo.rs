//! `renkei demo`: a day of the exchange, shown step by step. Knows what is said of it; what happens is in
//! [`crate::demo`].

use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use clap::{Arg, ArgMatches, Command};
use renkei_generators::model::YearMonth;
use renkei_reports::{Encoding, Kind, Lang, Manner, Style};
use renkei_validator::text::Message;
use time::{Date, Duration, OffsetDateTime};

use super::terminal::Terminal;
use super::{check, dress, new_folder};
use crate::demo;
use crate::exit::Exit;
use crate::input::name_of;
use crate::lang::{io_reason, pick, read};
use crate::proof::Proof;

/// Where it all goes, unless the caller says where.
const FOLDER: &str = "renkei-demo";

/// How many steps there are.
const STEPS: u32 = 5;

pub(super) fn command(lang: Lang) -> Command {
    let say = |ja: &'static str, en: &'static str| pick(lang, ja, en);
    dress(Command::new("demo"), None, lang)
        .about(say(
            "データ連携の1日を、この端末の中だけで再現します",
            "Plays a day of the exchange on this machine alone",
        ))
        .override_usage(say("renkei demo [オプション]", "renkei demo [OPTIONS]"))
        .after_help(say(
            "データはすべて架空です。ほかの端末とは通信しません。数秒で終わります。",
            "All data is fictional, nothing leaves this machine, and it takes a few seconds.",
        ))
        .arg(Arg::new("out").long("out").value_name("DIR").value_parser(clap::value_parser!(PathBuf)).help(say(
            "結果を置く新しいフォルダー（既定 renkei-demo）",
            "A new folder for all that comes of it (default renkei-demo)",
        )))
}

pub(super) fn run(matches: &ArgMatches, terminal: &Terminal) -> Exit {
    let folder = matches.get_one::<PathBuf>("out").cloned().unwrap_or_else(|| PathBuf::from(FOLDER));
    if let Err(message) = new_folder(&folder) {
        terminal.complain(&message);
        return Exit::Usage;
    }
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            terminal.complain(&Message::pair(format!("起動できません: {error}"), format!("cannot start: {error}")));
            return Exit::Incomplete;
        }
    };
    match runtime.block_on(day(&folder, terminal)) {
        Ok(exit) => exit,
        Err(message) => {
            terminal.complain(&message);
            Exit::Incomplete
        }
    }
}

/// Tells the steps of the day, each with how long it took.
struct Teller<'a> {
    terminal: &'a Terminal,
    step: u32,
    begun: Instant,
}

impl Teller<'_> {
    fn done(&mut self, title: (&str, &str), what: &Message) {
        self.step += 1;
        let title = pick(self.terminal.lang, title.0, title.1);
        let (seconds, what) = (self.begun.elapsed().as_secs_f64(), read(self.terminal.lang, what));
        let line = format!("[{}/{STEPS}] {title} ({seconds:.1} s)\n      {what}\n", self.step);
        // A reader who has gone misses the rest.
        let _ = self.terminal.show(&line, Exit::Valid);
        self.begun = Instant::now();
    }
}

async fn day(folder: &Path, terminal: &Terminal) -> Result<Exit, Message> {
    // 日本標準時 is nine hours ahead of UTC all year.
    let today = (OffsetDateTime::from(SystemTime::now()) + Duration::hours(9)).date();
    let mut teller = Teller { terminal, step: 0, begun: Instant::now() };
    terminal.note(&Message::pair(
        "これは模擬です。本物のケアプランデータ連携システムではなく、データはすべて架空です",
        "this is a mock, not the real system, and all data is fictional",
    ));

    let month = folder.join("month");
    let written = demo::generate(&month, month_before(today))?;
    let pair = demo::lay_out(&month, folder)?;
    let spoilt = demo::spoil(folder, &pair, today)?;
    let (files, sets, broken) = (written.files, written.deliveries, spoilt.len() as u64);
    teller.done(
        ("1か月分のデータを作りました", "a month was made"),
        &Message::pair(
            format!("{sets}組 {files}ファイルと、誤りを1つずつ入れた{broken}組"),
            format!("{sets} sets of {files} files, and {broken} sets with one error each"),
        ),
    );

    let running = demo::open(folder, &month).await?;
    let url = running.url();
    teller.done(
        ("プラットフォームを動かしました", "the platform was started"),
        &Message::pair(
            format!("{url}、テスト用の証明書、障害の計画"),
            format!("{url}, with test certificates and a plan of faults"),
        ),
    );

    let mut told = Vec::new();
    // The provider answers what it has received; the care manager comes back for the answers.
    for office in [&pair.manager, &pair.provider, &pair.manager] {
        let tally = demo::exchange(&running, folder, office).await?;
        told.push((office, tally.message()));
    }
    let each = |lang: Lang| {
        let line = |(office, message): &(&_, Message)| format!("{office}: {}", read(lang, message));
        told.iter().map(line).collect::<Vec<_>>().join("\n      ")
    };
    teller.done(
        ("2つの事業所が送受信しました", "two offices sent and fetched"),
        &Message::pair(each(Lang::Ja), each(Lang::En)),
    );

    let proof = demo::proof(&running)?;
    let never_fired = running.stop().await;
    let arrived = demo::arrived(&month, folder, &pair)?;
    let Proof { accepted, repeated, refused, faults } = proof;
    let as_told = never_fired.is_empty() && repeated == 1 && refused == broken && broken > 0 && arrived > 0;
    teller.done(
        ("記録と受信したファイルを確かめました", "journal and received files were compared"),
        &Message::pair(
            format!(
                "障害 {faults}件、受付 {accepted}件（二重の受付なし、再送 {repeated}件）、誤りのある送信の拒否 {refused}件、\
                 届いたファイル {arrived}件はすべて送信時と同じ"
            ),
            format!(
                "{faults} faults, {accepted} accepted (none twice, {repeated} sent again), {refused} with errors refused, \
                 {arrived} files arrived, all as they were sent"
            ),
        ),
    );

    let paths = [
        demo::inbox(folder, pair.manager.as_str()),
        demo::inbox(folder, pair.provider.as_str()),
        demo::refused(folder, pair.manager.as_str()),
    ];
    let report = check::report_of(&paths, today);
    let manner = Manner { lang: terminal.lang, style: Style::default(), encoding: Encoding::Utf8 };
    for (kind, name) in [(Kind::Html, "report.html"), (Kind::Json, "report.json")] {
        let path = folder.join(name);
        let written = std::fs::File::create(&path).and_then(|file| {
            let mut file = std::io::BufWriter::new(file);
            renkei_reports::write(&report, kind, &manner, &mut file)?;
            std::io::Write::flush(&mut file)
        });
        written.map_err(|error| {
            let (path, why) = (name_of(&path), io_reason(&error));
            Message::pair(format!("{path} に書き込めません: {}", why.ja), format!("cannot write {path}: {}", why.en))
        })?;
    }
    let (errors, page) = (report.totals.error, name_of(&folder.join("report.html")));
    teller.done(
        ("受信したものと拒否されたものを検査しました", "what arrived and what was refused was checked"),
        &Message::pair(
            format!("誤り {errors}件。報告: {page}（ブラウザーで開けます）"),
            format!("{errors} errors; the report for a browser: {page}"),
        ),
    );
    if as_told && errors > 0 {
        return Ok(Exit::Valid);
    }
    Err(Message::pair(
        "デモが予定どおりに進みませんでした（renkeiの不具合です）",
        "the demonstration did not go as it should (a defect of renkei)",
    ))
}

/// The month whose results are exchanged now.
fn month_before(today: Date) -> YearMonth {
    match today.month() {
        time::Month::January => YearMonth { year: (today.year() - 1) as u16, month: 12 },
        month => YearMonth { year: today.year() as u16, month: u8::from(month) - 1 },
    }
}
