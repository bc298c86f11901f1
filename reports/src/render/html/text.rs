//! Text on a page: what is said in both languages, and what came from the input. Both reach the page
//! through the escaping of the templates only; nothing here is markup but the two spans of a pair.

use std::borrow::Cow;
use std::fmt;

use askama::Template;
use askama::filters::HtmlSafe;

use crate::Lang;
use crate::model::Pair;
use crate::safe::safe;
use crate::words;

/// Text longer than this is cut, and says so.
const LONGEST: usize = 400;

/// A text of the record, made harmless and not too long. Not escaped: the templates do that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shown<'a>(pub(crate) Cow<'a, str>);

impl<'a> Shown<'a> {
    pub(crate) fn of(text: &'a str) -> Shown<'a> {
        Shown(Cow::Borrowed(text))
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.char_indices().nth(LONGEST) {
            None => f.write_str(&safe(&self.0)),
            Some((at, _)) => {
                let left = self.0[at..].chars().count();
                write!(f, "{}… (+{left})", safe(&self.0[..at]))
            }
        }
    }
}

/// A text in both languages; the page shows one of them.
#[derive(Clone, Debug, PartialEq, Eq, Template)]
#[template(
    source = "{% if ja == en %}{{ ja }}{% else %}<span class=\"ja\" lang=\"ja\">{{ ja }}</span>\
              <span class=\"en\" lang=\"en\">{{ en }}</span>{% endif %}",
    ext = "html"
)]
pub(crate) struct Both<'a> {
    pub(crate) ja: Shown<'a>,
    pub(crate) en: Shown<'a>,
}

/// Its own template has escaped both sides.
impl HtmlSafe for Both<'_> {}

impl<'a> Both<'a> {
    pub(crate) fn of(ja: &'a str, en: &'a str) -> Both<'a> {
        Both { ja: Shown::of(ja), en: Shown::of(en) }
    }

    pub(crate) fn made(ja: String, en: String) -> Both<'a> {
        Both { ja: Shown(Cow::Owned(ja)), en: Shown(Cow::Owned(en)) }
    }

    pub(crate) fn severity(word: &'a str) -> Both<'a> {
        Both::of(words::severity(word, Lang::Ja), words::severity(word, Lang::En))
    }

    pub(crate) fn authority(word: &'a str) -> Both<'a> {
        Both::of(words::authority(word, Lang::Ja), words::authority(word, Lang::En))
    }

    /// `3件`, `3 findings`
    pub(crate) fn count(count: u64, ja: &str, noun: &str) -> Both<'a> {
        Both::made(format!("{}{ja}", grouped(count)), format!("{} {noun}{}", grouped(count), plural(count)))
    }
}

impl<'a> From<&'a Pair> for Both<'a> {
    fn from(pair: &'a Pair) -> Both<'a> {
        Both::of(&pair.ja, &pair.en)
    }
}

fn plural(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// `1,234,567`
pub(crate) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// What a template has made: the only text that goes to the page as it is.
#[derive(Clone, Debug)]
pub(crate) struct Made(String);

impl Made {
    pub(crate) fn by(template: &impl Template) -> Made {
        // Writing to a string cannot fail, and the templates have no fallible filters.
        Made(template.render().unwrap_or_default())
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

impl fmt::Display for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Made {}

/// The first entries of a list, as many as fit, and how many do not.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    pub(crate) shown: Vec<Made>,
    pub(crate) total: u64,
}

impl Listed {
    /// At most so many entries, of so many bytes together.
    pub(crate) fn of<T: Template>(entries: impl ExactSizeIterator<Item = T>, most: usize, bytes: usize) -> Listed {
        let total = entries.len() as u64;
        let mut left = bytes;
        let mut shown = Vec::new();
        for entry in entries.take(most) {
            let made = Made::by(&entry);
            let Some(rest) = left.checked_sub(made.len()) else { break };
            left = rest;
            shown.push(made);
        }
        Listed { shown, total }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// How many there are.
    pub(crate) fn count(&self, noun: &str) -> Both<'static> {
        Both::count(self.total, "件", noun)
    }

    /// What is said of those that are not shown; empty where all are.
    pub(crate) fn more(&self) -> Option<Both<'static>> {
        let (shown, total) = (self.shown.len() as u64, self.total);
        (shown < total).then(|| {
            let (shown, total) = (grouped(shown), grouped(total));
            Both::made(
                format!("{total}件のうち{shown}件を表示しています。残りは report.json にあります。"),
                format!("{shown} of {total} are shown. The others are in report.json."),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_made_harmless_escaped_and_cut() {
        let both = Both::of("<b>\u{202E}&\"'", "x");
        assert_eq!(
            both.to_string(),
            "<span class=\"ja\" lang=\"ja\">&#60;b&#62;\u{FFFD}&#38;&#34;&#39;</span><span class=\"en\" lang=\"en\">x</span>"
        );
        assert_eq!(Both::of("同じ", "同じ").to_string(), "同じ");
        let long = "あ".repeat(450);
        assert_eq!(Shown::of(&long).to_string(), format!("{}… (+50)", "あ".repeat(400)));
    }

    #[test]
    fn numbers_are_grouped_by_three_digits() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn a_list_that_is_cut_says_so() {
        let entries = ["a", "b", "c"].map(|text| Both::of(text, text));
        let listed = Listed::of(entries.clone().into_iter(), 2, 100);
        assert_eq!((listed.shown.len(), listed.total), (2, 3));
        assert_eq!(listed.more().unwrap().en.to_string(), "2 of 3 are shown. The others are in report.json.");
        assert_eq!(Listed::of(entries.clone().into_iter(), 9, 2).shown.len(), 2);
        assert!(Listed::of(entries.into_iter(), 9, 100).more().is_none());
    }
}
