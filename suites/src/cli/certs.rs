//! `renkei certs --out DIR`

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command};
use renkei_generators::aside::{Aside, Standing, real, standing};
use renkei_mock_platform::model::{CertificateKind, OfficeNumber};
use renkei_mock_platform::pki::password::{self, Flaw};
use renkei_mock_platform::pki::{Authority, Fingerprint, PkiError, set};
use renkei_reports::Lang;
use renkei_validator::text::Message;
use time::OffsetDateTime;

use super::terminal::{Terminal, with_line_end};
use super::{dress, value_arg};
use crate::exit::Exit;
use crate::input::name_of;
use crate::lang::{self, pick, read};

/// Offices where none is named: the care manager and the provider of the samples.
const USUAL_OFFICES: [&str; 2] = ["9970100013", "9970100021"];

pub(super) fn command(lang: Lang) -> Command {
    let say = |ja: &'static str, en: &'static str| pick(lang, ja, en);
    dress(Command::new("certs"), None, lang)
        .about(say(
            "テスト用の証明書（使えるものと、拒否されるもの）を作ります",
            "Makes test certificates: good ones, and one of each kind that is refused",
        ))
        .override_usage(say(
            "renkei certs --out <フォルダー> [オプション]",
            "renkei certs --out <DIR> [OPTIONS]",
        ))
        .after_help(say(
            "本物の証明書ではありません。認証局はTESTと名乗り、作るたびに新しい鍵になります。内容は、フォルダーのREADME.ja.mdに書きます。",
            "These are not certificates of the real system: the authority is marked TEST, and every run makes new keys. README.md in the folder tells what each file is.",
        ))
        .arg(
            Arg::new("out")
                .long("out")
                .required(true)
                .value_name("DIR")
                .value_parser(clap::value_parser!(PathBuf))
                .help(say("書き込むフォルダー", "The folder to write")),
        )
        .arg(value_arg("office", parse_office, lang).action(ArgAction::Append).value_name("NUMBER").help(say(
            "事業所番号（何度でも）。指定がなければ、見本の2つの事業所",
            "An office number (repeatable). Without it, the two offices of the samples",
        )))
        .arg(value_arg("password", parse_password, lang).value_name("PASSWORD").help(say(
            "p12のパスワード。8～16文字の英数字。指定がなければ、作って表示します",
            "The password of the p12 files, 8 to 16 letters and digits. Without it, one is made and printed",
        )))
        .arg(Arg::new("force").long("force").action(ArgAction::SetTrue).help(say(
            "空でないフォルダーにも書きます。前回の結果だけを置き換え、ほかのファイルは残します",
            "Write into a folder that is not empty: replace earlier certificates, leave other files alone",
        )))
}

fn parse_office(text: &str) -> Result<OfficeNumber, Message> {
    OfficeNumber::parse(text).ok_or_else(|| {
        Message::pair(
            "事業所番号は10桁の数字です（3桁目は英字のこともあります）",
            "an office number is ten digits (the third may be a letter)",
        )
    })
}

fn parse_password(text: &str) -> Result<String, Message> {
    let flaw = match password::check(text) {
        Ok(()) => return Ok(text.to_owned()),
        Err(flaw) => flaw,
    };
    Err(match flaw {
        Flaw::Length => Message::pair("パスワードは8～16文字です", "a password has 8 to 16 characters"),
        Flaw::Character => Message::pair(
            "パスワードに使えるのは半角の英字と数字です",
            "a password consists of letters and digits of ASCII",
        ),
        Flaw::NoLetter => Message::pair("パスワードには英字も必要です", "a password needs a letter, too"),
        Flaw::NoDigit => Message::pair("パスワードには数字も必要です", "a password needs a digit, too"),
    })
}

/// Why a run ends early, and how.
struct Stop(Exit, Message);

impl From<PkiError> for Stop {
    fn from(error: PkiError) -> Stop {
        Stop(
            Exit::Incomplete,
            Message::pair(format!("証明書を作れません: {error}"), format!("the certificates cannot be made: {error}")),
        )
    }
}

