//! `renkei client --profile FILE --outbox DIR --inbox DIR [--once|--watch]`

use std::future::Future;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command};
use renkei_reports::Lang;
use renkei_validator::text::Message;
use time::OffsetDateTime;
use tokio::sync::watch;

use super::terminal::Terminal;
use super::{dress, value_arg, word_arg};
use crate::client::{CannotBegin, Client, Failure, Folders, Pause, Policy, Profile, Tally, Told, Tools, Unwatched};
use crate::exit::Exit;
use crate::lang::{io_reason, pick, read};

/// The time between two looks that tell whether a file is complete, in a single run.
const SETTLE: Duration = Duration::from_secs(2);

/// The time between two passes, in seconds.
const INTERVAL: u64 = 30;

/// What is told is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LineFormat {
    Text,
    Json,
}

fn parse_format(text: &str) -> Option<LineFormat> {
    match text {
        "text" => Some(LineFormat::Text),
        "json" => Some(LineFormat::Json),
        _ => None,
    }
}

fn parse_interval(text: &str) -> Result<u64, Message> {
    match text.parse() {
        Ok(seconds @ 1..=86_400) => Ok(seconds),
        Ok(_) | Err(_) => Err(Message::pair("1から86400までの秒数を指定します", "seconds, a number from 1 to 86400")),
    }
}

pub(super) fn command(lang: Lang) -> Command {
    let say = |ja: &'static str, en: &'static str| pick(lang, ja, en);
    let path = |name: &'static str, value: &'static str| {
        Arg::new(name).long(name).required(true).value_name(value).value_parser(clap::value_parser!(PathBuf))
    };
    dress(Command::new("client"), None, lang)
        .about(say(
            "フォルダーにあるものを送信し、届いたものを別のフォルダーに受信します",
            "Sends what lies in a folder, and receives into another",
        ))
        .override_usage(say(
            "renkei client --profile <FILE> --outbox <フォルダー> --inbox <フォルダー> [オプション]",
            "renkei client --profile <FILE> --outbox <DIR> --inbox <DIR> [OPTIONS]",
        ))
        .after_help(say(
            "送信フォルダーの直下のファイルは、ファイル名から送信先ごとにまとめて送信します。\n\
             フォルダーは1回の送信です。中の message.txt はメッセージ、to.txt は送信先の事業所番号になります\n\
             （ファイル名から送信先が分かれば不要です）。PDFなどは、送信する組のフォルダーに入れます。\n\
             送信したものは sent に、拒否されたものは理由を添えて refused に移します。\n\
             \n\
             パスワードは、プロファイル、その指すファイル、環境変数のどれかに置きます。\n\
             \n\
             終了コード: 0 すべて完了、1 プラットフォームが拒否したものがある、2 使い方か設定の誤り、\n\
             3 接続できないか、終わらなかったものがある",
            "Files at the top of the outbox are grouped by destination, from their names. A folder in it is \
             one delivery: message.txt in it is the message, to.txt the number of the destination (where no \
             file name tells it). Attachments go into the folder of their delivery. What is sent moves to \
             `sent`; what is refused moves to `refused`, with the reason.\n\
             \n\
             Passwords stand in the profile, in a file it names, or in the environment.\n\
             \n\
             Exit codes: 0 all done, 1 the platform refused something, 2 wrong usage or configuration, \
             3 something could not be reached or completed",
        ))
        .arg(path("profile", "FILE").help(say(
            "接続先・証明書・ユーザを書いたTOMLファイル",
            "A TOML file with address, certificates and users",
        )))
        .arg(path("outbox", "DIR").help(say("送信フォルダー", "The folder of what is to be sent")))
        .arg(path("inbox", "DIR").help(say("受信フォルダー", "The folder for what was received")))
        .arg(
            Arg::new("once")
                .long("once")
                .action(ArgAction::SetTrue)
                .conflicts_with_all(["watch", "interval"])
                .help(say("1回だけ送受信して終わります（既定）", "Send and receive once, then end (default)")),
        )
        .arg(
            Arg::new("watch")
                .long("watch")
                .action(ArgAction::SetTrue)
                .help(say("Ctrl-Cで止めるまで、繰り返し送受信します", "Send and receive again and again until Ctrl-C")),
        )
        .arg(
            value_arg("interval", parse_interval, lang)
                .requires("watch")
                .value_name("SECONDS")
                .help(say("--watch の間隔の秒数（既定30）", "Seconds between two passes of --watch (default 30)")),
        )
        .arg(word_arg("format", &["text", "json"], parse_format, lang).value_name("FORMAT").help(say(
            "標準出力の形式: text（既定）, json（1行に1件）",
            "Format of standard output: text (default), json (one value a line)",
        )))
}

