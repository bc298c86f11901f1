//! `renkei serve`: the platform on this machine, until it is told to stop.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Arg, ArgAction, ArgMatches, Command};
use renkei_mock_platform::clock::{self, Clock};
use renkei_mock_platform::faults::Plan;
use renkei_mock_platform::server::{Data, Options, Running, StartError, start};
use renkei_mock_platform::settings::{Settings, flaw};
use renkei_mock_platform::world::Seed;
use renkei_reports::Lang;
use renkei_validator::text::Message;
use serde_json::json;
use time::OffsetDateTime;

use super::terminal::Terminal;
use super::{dress, value_arg};
use crate::exit::Exit;
use crate::gate::Validation;
use crate::inspection::PageCheck;
use crate::lang::{self, pick};

pub(super) fn command(lang: Lang) -> Command {
    let say = |ja: &'static str, en: &'static str| pick(lang, ja, en);
    let path = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).value_parser(clap::value_parser!(PathBuf)).help(help)
    };
    dress(Command::new("serve"), None, lang)
        .about(say("この端末で模擬プラットフォームを動かします", "Plays the platform on this machine"))
        .override_usage(say("renkei serve [オプション]", "renkei serve [OPTIONS]"))
        .after_help(say(
            "本物のケアプランデータ連携システムではありません。準備ができると、接続先などをJSONで1行表示します。\
             止めるときはCtrl-Cを押します。使い方: docs/PLATFORM.ja.md",
            "This is not the real system. When it is ready, one line of JSON tells where it listens. Ctrl-C stops it. \
             How to use it: docs/PLATFORM.md",
        ))
        .arg(path(
            "data",
            "DIR",
            say(
                "データを残すフォルダー。指定がなければ一時フォルダーで、終了時に消えます",
                "The folder that keeps its data. Without it, a temporary one that goes when it stops",
            ),
        ))
        .arg(value_arg("listen", parse_address, lang).value_name("ADDR:PORT").help(say(
            "プラットフォームの待ち受け（既定 127.0.0.1:8443）。ポート0なら空いているもの",
            "Where the platform listens (default 127.0.0.1:8443); port 0 for any that is free",
        )))
        .arg(value_arg("manage", parse_address, lang).value_name("ADDR:PORT").help(say(
            "管理用の待ち受け（既定 127.0.0.1:8480）。この端末からだけ使えます",
            "Where its management listens (default 127.0.0.1:8480), for this machine only",
        )))
        .arg(Arg::new("expose").long("expose").action(ArgAction::SetTrue).help(say(
            "--listen に、ほかの端末から届くアドレスを使えるようにします",
            "Lets --listen be an address that other machines reach",
        )))
        .arg(path(
            "world",
            "FILE",
            say(
                "事業所を書いたTOMLファイル。指定がなければ見本の事業所",
                "A TOML file with the offices. Without it, those of the demonstration",
            ),
        ))
        .arg(
            path(
                "world-from",
                "DIR",
                say(
                    "このフォルダーの中のファイル名に出てくる事業所を使います",
                    "Takes the offices from the names of files below this folder",
                ),
            )
            .conflicts_with("world"),
        )
        .arg(Arg::new("real-numbers").long("real-numbers").action(ArgAction::SetTrue).help(say(
            "テスト用（99で始まる）でない事業所番号も使います",
            "Takes office numbers outside the test range 99…, too",
        )))
        .arg(path(
            "faults",
            "FILE",
            say(
                "起こす障害の計画（TOML）。障害の一覧: renkei faults",
                "The plan of faults (TOML); renkei faults lists them",
            ),
        ))
        .arg(path("settings", "FILE", say("上限や時間の設定（TOML）", "Limits and times (TOML)")))
        .arg(value_arg("now", clock::moment, lang).value_name("WHEN").help(say(
            "時計を合わせます（例: 2027-01-05 や 2027-01-05T09:00:00+09:00）",
            "Sets the clock, such as 2027-01-05 or 2027-01-05T09:00:00+09:00",
        )))
        .arg(
            Arg::new("stop-clock")
                .long("stop-clock")
                .action(ArgAction::SetTrue)
                .requires("now")
                .help(say("時計をその時刻で止めます", "Stops the clock there")),
        )
        .arg(Arg::new("gate").long("gate").action(ArgAction::SetTrue).help(say(
            "送信されたファイルを検査し、誤りがあれば受け付けません",
            "Checks what is sent, and refuses files with errors",
        )))
        .arg(
            Arg::new("tls13-only")
                .long("tls13-only")
                .action(ArgAction::SetTrue)
                .help(say("TLS 1.3だけを受け付けます", "Speaks TLS 1.3 only")),
        )
}

fn parse_address(text: &str) -> Result<SocketAddr, Message> {
    text.parse().map_err(|_| {
        Message::pair("IPアドレスとポートを指定します（例: 127.0.0.1:0）", "an address and a port, such as 127.0.0.1:0")
    })
}

pub(super) fn run(matches: &ArgMatches, terminal: &Terminal) -> Exit {
    let options = match options(matches) {
        Ok(options) => options,
        Err(message) => {
            terminal.complain(&message);
            return Exit::Usage;
        }
    };
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            terminal.complain(&Message::pair(format!("起動できません: {error}"), format!("cannot start: {error}")));
            return Exit::Incomplete;
        }
    };
    runtime.block_on(async {
        match start(options).await {
            Ok(running) => serve(running, terminal).await,
            Err(error) => {
                terminal.complain(&error.message());
                match error {
                    StartError::Seed(_) | StartError::NotOurs { .. } => Exit::Usage,
                    StartError::InUse { .. } | StartError::Listen { .. } | StartError::Folder { .. } => {
                        Exit::Incomplete
                    }
                }
            }
        }
    })
}

