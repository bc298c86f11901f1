//! Commands with places to fill in: `["care", "export", "--out={out}"]`. Knows which places there are; knows no
//! shell, and starts nothing.

use std::collections::BTreeMap;
use std::ffi::OsString;

use renkei_validator::text::Message;

use crate::nearest::nearest;

macro_rules! places {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $ja:literal, $en:literal;)*) => {
        /// Something that is known when a command starts.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Place { $($(#[$doc])* $name,)* }

        impl Place {
            /// All of them.
            pub const ALL: &[Place] = &[$(Place::$name,)*];

            /// As it stands between braces.
            pub fn word(self) -> &'static str {
                match self { $(Place::$name => $word,)* }
            }

            /// What it is.
            pub fn text(self) -> renkei_validator::text::Text {
                match self { $(Place::$name => renkei_validator::text::Text { ja: $ja, en: $en },)* }
            }
        }
    };
}

places! {
    /// The content to be exported.
    Content = "content", "出力する内容のJSONファイル（renkei-content/1）", "the JSON file with what is to be exported (renkei-content/1)";
    /// What was exported before a correction.
    Before = "before", "訂正する前に出力した内容のJSONファイル。新規のときは空文字列です", "the JSON file with what was exported before a correction; empty text otherwise";
    /// New or correct.
    Operation = "operation", "new（新規）かcorrect（訂正）", "new or correct";
    /// The version of the files.
    Version = "version", "CSVバージョンの値", "the value of CSVバージョン";
    /// Where the exported files go.
    Out = "out", "出力したCSVを置くフォルダー。はじめは空です", "the folder for the exported files, empty at first";
    /// Where the files to be imported are.
    In = "in", "取り込むCSVのあるフォルダー", "the folder with the files to be imported";
    /// Where the program says how it went.
    Result = "result", "取込や送受信の結果を書くJSONファイル（renkei-result/1）", "the JSON file for how an import or exchange went (renkei-result/1)";
    /// Where the program writes what it holds.
    Dump = "dump", "保持している内容を書くJSONファイル（renkei-content/1）", "the JSON file for what is held (renkei-content/1)";
    /// The case.
    Case = "case", "ケースの名前", "the name of the case";
    /// The role in it.
    Role = "role", "ケースでの役割。care-manager、provider、centerのどれか", "the role in the case: care-manager, provider or center";
    /// The office that it is.
    Office = "office", "ケースでの自事業所の番号", "the number of the own office in the case";
    /// Where the platform is.
    Url = "url", "模擬プラットフォームのアドレス（https://…）", "the address of the mock platform (https://…)";
    /// The authority of its certificate.
    Ca = "ca", "プラットフォームの証明書を確かめる認証局（PEM）", "the authority of the platform's certificate (PEM)";
    /// The office's certificate and key.
    P12 = "p12", "事業所の証明書と秘密鍵（PKCS#12）", "the office's certificate and key (PKCS#12)";
    /// What opens it.
    P12Password = "p12_password", "PKCS#12のパスワード", "the password of the PKCS#12 file";
    /// The account of the person.
    PersonalUser = "personal_user", "個人ユーザのID", "the id of the personal user";
    /// Its password.
    PersonalPassword = "personal_password", "個人ユーザのパスワード", "the password of the personal user";
    /// The account of the office.
    OfficeUser = "office_user", "事業所ユーザのID", "the id of the office user";
    /// Its password.
    OfficePassword = "office_password", "事業所ユーザのパスワード", "the password of the office user";
    /// All of that in a file.
    Profile = "profile", "以上をまとめたファイル（renkei clientのclient.toml）", "all of these in one file (client.toml of renkei client)";
    /// What is to be sent.
    Outbox = "outbox", "送信するもののあるフォルダー。中のフォルダー1つが1回の送信です", "the folder with what is to be sent; each folder in it is a delivery";
    /// Where what is received goes.
    Inbox = "inbox", "受信したCSVを置くフォルダー", "the folder for the files received";
    /// What is remembered from exchange to exchange.
    Memory = "memory", "送受信の間で覚えておくことを置けるフォルダー", "a folder to remember things in from one exchange to the next";
}

impl Place {
    fn parse(word: &str) -> Option<Place> {
        Place::ALL.iter().copied().find(|place| place.word() == word)
    }
}

