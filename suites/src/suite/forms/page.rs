//! Forms as one page that loads nothing and prints to A4, each form on paper of its own. Knows markup; knows
//! no item and no form.

use askama::Template;
use askama::filters::HtmlSafe;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use renkei_reports::Lang;
use renkei_validator::text::Message;
use sha2::{Digest, Sha256};

use super::model::{Block, Form, Part};

/// What a page of forms is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// What to enter into a software.
    Enter,
    /// What to delete from a software that holds it.
    Delete,
    /// What a software's screen is to show.
    Compare,
    /// What was entered before, and is replaced.
    Before,
}

/// What stands above the forms.
#[derive(Clone, Debug)]
pub struct Head {
    /// The case's id.
    pub case: String,
    /// What it is about.
    pub title: Message,
}

/// The page: forms, by what they are for.
pub fn page(head: &Head, parts: &[(Purpose, Vec<Form>)], lang: Lang) -> String {
    let all = parts.iter().map(|(_, forms)| forms.len()).sum();
    let mut before = 0;
    let mut sections = Vec::new();
    for (purpose, forms) in parts {
        sections.push(Section { purpose: *purpose, forms, before });
        before += forms.len();
    }
    let page = Page { head, sections, all, lang, style: STYLE, policy: policy() };
    page.render().expect("the template writes strings to a string")
}

const STYLE: Style = Style(include_str!("../../../templates/forms.css"));

/// Text of this crate's own that goes between the tags of a style.
struct Style(&'static str);

impl std::fmt::Display for Style {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl HtmlSafe for Style {}

fn policy() -> String {
    let digest = STANDARD.encode(Sha256::digest(STYLE.0));
    format!("default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'")
}

#[derive(Template)]
#[template(path = "forms.html")]
struct Page<'a> {
    head: &'a Head,
    sections: Vec<Section<'a>>,
    /// How many forms there are.
    all: usize,
    lang: Lang,
    style: Style,
    policy: String,
}

/// Forms that are for the same.
struct Section<'a> {
    purpose: Purpose,
    forms: &'a [Form],
    /// How many forms stand before them.
    before: usize,
}

impl Page<'_> {
    fn t<'a>(&self, ja: &'a str, en: &'a str) -> &'a str {
        match self.lang {
            Lang::Ja => ja,
            Lang::En => en,
        }
    }

    fn title(&self) -> &str {
        self.t(&self.head.title.ja, &self.head.title.en)
    }

    fn purpose(&self, purpose: &Purpose) -> &'static str {
        match purpose {
            Purpose::Enter => self.t("入力用シート", "What to enter"),
            Purpose::Delete => self.t("削除用シート", "What to delete"),
            Purpose::Compare => self.t("照合用シート", "What the screen is to show"),
            Purpose::Before => self.t("訂正前のシート", "What was entered before"),
        }
    }

    fn asks(&self, purpose: &Purpose) -> &'static str {
        match purpose {
            Purpose::Enter => self.t(
                "この内容をソフトに入力し、CSVファイルを出力してください。",
                "Enter this into your software, then export the CSV files.",
            ),
            Purpose::Delete => self.t(
                "この内容を、ソフトで送信先あてに削除し、削除のCSVファイルを出力してください。",
                "Withdraw this from its receiver in your software, then export the CSV files of the deletion.",
            ),
            Purpose::Compare => self.t(
                "CSVファイルを取り込んだあとの画面が、この内容を示しているか確かめてください。",
                "After importing the CSV files, check that your software's screen shows this.",
            ),
            Purpose::Before => self.t(
                "先に送信した内容です。訂正前のデータとして入力しておいてください。",
                "This was sent before. Enter it first, as the data to be corrected.",
            ),
        }
    }
}
