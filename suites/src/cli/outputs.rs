//! Where a report goes and as what: standard output and files. Knows how reports are asked for; knows no
//! way to make one.

use std::fs::File;
use std::io::{BufWriter, Write};

use clap::{Arg, ArgAction, ArgMatches};
use renkei_reports::{Encoding, Kind, Lang, Manner, Report, Style};
use renkei_validator::text::Message;

use super::terminal::Terminal;
use super::{value_arg, word_arg};
use crate::config::Config;
use crate::exit::Exit;
use crate::lang::{self, pick};

/// A file to write a report to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    kind: Kind,
    path: String,
}

/// Everywhere a report goes.
pub(super) struct Outputs {
    format: Kind,
    encoding: Encoding,
    targets: Vec<Target>,
}

/// The options that say so.
pub(super) fn args(lang: Lang) -> [Arg; 3] {
    let kinds = Kind::WORDS.join(", ");
    [
        word_arg("format", &Kind::WORDS, Kind::parse, lang).value_name("KIND").help(match lang {
            Lang::Ja => format!("標準出力の形式（既定はtext）: {kinds}"),
            Lang::En => format!("Format of standard output (default text): {kinds}"),
        }),
        value_arg("report", parse_target, lang).action(ArgAction::Append).value_name("KIND=PATH").help(pick(
            lang,
            "報告をファイルにも書きます。種類は --format と同じです（何度でも）",
            "Write the report to a file, too, in a kind of --format (repeatable)",
        )),
        word_arg("encoding", &Encoding::WORDS, Encoding::parse, lang).value_name("ENCODING").help(pick(
            lang,
            "csvの文字コード: utf-8（既定）, cp932。表せない文字は〓にします。ほかの形式は常にUTF-8です",
            "Encoding of csv: utf-8 (default), cp932, with 〓 for what it lacks. Every other kind is UTF-8",
        )),
    ]
}

/// `KIND=PATH`
fn parse_target(text: &str) -> Result<Target, Message> {
    let Some((kind, path)) = text.split_once('=').filter(|(_, path)| !path.is_empty()) else {
        return Err(Message::pair("種類=パス の形で書きます", "expected KIND=PATH"));
    };
    let Some(kind) = Kind::parse(kind) else {
        let kinds = Kind::WORDS.join(", ");
        return Err(Message::pair(
            format!("種類「{kind}」はありません。使える種類: {kinds}"),
            format!("no kind {kind}; the kinds are {kinds}"),
        ));
    };
    Ok(Target { kind, path: path.to_owned() })
}

impl Outputs {
    /// What the command line asks for, else the configuration.
    pub(super) fn of(matches: &ArgMatches, config: &Config) -> Result<Outputs, Message> {
        let targets: Vec<Target> = matches.get_many("report").into_iter().flatten().cloned().collect();
        for (i, target) in targets.iter().enumerate() {
            if targets[..i].iter().any(|other| other.path == target.path) {
                return Err(Message::pair(
                    format!("--report の書き込み先 {} が重なっています", target.path),
                    format!("--report names {} twice", target.path),
                ));
            }
        }
        Ok(Outputs {
            format: matches.get_one("format").copied().or(config.format).unwrap_or(Kind::Text),
            encoding: matches.get_one("encoding").copied().or(config.encoding).unwrap_or_default(),
            targets,
        })
    }

    /// Whether a file is written over.
    pub(super) fn overwrite(&self, path: &str) -> bool {
        self.targets.iter().any(|target| target.path == path)
    }

    /// Writes the files, then standard output. `exit` is how the run ends if all of that succeeds.
    pub(super) fn write(&self, report: &Report, terminal: &Terminal, exit: Exit) -> Exit {
        let mut outcome = exit;
        for target in &self.targets {
            if self.write_file(report, target, terminal).is_none() {
                outcome = Exit::Incomplete;
            }
        }
        let manner = self.manner(terminal, terminal.style());
        terminal.show_report(report, self.format, &manner, outcome)
    }

    fn manner(&self, terminal: &Terminal, style: Style) -> Manner {
        Manner { lang: terminal.lang, style, encoding: self.encoding }
    }

    fn write_file(&self, report: &Report, target: &Target, terminal: &Terminal) -> Option<()> {
        let manner = self.manner(terminal, Style { color: false });
        let written = File::create(&target.path).and_then(|file| {
            let mut file = BufWriter::new(file);
            renkei_reports::write(report, target.kind, &manner, &mut file)?;
            file.flush()
        });
        let path = &target.path;
        written
            .map_err(|error| {
                let why = lang::io_reason(&error);
                terminal.complain(&Message::pair(
                    format!("{path} に書き込めません: {}", why.ja),
                    format!("cannot write {path}: {}", why.en),
                ));
            })
            .ok()
    }
}
