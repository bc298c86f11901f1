//! What can be set about the platform. Knows numbers and whether they are known of the real system;
//! enforces none of them.
//!
//! Where a comment says "assumption", no source tells the real value.

use std::time::Duration;

use renkei_validator::text::Message;
use serde::Deserialize;
use time::Date;
use time::macros::date;

use crate::told;

/// The settings of a platform. As TOML, with the names of the fields; times are seconds, and what is
/// left out has its default.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Logins that may fail in a row before the user is locked. Three, as in 電子請求受付システム;
    /// whether this system counts on its own is not known (assumption).
    #[serde(deserialize_with = "one_or_more")]
    pub login_tries: u32,
    /// How long a locked user stays locked: thirty minutes, as in 電子請求受付システム (assumption).
    #[serde(deserialize_with = "seconds")]
    pub lock_time: Duration,
    /// How long an access token lives: 60 minutes (WEBサービスAPI).
    #[serde(deserialize_with = "some_time")]
    pub access_token_time: Duration,
    /// How long a refresh token lives: 8 hours (WEBサービスAPI).
    #[serde(deserialize_with = "some_time")]
    pub refresh_token_time: Duration,
    /// How long after its application a certificate is issued; absent: when the operator approves it.
    /// The real certificate office takes days.
    #[serde(deserialize_with = "some_seconds")]
    pub certificate_issue_delay: Option<Duration>,
    /// Certificates that an office may have, issued or applied for (assumption).
    pub most_certificates: usize,
    /// Sessions that may be open at once; the oldest is closed for a new one (assumption).
    #[serde(deserialize_with = "one_or_more")]
    pub most_sessions: usize,
    /// Files in one delivery (assumption).
    #[serde(deserialize_with = "one_or_more")]
    pub most_files: usize,
    /// Bytes of one file (assumption).
    #[serde(deserialize_with = "one_or_more")]
    pub most_file_bytes: u64,
    /// Bytes of all files of one delivery (assumption).
    #[serde(deserialize_with = "one_or_more")]
    pub most_delivery_bytes: u64,
    /// Deliveries in one bulk send (assumption).
    #[serde(deserialize_with = "one_or_more")]
    pub most_deliveries: usize,
    /// Characters of a message (assumption).
    pub most_message_chars: usize,
    /// Bytes of all files of one fetch of several entries (assumption).
    #[serde(deserialize_with = "one_or_more")]
    pub most_fetch_bytes: u64,
    /// Files that the page which checks files takes at once, and entries of all archives among them.
    #[serde(deserialize_with = "one_or_more")]
    pub most_check_files: usize,
    /// Bytes of all files that it takes at once.
    #[serde(deserialize_with = "one_or_more")]
    pub most_check_bytes: u64,
    /// Bytes that may come out of all archives that it takes at once.
    #[serde(deserialize_with = "one_or_more")]
    pub most_check_unpacked: u64,
    /// Bytes of request bodies in memory at once, over all connections: more wait, then get 503.
    #[serde(deserialize_with = "one_or_more")]
    pub most_body_memory: usize,
    /// Connections open at once; more are closed before TLS.
    #[serde(deserialize_with = "one_or_more")]
    pub most_connections: usize,
    /// How long a handshake may take.
    #[serde(deserialize_with = "some_time")]
    pub handshake_time: Duration,
    /// How long the head of a request may take, and how long a connection may idle between requests.
    #[serde(deserialize_with = "some_time")]
    pub head_time: Duration,
    /// How long the whole body of a request may take.
    #[serde(deserialize_with = "some_time")]
    pub body_time: Duration,
    /// How long a client may take nothing of a response before its connection is reset, as the operating
    /// system sees it, which buffers some (assumption).
    #[serde(deserialize_with = "some_time")]
    pub write_time: Duration,
    /// Entries of a page of a list, where a request names no number; and the most it may name.
    #[serde(deserialize_with = "page")]
    pub page: (u32, u32),
    /// Whether only TLS 1.3 is spoken, as the coming WEBサービス demands.
    pub tls13_only: bool,
    /// The first day on which versions 202003 and 202208 are not accepted any more. That they stop in
    /// January 2027 is known; the day is not (assumption).
    pub v3_stops_on: Date,
    /// Endings that an attachment may have, in lower case. PDF is known, others are not (assumption).
    #[serde(deserialize_with = "endings")]
    pub attachment_endings: Vec<String>,
    /// Handshakes that the ledger keeps; older ones are dropped and counted.
    pub ledger_length: usize,
}

