//! Reads a plan out of TOML. Knows lines and near misses; strikes nothing.

use std::ops::Range;

use renkei_validator::text::Message;
use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use super::super::card::card;
use super::super::fault::{Kind, Parameter};
use super::super::operation::On;
use super::{Flaw, Flaws, MOST_BYTES, Nth, Step};
use crate::model::OfficeNumber;

/// The greatest number of an event.
const MOST_EVENTS: u32 = 1_000_000;

/// The keys of every step; the parameter of its fault comes to them.
const KEYS: [&str; 5] = ["on", "nth", "times", "office", "fault"];

/// The steps of a plan, at least one.
pub(super) fn plan(bytes: &[u8]) -> Result<Vec<Step>, Flaws> {
    let mut reader = match text(bytes) {
        Ok(text) => Reader { text, line_ends: line_ends(text), flaws: Vec::new() },
        Err(flaw) => return Err(Flaws(vec![flaw])),
    };
    let steps = reader.steps();
    if reader.flaws.is_empty() {
        return Ok(steps);
    }
    reader.flaws.sort();
    Err(Flaws(reader.flaws))
}

fn text(bytes: &[u8]) -> Result<&str, Flaw> {
    if bytes.len() > MOST_BYTES {
        let message = Message::pair(
            format!("障害計画が大きすぎます（{}バイト、最大{MOST_BYTES}バイト）", bytes.len()),
            format!("the plan is too large ({} bytes of at most {MOST_BYTES})", bytes.len()),
        );
        return Err(Flaw { line: 1, message });
    }
    std::str::from_utf8(bytes).map_err(|error| Flaw {
        line: 1 + bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count(),
        message: Message::pair("UTF-8ではありません", "this is not UTF-8"),
    })
}

/// Where lines end.
fn line_ends(text: &str) -> Vec<usize> {
    text.match_indices('\n').map(|(at, _)| at).collect()
}

struct Reader<'a> {
    text: &'a str,
    line_ends: Vec<usize>,
    flaws: Vec<Flaw>,
}

/// A value and where it stands.
type Value<'a> = Spanned<DeValue<'a>>;

impl<'a> Reader<'a> {
    fn steps(&mut self) -> Vec<Step> {
        let table = match DeTable::parse(self.text) {
            Ok(table) => table,
            Err(error) => {
                let at = error.span().unwrap_or(0..0);
                let why = error.message().trim();
                self.flaw(&at, format!("TOMLとして読めません: {why}"), format!("this is not TOML: {why}"));
                return Vec::new();
            }
        };
        let mut steps = Vec::new();
        for (key, value) in table.get_ref() {
            if key.get_ref() != "step" {
                self.unknown(&key.span(), key.get_ref(), &["step"], ("項目", "key"));
                continue;
            }
            let DeValue::Array(array) = value.get_ref() else {
                self.flaw(&value.span(), "[[step]] の形で書いてください", "steps are written as [[step]]");
                continue;
            };
            for step in array {
                match step.get_ref() {
                    DeValue::Table(table) => steps.extend(self.step(&step.span(), table)),
                    _ => self.flaw(&step.span(), "[[step]] の形で書いてください", "steps are written as [[step]]"),
                }
            }
        }
        if steps.is_empty() && self.flaws.is_empty() {
            self.flaw(&(0..0), "[[step]] が1つもありません", "there is no [[step]]");
        }
        steps
    }

    /// A step, or flaws that say why it is none.
    fn step(&mut self, at: &Range<usize>, table: &DeTable<'a>) -> Option<Step> {
        let before = self.flaws.len();
        let find = |key: &str| table.iter().find(|(known, _)| known.get_ref() == key).map(|(_, value)| value);
        let on = self.needed(at, "on", find("on")).and_then(|value| self.on(value));
        let kind = self.needed(at, "fault", find("fault")).and_then(|value| self.kind(value));
        let nth = self.needed(at, "nth", find("nth")).and_then(|value| self.nth(value, find("times")));
        let office = find("office").and_then(|value| self.office(value));
        // Which keys are right depends on the fault: without one, they are not judged.
        if let Some(kind) = kind {
            self.keys(table, kind);
        }
        let value = kind.and_then(Kind::parameter).and_then(|parameter| {
            let value = self.needed(at, parameter.key(), find(parameter.key()))?;
            self.parameter(value, parameter)
        });
        if let (Some(on), Some(kind)) = (on, kind) {
            self.place(at, on, kind);
        }
        if let (Some(On::Connect), Some(value)) = (on, find("office")) {
            self.flaw(
                &value.span(),
                "接続の時点では事業所が分からないため、on = \"connect\" に office は使えません",
                "whose connection it is is not known yet: office does not go with on = \"connect\"",
            );
        }
        if self.flaws.len() > before {
            return None;
        }
        let fault = kind?.fault(value)?;
        Some(Step { line: self.line(at), on: on?, nth: nth?, office, fault })
    }

