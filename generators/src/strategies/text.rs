//! Free texts: shorter ones, and ones of あ, are simpler.

use std::ops::Range;

use super::{Simpler, parts, without};
use crate::chance::Dice;
use crate::model::{Sex, Trade};
use crate::names;

/// What breaks readers: characters whose second byte is a backslash or a bar, the two rows of NEC and
/// IBM, half-width kana, and what CSV has a meaning for.
const CORNERS: &[&str] = &[
    "表", "ソ", "能", "ー", "髙", "﨑", "①", "Ⅳ", "㈱", "ｱﾞ", "ﾟ", "\"", "\"\"", ",", "\n", " ", "　", "'", "\\", "|",
    "℃",
];

/// A text in the making.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text {
    characters: Vec<char>,
}

/// What becomes simpler.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// Characters are left out.
    Shorter(Range<usize>),
    /// A character is あ.
    Plain(usize),
}

pub(super) fn draw(dice: &mut Dice) -> Text {
    let mut text = String::new();
    for _ in 0..dice.between(1, 12) {
        match dice.below(4) {
            0 => text.push_str(&names::person(dice, Sex::Female).0),
            1 => text.push_str(&names::address(dice, names::city(1)).1),
            2 => text.push_str(&names::office(dice, Trade::CareManagement)),
            _ => text.push_str(dice.pick::<&str>(CORNERS)),
        }
    }
    Text { characters: text.chars().collect() }
}

impl Text {
    pub(super) fn into_string(self) -> String {
        self.characters.into_iter().collect()
    }
}

impl Simpler for Text {
    type Step = Step;

    fn steps(&self) -> Vec<Step> {
        let shorter = parts(self.characters.len()).into_iter().map(Step::Shorter);
        shorter.chain((0..self.characters.len()).map(Step::Plain)).collect()
    }

    fn after(&self, step: &Step) -> Option<Text> {
        let characters = match step {
            Step::Shorter(part) => without(&self.characters, part),
            Step::Plain(at) => {
                let mut characters = self.characters.clone();
                characters[*at] = 'あ';
                characters
            }
        };
        let simpler = Text { characters };
        (simpler != *self && !simpler.characters.is_empty()).then_some(simpler)
    }
}