impl Settings {
    /// Reads settings.
    ///
    /// # Errors
    /// What is wrong, with its line; an unknown name is an error.
    pub fn parse(text: &str) -> Result<Settings, toml::de::Error> {
        toml::from_str(text)
    }
}

/// What is wrong with a text in TOML: line, column and key in both languages. Where it is neither a key nor the kind of
/// a value, the parser's own words come with it, which are English.
pub fn flaw(text: &str, error: &toml::de::Error) -> Message {
    let words = error.message().trim().replace('\n', " ");
    let (ja, en) = match words.as_str() {
        AT_LEAST_ONE => ("1以上にします".to_owned(), words),
        PAGE => ("[既定の件数, 最大の件数] です。1以上で、既定は最大を超えません".to_owned(), words),
        ENDING => ("拡張子は、点のない半角英数字です".to_owned(), words),
        told => match told::of_parser(told) {
            Some(Message { ja, en }) => (ja, en),
            None => (
                format!("TOMLとして読めないか、使えない値です: {told}"),
                format!("this is not TOML, or a value that cannot be: {told}"),
            ),
        },
    };
    at(text, error, &ja, &en)
}

/// A flaw with its line, column and key.
fn at(text: &str, error: &toml::de::Error, ja: &str, en: &str) -> Message {
    let Some(at) = error.span().map(|span| span.start).filter(|at| text.is_char_boundary(*at)) else {
        return Message::pair(ja, en);
    };
    let (line, column) =
        (text[..at].matches('\n').count() + 1, text[..at].chars().rev().take_while(|c| *c != '\n').count() + 1);
    let key = text.lines().nth(line - 1).and_then(|line| line.split_once('=')).map(|(key, _)| key.trim());
    let (key_ja, key_en) = key.map_or_else(Default::default, |key| (format!("（{key}）"), format!(" ({key})")));
    Message::pair(
        format!("{line}行{column}文字目{key_ja}: {ja}"),
        format!("line {line}, column {column}{key_en}: {en}"),
    )
}

/// What is wrong with values that nothing could work with; [`flaw`] says it in Japanese, too.
const AT_LEAST_ONE: &str = "it must be 1 or more";
const PAGE: &str = "it is [usual, most], each 1 or more, and the usual no more than the most";
const ENDING: &str = "an ending is letters and digits of ASCII, without the dot";

/// The longest time that can be set: a hundred years.
const MOST_SECONDS: u64 = 100 * 366 * 24 * 60 * 60;

fn seconds<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let seconds = u64::deserialize(from)?;
    if seconds > MOST_SECONDS {
        return Err(serde::de::Error::custom(format!("at most {MOST_SECONDS} seconds")));
    }
    Ok(Duration::from_secs(seconds))
}

fn some_time<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    match seconds(from)? {
        Duration::ZERO => Err(serde::de::Error::custom(AT_LEAST_ONE)),
        time => Ok(time),
    }
}

fn one_or_more<'de, D: serde::Deserializer<'de>, T: Deserialize<'de> + Default + PartialEq>(
    from: D,
) -> Result<T, D::Error> {
    match T::deserialize(from)? {
        nothing if nothing == T::default() => Err(serde::de::Error::custom(AT_LEAST_ONE)),
        number => Ok(number),
    }
}

fn page<'de, D: serde::Deserializer<'de>>(from: D) -> Result<(u32, u32), D::Error> {
    match <(u32, u32)>::deserialize(from)? {
        (usual, most) if usual == 0 || usual > most => Err(serde::de::Error::custom(PAGE)),
        page => Ok(page),
    }
}

fn endings<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let endings = Vec::<String>::deserialize(from)?;
    let odd = |ending: &String| ending.is_empty() || !ending.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if endings.iter().any(odd) {
        return Err(serde::de::Error::custom(ENDING));
    }
    Ok(endings.iter().map(|ending| ending.to_ascii_lowercase()).collect())
}