    fn needed<'t>(&mut self, at: &Range<usize>, key: &str, value: Option<&'t Value<'a>>) -> Option<&'t Value<'a>> {
        if value.is_none() {
            self.flaw(at, format!("このstepには {key} が必要です"), format!("this step needs {key}"));
        }
        value
    }

    fn on(&mut self, value: &Value<'a>) -> Option<On> {
        let word = self.word(value, "on")?;
        let on = On::parse(&word);
        if on.is_none() {
            let known: Vec<&str> = On::all().map(On::word).collect();
            self.unknown(&value.span(), &word, &known, ("操作", "operation"));
        }
        on
    }

    fn kind(&mut self, value: &Value<'a>) -> Option<Kind> {
        let word = self.word(value, "fault")?;
        let kind = Kind::of(&word);
        if kind.is_none() {
            let known: Vec<&str> = Kind::ALL.iter().map(|kind| kind.word()).collect();
            self.unknown(&value.span(), &word, &known, ("障害", "fault"));
        }
        kind
    }

    fn nth(&mut self, value: &Value<'a>, times: Option<&Value<'a>>) -> Option<Nth> {
        match value.get_ref() {
            DeValue::String(word) if word == "every" => {
                if let Some(times) = times {
                    self.flaw(
                        &times.span(),
                        "nth = \"every\" に times は使えません",
                        "times does not go with nth = \"every\"",
                    );
                    return None;
                }
                Some(Nth::Every)
            }
            DeValue::Integer(_) => {
                let nth = self.number(value, "nth", (1, MOST_EVENTS));
                let times = times.map_or(Some(1), |times| self.number(times, "times", (1, MOST_EVENTS)));
                Some(Nth::From { nth: nth?, times: times? })
            }
            _ => {
                let (ja, en) = ("nth は1以上の整数か \"every\" です", "nth is a whole number from 1, or \"every\"");
                self.flaw(&value.span(), ja, en);
                None
            }
        }
    }

    fn office(&mut self, value: &Value<'a>) -> Option<OfficeNumber> {
        let word = self.word(value, "office")?;
        let office = OfficeNumber::parse(&word);
        if office.is_none() {
            self.flaw(
                &value.span(),
                format!("{word:?} は事業所番号の形式ではありません"),
                format!("{word:?} has not the form of an office number"),
            );
        }
        office
    }

    fn parameter(&mut self, value: &Value<'a>, parameter: Parameter) -> Option<u32> {
        self.number(value, parameter.key(), parameter.bounds())
    }

    fn keys(&mut self, table: &DeTable<'a>, kind: Kind) {
        let parameter = kind.parameter().map(Parameter::key);
        let known: Vec<&str> = KEYS.into_iter().chain(parameter).collect();
        for key in table.keys() {
            if !known.contains(&key.get_ref().as_ref()) {
                self.unknown(&key.span(), key.get_ref(), &known, ("項目", "key"));
            }
        }
    }

    fn place(&mut self, at: &Range<usize>, on: On, kind: Kind) {
        let places = card(kind).places;
        if !places.allow(on) {
            let (fault, on, allowed) = (kind.word(), on.word(), places.words().join(", "));
            self.flaw(
                at,
                format!("{fault} は on = \"{on}\" では起こせません。使える値: {allowed}"),
                format!("{fault} cannot strike on = \"{on}\"; the values are {allowed}"),
            );
        }
    }

    fn word(&mut self, value: &Value<'a>, key: &str) -> Option<String> {
        if let DeValue::String(word) = value.get_ref() {
            return Some(word.to_string());
        }
        self.flaw(&value.span(), format!("{key} は文字列です"), format!("{key} is a string"));
        None
    }

    fn number(&mut self, value: &Value<'a>, key: &str, (least, most): (u32, u32)) -> Option<u32> {
        let number = match value.get_ref() {
            DeValue::Integer(integer) => read_integer(integer),
            _ => None,
        };
        let number = number.filter(|number| (least..=most).contains(number));
        if number.is_none() {
            self.flaw(
                &value.span(),
                format!("{key} は{least}以上{most}以下の整数です"),
                format!("{key} is a whole number from {least} to {most}"),
            );
        }
        number
    }

    fn unknown(&mut self, at: &Range<usize>, word: &str, known: &[&str], (ja, en): (&str, &str)) {
        let shown: String = word.chars().take(60).collect();
        match nearest(&shown, known) {
            Some(near) => self.flaw(
                at,
                format!("{shown:?} という{ja}はありません。{near:?} のことですか"),
                format!("there is no {en} {shown:?}; did you mean {near:?}?"),
            ),
            None => self.flaw(at, format!("{shown:?} という{ja}はありません"), format!("there is no {en} {shown:?}")),
        }
    }

    /// The line, from 1, in which something begins.
    fn line(&self, at: &Range<usize>) -> usize {
        1 + self.line_ends.partition_point(|end| *end < at.start)
    }

    fn flaw(&mut self, at: &Range<usize>, ja: impl Into<String>, en: impl Into<String>) {
        let line = self.line(at);
        self.flaws.push(Flaw { line, message: Message::pair(ja, en) });
    }
}

fn read_integer(integer: &DeInteger<'_>) -> Option<u32> {
    u32::from_str_radix(integer.as_str(), integer.radix()).ok()
}

/// The word most like one that is unknown, where it is like it at all.
pub(crate) fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let near = known.iter().map(|known| (strsim::damerau_levenshtein(word, known), *known)).min()?;
    (near.0 <= 2.max(word.chars().count() / 3)).then_some(near.1)
}
