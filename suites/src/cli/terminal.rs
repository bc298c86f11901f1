//! Writes to standard output and standard error. Knows colours and broken pipes; knows no verb.

use std::io::{self, BufWriter, Write};

use anstream::{AutoStream, ColorChoice};
use renkei_reports::{Kind, Lang, Manner, Report, Style};
use renkei_validator::text::Message;

use super::settings::Color;
use crate::exit::Exit;
use crate::lang;

/// The person or program that the output goes to.
pub(crate) struct Terminal {
    /// The language spoken.
    pub(crate) lang: Lang,
    choice: ColorChoice,
}

impl Terminal {
    pub(crate) fn new(lang: Lang, color: Color) -> Terminal {
        let choice = match color {
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
            Color::Auto => AutoStream::choice(&io::stdout()),
        };
        Terminal { lang, choice }
    }

    /// How reports are to be styled for standard output.
    pub(crate) fn style(&self) -> Style {
        Style { color: self.choice != ColorChoice::Never }
    }

    /// Writes a text to standard output and gives the exit the run ends with: the one it would end
    /// with anyway, unless the text cannot be written.
    pub(crate) fn show(&self, text: &str, exit: Exit) -> Exit {
        let mut out = AutoStream::new(io::stdout().lock(), self.choice);
        self.shown(out.write_all(text.as_bytes()).and_then(|()| out.flush()), exit)
    }

    /// Writes a report to standard output, likewise.
    pub(crate) fn show_report(&self, report: &Report, kind: Kind, manner: &Manner, exit: Exit) -> Exit {
        let write = |out: &mut dyn Write| renkei_reports::write(report, kind, manner, out).and_then(|()| out.flush());
        let stdout = io::stdout().lock();
        let outcome = if kind == Kind::Text {
            // Only text has colours, which some terminals must be told in another way.
            write(&mut BufWriter::new(AutoStream::new(stdout, self.choice)))
        } else {
            write(&mut BufWriter::new(stdout))
        };
        self.shown(outcome, exit)
    }

    fn shown(&self, outcome: io::Result<()>, exit: Exit) -> Exit {
        match outcome {
            Ok(()) => exit,
            // The reader has seen enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => exit,
            Err(error) => {
                let why = lang::io_reason(&error);
                self.complain(&Message::pair(
                    format!("標準出力に書き込めません: {}", why.ja),
                    format!("cannot write to standard output: {}", why.en),
                ));
                Exit::Incomplete
            }
        }
    }

    /// Tells on standard error what is wrong.
    pub(crate) fn complain(&self, message: &Message) {
        complain(self.lang, message);
    }

    /// Writes a line to standard error that is neither a complaint nor a warning.
    pub(crate) fn tell(&self, message: &Message) {
        tell(lang::read(self.lang, message));
    }

    /// Tells on standard error what is good to know.
    pub(crate) fn note(&self, message: &Message) {
        tell(&format!("{}: {}", lang::pick(self.lang, "注意", "note"), lang::read(self.lang, message)));
    }
}

/// Tells on standard error what is wrong.
pub(crate) fn complain(lang: Lang, message: &Message) {
    tell(&format!("{}: {}", lang::pick(lang, "エラー", "error"), lang::read(lang, message)));
}

/// Writes a line to standard error, where there is one.
pub(crate) fn tell(line: &str) {
    // Nobody can be told that this failed.
    let _ = writeln!(anstream::stderr().lock(), "{line}");
}

/// A text with a line end at its end.
pub(crate) fn with_line_end(mut text: String) -> String {
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}