/// What stands in the places.
pub type Values = BTreeMap<Place, OsString>;

/// An argument or a value with places in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Place(Place),
}

impl Template {
    /// Reads `--out={out}`; `{{` and `}}` are braces. Only `allowed` places are known.
    pub fn parse(text: &str, allowed: &[Place]) -> Result<Template, Message> {
        let (mut parts, mut plain, mut rest) = (Vec::new(), String::new(), text);
        while let Some(at) = rest.find(['{', '}']) {
            plain.push_str(&rest[..at]);
            let (brace, after) = rest[at..].split_at(1);
            if let Some(after) = after.strip_prefix(brace) {
                plain.push_str(brace);
                rest = after;
                continue;
            }
            let (word, after) = after.split_once('}').filter(|_| brace == "{").ok_or_else(|| lonely(brace))?;
            let place = Place::parse(word).filter(|place| allowed.contains(place));
            let place = place.ok_or_else(|| unknown(word, allowed))?;
            if !plain.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut plain)));
            }
            parts.push(Part::Place(place));
            rest = after;
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Template(parts))
    }

    /// Whether it has that place.
    pub fn has(&self, place: Place) -> bool {
        self.0.contains(&Part::Place(place))
    }

    /// What stands there in the end. A place without value stays empty: [`Template::parse`] was told which have one.
    pub fn fill(&self, values: &Values) -> OsString {
        let mut filled = OsString::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => filled.push(text),
                Part::Place(place) => filled.push(values.get(place).map_or_else(Default::default, OsString::as_os_str)),
            }
        }
        filled
    }
}

fn lonely(brace: &str) -> Message {
    Message::pair(
        format!("「{brace}」に対になる括弧がありません。文字として書くときは「{brace}{brace}」とします"),
        format!("a {brace} stands alone; written as a character it is {brace}{brace}"),
    )
}

fn unknown(word: &str, allowed: &[Place]) -> Message {
    let words: Vec<&str> = allowed.iter().map(|place| place.word()).collect();
    let list = words.iter().map(|word| format!("{{{word}}}")).collect::<Vec<_>>().join(", ");
    match nearest(word, &words) {
        Some(near) => Message::pair(
            format!("{{{word}}} は使えません。{{{near}}} のことですか？（使えるもの: {list}）"),
            format!("{{{word}}} is not known here; did you mean {{{near}}}? There are {list}"),
        ),
        None => Message::pair(
            format!("{{{word}}} は使えません（使えるもの: {list}）"),
            format!("{{{word}}} is not known here; there are {list}"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALLOWED: [Place; 3] = [Place::Content, Place::Out, Place::Case];

    fn filled(text: &str) -> OsString {
        let values = Values::from([(Place::Out, "/tmp/a b".into()), (Place::Case, "d2.export".into())]);
        Template::parse(text, &ALLOWED).unwrap().fill(&values)
    }

    #[test]
    fn places_are_filled_wherever_they_stand() {
        assert_eq!(filled("{out}"), "/tmp/a b");
        assert_eq!(filled("--out={out}/{case}.d"), "--out=/tmp/a b/d2.export.d");
        assert_eq!(filled("plain"), "plain");
        assert_eq!(filled(""), "");
    }

    #[test]
    fn doubled_braces_are_braces() {
        assert_eq!(filled("{{out}}"), "{out}");
        assert_eq!(filled("{{{out}}}"), "{/tmp/a b}");
    }

    #[test]
    fn what_is_not_known_is_told_with_the_nearest() {
        let ja = |text| Template::parse(text, &ALLOWED).unwrap_err().ja;
        assert_eq!(
            ja("{contents}"),
            "{contents} は使えません。{content} のことですか？（使えるもの: {content}, {out}, {case}）"
        );
        // Known elsewhere, but not for this command.
        assert_eq!(ja("{dump}"), "{dump} は使えません（使えるもの: {content}, {out}, {case}）");
        assert_eq!(ja("a}b"), "「}」に対になる括弧がありません。文字として書くときは「}}」とします");
        assert_eq!(ja("a{b"), "「{」に対になる括弧がありません。文字として書くときは「{{」とします");
    }
}