pub(super) fn run(matches: &ArgMatches, terminal: &Terminal) -> Exit {
    let path = |name: &str| matches.get_one::<PathBuf>(name).cloned();
    let (Some(profile), Some(outbox), Some(inbox)) = (path("profile"), path("outbox"), path("inbox")) else {
        return Exit::Usage;
    };
    let profile = match Profile::load(&profile, &|name| std::env::var(name).ok()) {
        Ok(profile) => profile,
        Err(message) => {
            terminal.complain(&message);
            return Exit::Usage;
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return broken(terminal, &error),
    };
    let order = Order {
        profile,
        folders: Folders { outbox, inbox },
        interval: matches
            .get_flag("watch")
            .then(|| Duration::from_secs(matches.get_one("interval").copied().unwrap_or(INTERVAL))),
        format: matches.get_one("format").copied().unwrap_or(LineFormat::Text),
    };
    runtime.block_on(order.carry_out(terminal))
}

/// What a run is told to do.
struct Order {
    profile: Profile,
    folders: Folders,
    /// The time between two passes; absent for one pass only.
    interval: Option<Duration>,
    format: LineFormat,
}

impl Order {
    async fn carry_out(&self, terminal: &Terminal) -> Exit {
        let (stop, stopped) = watch::channel(false);
        let pause = Clock { stopped };
        let tell = |told: &Told| {
            terminal.show(&line(told, self.format, terminal.lang), Exit::Valid);
        };
        let tools = Tools { policy: Policy::default(), pause: &pause, watcher: &Unwatched, tell: &tell };
        let mut client = match Client::open(&self.profile, &self.folders, tools) {
            Ok(client) => client,
            Err(why) => {
                terminal.complain(&why.message());
                return match why {
                    CannotBegin::Configuration(_) | CannotBegin::Busy(_) => Exit::Usage,
                    CannotBegin::Failed(_) => Exit::Incomplete,
                };
            }
        };
        let work = async {
            match self.interval {
                Some(interval) => client.watch(interval).await,
                None => client.once(SETTLE).await,
            }
        };
        let mut work = std::pin::pin!(work);
        let mut asked_to_stop = false;
        let tally = loop {
            tokio::select! {
                tally = &mut work => break tally,
                signal = tokio::signal::ctrl_c() => match signal {
                    Ok(()) if asked_to_stop => {
                        // Whatever is under way is recorded, and the next run goes on with it.
                        terminal.note(&Message::pair("中断しました", "stopped at once"));
                        return Exit::Incomplete;
                    }
                    Ok(()) => {
                        asked_to_stop = true;
                        terminal.note(&Message::pair(
                            "途中のものを終えてから止まります（もう一度Ctrl-Cを押すと、すぐに止まります）",
                            "stopping after what is under way (Ctrl-C again stops at once)",
                        ));
                        // The receiver lives as long as the client.
                        let _ = stop.send(true);
                    }
                    Err(error) => return broken(terminal, &error),
                },
            }
        };
        let exit = match (self.interval, asked_to_stop) {
            // What was asked for once was not done.
            (None, true) => Exit::Incomplete,
            (Some(_), _) | (None, false) => tally.exit(),
        };
        terminal.show(&sum(&tally, self.format, terminal.lang), exit)
    }
}

fn line(told: &Told, format: LineFormat, lang: Lang) -> String {
    match format {
        LineFormat::Text => format!("{}\n", read(lang, &told.message())),
        LineFormat::Json => format!("{}\n", told.json()),
    }
}

fn sum(tally: &Tally, format: LineFormat, lang: Lang) -> String {
    match format {
        LineFormat::Text => format!("{}\n", read(lang, &tally.message())),
        LineFormat::Json => format!("{}\n", tally.json()),
    }
}

fn broken(terminal: &Terminal, error: &io::Error) -> Exit {
    let why = io_reason(error);
    terminal.complain(&Message::pair(
        format!("クライアントを動かせません: {}", why.ja),
        format!("cannot run the client: {}", why.en),
    ));
    Exit::Incomplete
}

/// The clock of the machine, and waiting that Ctrl-C ends.
struct Clock {
    stopped: watch::Receiver<bool>,
}

impl Pause for Clock {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }

    fn stopping(&self) -> bool {
        *self.stopped.borrow()
    }

    fn pause(&self, time: Duration) -> Pin<Box<dyn Future<Output = Result<(), Failure>> + Send + '_>> {
        let mut stopped = self.stopped.clone();
        Box::pin(async move {
            tokio::select! {
                () = tokio::time::sleep(time) => Ok(()),
                _ = stopped.wait_for(|stop| *stop) => Err(Failure::Stopped),
            }
        })
    }
}
