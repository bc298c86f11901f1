//! Renderings of a report. Each shows what the record holds and computes nothing of its own.

mod concise;
mod csv;
mod diff;
mod fingerprint;
mod github;
mod gitlab;
mod html;
mod json;
mod junit;
mod known;
mod listing;
mod markdown;
mod outcomes;
mod sarif;
mod snippet;
mod text;

use std::io;

pub use diff::{diff_json, diff_markdown, diff_schema, diff_text};
pub(crate) use fingerprint::skeleton;
pub use html::{html, html_policy, html_with_next_step};
pub use listing::{listing_csv, listing_html};
pub(crate) use snippet::{fit, pad, snippet, width};
pub(crate) use text::{Paint, facts, source_lines};

use crate::Lang;
use crate::model::Report;

/// What a report is shown as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// In the manner of rustc.
    Text,
    /// One line per finding.
    Concise,
    /// `renkei-report/1`
    Json,
    /// JUnit XML, for Jenkins and GitLab.
    Junit,
    /// SARIF 2.1.0
    Sarif,
    /// Workflow commands of GitHub Actions: annotations.
    Github,
    /// Markdown for the step summary of GitHub Actions.
    GithubSummary,
    /// The code quality report of GitLab.
    Gitlab,
    /// A table for spreadsheets.
    Csv,
    /// Markdown for a comment or a mail.
    Markdown,
    /// One page for a browser.
    Html,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 11] = [
        Kind::Text,
        Kind::Concise,
        Kind::Json,
        Kind::Junit,
        Kind::Sarif,
        Kind::Github,
        Kind::GithubSummary,
        Kind::Gitlab,
        Kind::Csv,
        Kind::Markdown,
        Kind::Html,
    ];

    /// Their names, in the same order.
    pub const WORDS: [&'static str; Kind::ALL.len()] = {
        let mut words = [""; Kind::ALL.len()];
        let mut index = 0;
        while index < words.len() {
            words[index] = Kind::ALL[index].word();
            index += 1;
        }
        words
    };

    /// Its name on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::Concise => "concise",
            Kind::Json => "json",
            Kind::Junit => "junit",
            Kind::Sarif => "sarif",
            Kind::Github => "github",
            Kind::GithubSummary => "github-summary",
            Kind::Gitlab => "gitlab",
            Kind::Csv => "csv",
            Kind::Markdown => "markdown",
            Kind::Html => "html",
        }
    }

    /// The kind of a name.
    pub fn parse(word: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// The encoding of a table. Every other kind is UTF-8.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with the byte-order mark that spreadsheets ask for.
    #[default]
    Utf8,
    /// CP932. What it has no character for is written as 〓.
    Cp932,
}

impl Encoding {
    /// Their names on the command line.
    pub const WORDS: [&'static str; 2] = ["utf-8", "cp932"];

    /// The encoding of a name.
    pub fn parse(word: &str) -> Option<Encoding> {
        match word {
            "utf-8" => Some(Encoding::Utf8),
            "cp932" => Some(Encoding::Cp932),
            _ => None,
        }
    }
}

/// How text is shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// Whether colours are used.
    pub color: bool,
}

/// What differs between renderings of one kind.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// The reader's language.
    pub lang: Lang,
    /// Colours; only text has any.
    pub style: Style,
    /// The encoding; only the table has another than UTF-8.
    pub encoding: Encoding,
}

/// Writes a report, piece by piece.
pub fn write(report: &Report, kind: Kind, manner: &Manner, out: &mut dyn io::Write) -> io::Result<()> {
    let lang = manner.lang;
    match kind {
        Kind::Text => text::write(report, lang, manner.style, out),
        Kind::Concise => concise::write(report, lang, out),
        Kind::Json => json::write(report, out),
        Kind::Junit => junit::write(report, lang, out),
        Kind::Sarif => sarif::write(report, lang, out),
        Kind::Github => github::write(report, lang, out),
        Kind::GithubSummary => markdown::write(report, lang, markdown::STEP_SUMMARY, out),
        Kind::Gitlab => gitlab::write(report, lang, out),
        Kind::Csv => csv::write(report, lang, manner.encoding, out),
        Kind::Markdown => markdown::write(report, lang, markdown::COMMENT, out),
        Kind::Html => html::html(report, lang, out),
    }
}

/// [`Kind::Text`] as a string.
pub fn text(report: &Report, lang: Lang, style: Style) -> String {
    string(|out| text::write(report, lang, style, out))
}

/// [`Kind::Concise`] as a string.
pub fn concise(report: &Report, lang: Lang) -> String {
    string(|out| concise::write(report, lang, out))
}

/// [`Kind::Json`] as a string.
pub fn json(report: &Report) -> String {
    string(|out| json::write(report, out))
}

fn string(write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> String {
    let mut bytes = Vec::new();
    write(&mut bytes).expect("writing to memory does not fail");
    String::from_utf8(bytes).expect("all of these kinds are UTF-8")
}

/// The JSON Schema of `report.json`.
pub fn schema() -> &'static str {
    include_str!("../schema/renkei-report-1.json")
}