async fn serve(running: Running, terminal: &Terminal) -> Exit {
    terminal.note(&Message::pair(
        "これは模擬プラットフォームです。本物のケアプランデータ連携システムではありません",
        "this is a mock of the platform, not the real system",
    ));
    let ready = json!({
        "platform": running.url(),
        "manage": format!("http://{}", running.manage),
        "folder": running.folder(),
        "clients": running.folder().join("clients"),
    });
    let shown = terminal.show(&format!("{ready}\n"), Exit::Valid);
    if shown != Exit::Valid {
        return shown;
    }
    wait_for_signal().await;
    let never_fired = running.stop().await;
    for step in never_fired {
        terminal.note(&Message::pair(
            format!("起こらなかった障害があります: {step}"),
            format!("a step of the fault plan never fired: {step}"),
        ));
    }
    Exit::Valid
}

/// Ctrl-C, or what programs are stopped with from outside.
async fn wait_for_signal() {
    #[cfg(windows)]
    {
        use tokio::signal::windows::{ctrl_break, ctrl_close};
        // What starts a program can send it Ctrl-Break, and nothing else; its window can be closed.
        if let (Ok(mut stop), Ok(mut close)) = (ctrl_break(), ctrl_close()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = stop.recv() => {}
                _ = close.recv() => {}
            }
            return;
        }
    }
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    // Without the signal it can only be killed, which it survives.
    let _ = tokio::signal::ctrl_c().await;
}

fn options(matches: &ArgMatches) -> Result<Options, Message> {
    let flag = |name: &str| matches.get_flag(name);
    let path = |name: &str| matches.get_one::<PathBuf>(name);
    let address = |name: &str, port| {
        matches.get_one::<SocketAddr>(name).copied().unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], port)))
    };
    let (listen, manage) = (address("listen", 8443), address("manage", 8480));
    if !listen.ip().is_loopback() && !flag("expose") {
        return Err(Message::pair(
            format!("{listen} はほかの端末から届きます（--expose で使えます）"),
            format!("{listen} can be reached from other machines (--expose allows that)"),
        ));
    }
    if !manage.ip().is_loopback() {
        return Err(Message::pair(
            format!("--manage に使えるのは、この端末のアドレスだけです: {manage}"),
            format!("--manage must be an address of this machine only, not {manage}"),
        ));
    }
    let clock = Clock::of_machine();
    match matches.get_one::<OffsetDateTime>("now") {
        Some(at) if flag("stop-clock") => clock.set(renkei_mock_platform::clock::Hand::Stopped(*at)),
        Some(at) => clock.run_from(*at),
        None => {}
    }
    let mut settings = match path("settings") {
        Some(path) => {
            let text = read(path)?;
            Settings::parse(&text).map_err(|why| at(path, &flaw(&text, &why)))?
        }
        None => Settings::default(),
    };
    settings.tls13_only |= flag("tls13-only");
    let seed = match (path("world"), path("world-from")) {
        (Some(path), _) => {
            let text = read(path)?;
            Some(Seed::from_toml(&text, clock.today()).map_err(|why| at(path, &why.message(&text)))?)
        }
        (None, Some(folder)) => Some(of_folder(folder, &clock)?),
        (None, None) => None,
    };
    let plan = match path("faults") {
        Some(path) => Plan::parse(read(path)?.as_bytes()).map_err(|flaws| at(path, &flaws.text()))?,
        None => Plan::default(),
    };
    Ok(Options {
        data: path("data").map_or(Data::Temporary, |path| Data::Folder(path.clone())),
        listen,
        manage,
        seed,
        real_numbers: flag("real-numbers"),
        settings,
        clock,
        plan,
        gate: flag("gate").then(|| Arc::new(Validation) as Arc<_>),
        inspector: Some(Arc::new(PageCheck)),
    })
}

/// The offices in the names of all files below a folder.
fn of_folder(folder: &Path, clock: &Clock) -> Result<Seed, Message> {
    let mut names = std::collections::BTreeSet::new();
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry.map_err(|error| {
            Message::pair(
                format!("{} を読み取れません: {error}", folder.display()),
                format!("cannot read {}: {error}", folder.display()),
            )
        })?;
        if entry.file_type().is_file() {
            names.insert(entry.file_name().to_string_lossy().into_owned());
        }
    }
    let seed = Seed::of_file_names(names.iter().map(String::as_str), clock.today());
    if seed.offices().is_empty() {
        return Err(Message::pair(
            format!("{} に、事業所の分かる名前のファイルがありません", folder.display()),
            format!("no file below {} names an office", folder.display()),
        ));
    }
    Ok(seed)
}

fn read(path: &Path) -> Result<String, Message> {
    crate::text_file::read(path).map_err(|error| at(path, &lang::io_reason(&error)))
}

fn at(path: &Path, why: &Message) -> Message {
    let path = path.display();
    Message::pair(format!("{path}: {}", why.ja), format!("{path}: {}", why.en))
}