fn some_seconds<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    seconds(from).map(Some)
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            login_tries: 3,
            lock_time: Duration::from_secs(30 * 60),
            access_token_time: Duration::from_secs(60 * 60),
            refresh_token_time: Duration::from_secs(8 * 60 * 60),
            certificate_issue_delay: None,
            most_certificates: 100,
            most_sessions: 10_000,
            most_files: 20,
            most_file_bytes: 20 << 20,
            most_delivery_bytes: 50 << 20,
            most_deliveries: 100,
            most_message_chars: 1_000,
            most_fetch_bytes: 1 << 30,
            most_check_files: 2_000,
            most_check_bytes: 64 << 20,
            most_check_unpacked: 256 << 20,
            most_body_memory: 256 << 20,
            most_connections: 2_000,
            handshake_time: Duration::from_secs(10),
            head_time: Duration::from_secs(30),
            body_time: Duration::from_secs(120),
            write_time: Duration::from_secs(120),
            page: (50, 200),
            tls13_only: false,
            v3_stops_on: date!(2027 - 01 - 01),
            attachment_endings: ["pdf", "jpg", "jpeg", "png", "tif", "tiff", "txt", "docx", "xlsx"]
                .map(String::from)
                .to_vec(),
            ledger_length: 10_000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_by_their_names_and_the_rest_is_as_usual() {
        let read = Settings::parse("login_tries = 5\nlock_time = 60\nv3_stops_on = \"2027-02-01\"\npage = [10, 20]\n");
        let expected = Settings {
            login_tries: 5,
            lock_time: Duration::from_secs(60),
            v3_stops_on: date!(2027 - 02 - 01),
            page: (10, 20),
            ..Settings::default()
        };
        assert_eq!(read, Ok(expected));
    }

    #[test]
    fn an_unknown_name_and_a_value_that_cannot_be_are_told_with_their_lines() {
        for (text, told) in [
            ("login_tries = 3\nlock_tme = 60\n", ["line 2", "lock_tme"]),
            ("lock_time = -1\n", ["line 1", "lock_time"]),
            ("lock_time = 99999999999\n", ["line 1", "seconds"]),
        ] {
            let error = Settings::parse(text).unwrap_err().to_string();
            assert!(told.iter().all(|part| error.contains(part)), "{error}");
        }
    }

    #[test]
    fn values_that_nothing_could_work_with_are_told_with_their_keys() {
        let one = ("1以上にします", "it must be 1 or more");
        let page = ("1以上で、既定は最大を超えません", "each 1 or more");
        for (line, key, (ja, en)) in [
            ("most_connections = 0", "most_connections", one),
            ("most_files = 0", "most_files", one),
            ("most_body_memory = 0", "most_body_memory", one),
            ("handshake_time = 0", "handshake_time", one),
            ("access_token_time = 0", "access_token_time", one),
            ("page = [0, 0]", "page", page),
            ("page = [50, 10]", "page", page),
            ("attachment_endings = [\".pdf\"]", "attachment_endings", ("点のない", "without the dot")),
        ] {
            let text = format!("# 設定\n{line}\n");
            let flaw = flaw(&text, &Settings::parse(&text).unwrap_err());
            assert!(flaw.ja.starts_with("2行") && flaw.ja.contains(&format!("（{key}）")), "{}", flaw.ja);
            assert!(flaw.ja.contains(ja) && flaw.en.contains(&format!("({key})")) && flaw.en.contains(en), "{flaw:?}");
        }
        let read = Settings::parse("lock_time = 0\nmost_certificates = 0\nattachment_endings = [\"PDF\", \"Jpg\"]\n");
        assert_eq!(read.unwrap().attachment_endings, ["pdf", "jpg"]);
    }

    #[test]
    fn a_flaw_is_told_in_both_languages_with_its_place_and_key() {
        for (text, ja, en) in [
            (
                "login_tries = 3\n\nlock_tme = 60\n",
                "3行1文字目（lock_tme）: 「lock_tme」という項目はありません。「lock_time」のことですか",
                "line 3, column 1 (lock_tme): there is no key `lock_tme`; did you mean `lock_time`?",
            ),
            (
                "# 設定\nlock_time = \"長い\"\n",
                "2行13文字目（lock_time）: 値の種類が違います。整数にします",
                "line 2, column 13 (lock_time): the value is of another type: invalid type: string",
            ),
            (
                "colour = 1\n",
                "1行1文字目（colour）: 「colour」という項目はありません。使えるのは次のとおりです: login_tries、lock_time、",
                "line 1, column 1 (colour): there is no key `colour`; it is one of login_tries, lock_time, ",
            ),
            (
                "page = 5\n",
                "1行8文字目（page）: 値の種類が違います",
                "line 1, column 8 (page): the value is of another type: invalid type: integer `5`, expected ",
            ),
            (
                "lock_time = 1\nlock_time",
                "2行10文字目: TOMLとして読めないか、使えない値です: ",
                "line 2, column 10: this is not TOML, or a value that cannot be: ",
            ),
        ] {
            let flaw = flaw(text, &Settings::parse(text).unwrap_err());
            assert!(flaw.ja.starts_with(ja), "{}", flaw.ja);
            assert!(flaw.en.starts_with(en), "{}", flaw.en);
        }
    }
}
