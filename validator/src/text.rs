//! Sentences in the two languages of the project. Knows no rule and no format.

/// A fixed sentence, Japanese first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    /// 日本語
    pub ja: &'static str,
    /// English
    pub en: &'static str,
}

/// A sentence made while checking, Japanese first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Message {
    /// 日本語
    pub ja: String,
    /// English
    pub en: String,
}

impl Message {
    /// A message that is the same in both languages: a number, a name, a code.
    pub fn same(text: impl Into<String>) -> Message {
        let text = text.into();
        Message { ja: text.clone(), en: text }
    }

    /// A message from its two sentences, Japanese first.
    pub fn pair(ja: impl Into<String>, en: impl Into<String>) -> Message {
        Message { ja: ja.into(), en: en.into() }
    }
}

impl From<Text> for Message {
    fn from(text: Text) -> Message {
        Message::pair(text.ja, text.en)
    }
}