pub(super) fn run(matches: &ArgMatches, terminal: &Terminal) -> Exit {
    match make(matches) {
        Ok(summary) => terminal.show(&with_line_end(read(terminal.lang, &summary).to_owned()), Exit::Valid),
        Err(Stop(exit, message)) => {
            terminal.complain(&message);
            exit
        }
    }
}

fn make(matches: &ArgMatches) -> Result<Message, Stop> {
    let out = matches.get_one::<PathBuf>("out").cloned().unwrap_or_default();
    let place = place(&out, matches.get_flag("force"))?;
    let offices: Vec<(OfficeNumber, CertificateKind)> = match matches.get_many::<OfficeNumber>("office") {
        Some(numbers) => numbers.cloned().collect(),
        None => USUAL_OFFICES.iter().filter_map(|text| OfficeNumber::parse(text)).collect::<Vec<_>>(),
    }
    .into_iter()
    .flat_map(|number| {
        [CertificateKind::KaigoJigyousho, CertificateKind::CarePlanJigyousho].map(|kind| (number.clone(), kind))
    })
    .collect();
    let (password, made) = match matches.get_one::<String>("password") {
        Some(password) => (password.clone(), false),
        None => (password::generate()?, true),
    };
    let now = OffsetDateTime::now_utc();
    let authority = Authority::new(now)?;
    let unwritable = |error: std::io::Error| {
        let why = lang::io_reason(&error);
        Stop(
            Exit::Incomplete,
            Message::pair(
                format!("{} に書き込めません: {}", name_of(&out), why.ja),
                format!("cannot write {}: {}", name_of(&out), why.en),
            ),
        )
    };
    let aside = Aside::fresh(&place).map_err(unwritable)?;
    let written = set::write(aside.path(), &authority, &offices, now, &password)?;
    let ours: Vec<String> = set::TOP.map(str::to_owned).to_vec();
    aside.settle(&place, &ours, Some(set::MANIFEST)).map_err(unwritable)?;
    let root = Fingerprint::of(authority.cert_der());
    Ok(summary(&out, written.len(), &root, made.then_some(password.as_str())))
}

/// Where the set is to stand, as a real path.
fn place(out: &Path, force: bool) -> Result<PathBuf, Stop> {
    let name = name_of(out);
    let unreadable = |error: std::io::Error| {
        let why = lang::io_reason(&error);
        Stop(
            Exit::Usage,
            Message::pair(format!("{name} を読み取れません: {}", why.ja), format!("cannot read {name}: {}", why.en)),
        )
    };
    let place = real(out).map_err(unreadable)?;
    match (standing(&place).map_err(unreadable)?, force) {
        (Standing::Free, _) | (Standing::Filled, true) => Ok(place),
        (Standing::Filled, false) => Err(Stop(
            Exit::Usage,
            Message::pair(
                format!("フォルダー {name} は空ではありません。前回の結果を置き換えるには --force を付けます"),
                format!("the folder {name} is not empty; --force replaces earlier certificates in it"),
            ),
        )),
        (Standing::File, _) => Err(Stop(
            Exit::Usage,
            Message::pair(format!("{name} はフォルダーではありません"), format!("{name} is no folder")),
        )),
    }
}

fn summary(out: &Path, files: usize, root: &Fingerprint, password: Option<&str>) -> Message {
    let (out, sha1, sha256) = (name_of(out), root.windows_warning(), root.sha256_grouped());
    let mut ja =
        format!("{out} に書きました: ファイル {files}\n認証局証明書の拇印\n  SHA-1:   {sha1}\n  SHA-256: {sha256}\n");
    let mut en =
        format!("wrote {out}: files {files}\nthumbprint of the root\n  SHA-1:   {sha1}\n  SHA-256: {sha256}\n");
    if let Some(password) = password {
        let _ = writeln!(ja, "p12のパスワード: {password}");
        let _ = writeln!(en, "password of the p12 files: {password}");
    }
    Message::pair(ja, en)
}
