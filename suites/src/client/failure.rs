//! What can go wrong between the client and the platform or the disk, and what may be done about it.
//! Knows every failure and its one remedy; waits for nothing.

use std::io;
use std::path::Path;
use std::time::Duration;

use renkei_mock_platform::refusal::{Business, ErrorBody};
use renkei_validator::text::Message;

use crate::lang::io_reason;

/// Why something is not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No connection: nobody listens, no such host.
    Unreachable(String),
    /// No answer in time.
    TimedOut,
    /// The connection broke, in the handshake or later.
    Broken(String),
    /// The certificate of the server is not one to be trusted.
    ServerCertificate(String),
    /// The server does not take the certificate of the client.
    ClientCertificate(String),
    /// The server points elsewhere.
    Redirected(u16),
    /// A status that tells of an error.
    Status {
        /// The HTTP status.
        status: u16,
        /// Its body, where it has the platform's form.
        error: Option<Box<ErrorBody>>,
        /// How long the server asks to wait.
        retry_after: Option<Duration>,
    },
    /// An answer that is cut, or not in the platform's form.
    NotUnderstood(String),
    /// Bytes that are not those that were announced, or an answer to another question.
    Mismatch(String),
    /// More than is taken, such as an endless list.
    TooMuch(String),
    /// The platform understood and refused.
    Refused(Box<ErrorBody>),
    /// A file or folder of ours cannot be read or written.
    Local(Message),
    /// The caller wants to stop.
    Stopped,
}

/// What may be done about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// The same again, after a while: at least so long, where the server said so.
    Again(Option<Duration>),
    /// The same again, but only a few times: it hardly passes by itself.
    AgainFewTimes,
    /// Log in, then the same again.
    LogIn,
    /// Nothing: it would fail again, or must not be repeated.
    Nothing,
}

impl Failure {
    /// A failure of reading or writing a path.
    pub(crate) fn local(path: &Path, error: &io::Error) -> Failure {
        let (path, why) = (path.display(), io_reason(error));
        Failure::Local(Message::pair(
            format!("{path} を読み書きできません: {}", why.ja),
            format!("cannot read or write {path}: {}", why.en),
        ))
    }

    /// What may be done about it.
    pub fn remedy(&self) -> Remedy {
        match self {
            Failure::Unreachable(_)
            | Failure::TimedOut
            | Failure::Broken(_)
            | Failure::NotUnderstood(_)
            | Failure::Mismatch(_) => Remedy::Again(None),
            Failure::ServerCertificate(_)
            | Failure::ClientCertificate(_)
            | Failure::Redirected(_)
            | Failure::TooMuch(_) => Remedy::AgainFewTimes,
            Failure::Status { status, retry_after, .. } => match status {
                401 => Remedy::LogIn,
                408 | 425 | 429 | 500..=599 => Remedy::Again(*retry_after),
                _ => Remedy::AgainFewTimes,
            },
            Failure::Refused(error) if error.code == Business::Maintenance.code() => Remedy::Again(None),
            Failure::Refused(_) | Failure::Local(_) | Failure::Stopped => Remedy::Nothing,
        }
    }

    /// The platform's refusal of a delivery, where this is one: a business error about the delivery
    /// itself, or a status that says that such a body is not taken. A refusal of the user, of the
    /// certificate or of the moment is none.
    pub(crate) fn refusal(&self) -> Option<ErrorBody> {
        match self {
            Failure::Refused(error) if !of_session(&error.code) && error.code != Business::Maintenance.code() => {
                Some((**error).clone())
            }
            Failure::Status { status: 400 | 413 | 415, error: Some(error), .. } => Some((**error).clone()),
            Failure::Refused(_)
            | Failure::Status { .. }
            | Failure::Unreachable(_)
            | Failure::TimedOut
            | Failure::Broken(_)
            | Failure::ServerCertificate(_)
            | Failure::ClientCertificate(_)
            | Failure::Redirected(_)
            | Failure::NotUnderstood(_)
            | Failure::Mismatch(_)
            | Failure::TooMuch(_)
            | Failure::Local(_)
            | Failure::Stopped => None,
        }
    }

    /// Whether everything else would fail in the same way, so that a run had better end.
    pub(crate) fn reach(&self) -> Reach {
        match self {
            Failure::Unreachable(_)
            | Failure::ServerCertificate(_)
            | Failure::ClientCertificate(_)
            | Failure::Stopped => Reach::Everything,
            Failure::Refused(error) if of_session(&error.code) => Reach::Everything,
            Failure::Status { status: 401 | 403, .. } => Reach::Everything,
            Failure::TimedOut
            | Failure::Broken(_)
            | Failure::Redirected(_)
            | Failure::Status { .. }
            | Failure::NotUnderstood(_)
            | Failure::Mismatch(_)
            | Failure::Refused(_) => Reach::PerhapsEverything,
            Failure::TooMuch(_) | Failure::Local(_) => Reach::ThisOnly,
        }
    }

    /// Whether the users, the certificate or the server itself are refused: to try again later without
    /// anybody looking would lock the user, or trust by attrition.
    pub(crate) fn needs_a_person(&self) -> bool {
        match self {
            Failure::Refused(error) => of_session(&error.code),
            Failure::ServerCertificate(_) | Failure::ClientCertificate(_) => true,
            Failure::Unreachable(_)
            | Failure::TimedOut
            | Failure::Broken(_)
            | Failure::Redirected(_)
            | Failure::Status { .. }
            | Failure::NotUnderstood(_)
            | Failure::Mismatch(_)
            | Failure::TooMuch(_)
            | Failure::Local(_)
            | Failure::Stopped => false,
        }
    }

    /// What happened, for a person. Tells no content of files.
    pub fn message(&self) -> Message {
        let with =
            |ja: &str, en: &str, detail: &str| Message::pair(format!("{ja}: {detail}"), format!("{en}: {detail}"));
        match self {
            Failure::Unreachable(why) => with("サーバーに接続できません", "cannot connect to the server", why),
            Failure::TimedOut => Message::pair("時間内に応答がありません", "there was no answer in time"),
            Failure::Broken(why) => with("接続が途中で切れました", "the connection broke", why),
            Failure::ServerCertificate(why) => {
                with("サーバー証明書を信頼できません", "the certificate of the server cannot be trusted", why)
            }
            Failure::ClientCertificate(why) => with(
                "サーバーがクライアント証明書を受け付けません",
                "the server does not take the client certificate",
                why,
            ),
            Failure::Redirected(status) => with(
                "サーバーが別の場所を指しています（従いません）",
                "the server points elsewhere, which is not followed",
                &format!("HTTP {status}"),
            ),
            Failure::Status { status, error: None, .. } => {
                with("サーバーがエラーを返しました", "the server answered with an error", &format!("HTTP {status}"))
            }
            Failure::Status { status, error: Some(error), .. } => {
                let told = told(error);
                Message::pair(
                    format!("サーバーがエラーを返しました: HTTP {status} {}", told.ja),
                    format!("the server answered with an error: HTTP {status} {}", told.en),
                )
            }
            Failure::NotUnderstood(why) => with("応答を読み取れません", "the answer cannot be read", why),
            Failure::Mismatch(why) => with("受け取った内容が一致しません", "what was received does not match", why),
            Failure::TooMuch(why) => with("応答が大きすぎます", "the answer is too large", why),
            Failure::Refused(error) => told(error),
            Failure::Local(message) => message.clone(),
            Failure::Stopped => Message::pair("中断しました", "stopped"),
        }
    }
}

/// How far a failure reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// This delivery or entry only.
    ThisOnly,
    /// Perhaps more: if the next one fails, too, everything.
    PerhapsEverything,
    /// Everything.
    Everything,
}

/// Whether a code refuses who is logged in rather than what is sent.
fn of_session(code: &str) -> bool {
    code.starts_with("CPM-A")
}

/// Code, text and detail of an error body.
pub(crate) fn told(error: &ErrorBody) -> Message {
    let mut told = Message::pair(
        format!("[{}] {}", error.code, error.message.ja),
        format!("[{}] {}", error.code, error.message.en),
    );
    if let Some(detail) = &error.detail {
        told.ja.push_str(&format!(" {}", detail.ja));
        told.en.push_str(&format!(" {}", detail.en));
    }
    told
}

#[cfg(test)]
mod tests {
    use renkei_mock_platform::refusal::{Refusal, System};

    use super::*;

    fn refused(why: Business) -> Failure {
        Failure::Refused(Box::new(Refusal::plain(why).into()))
    }

    fn status(status: u16) -> Failure {
        Failure::Status { status, error: None, retry_after: None }
    }

    #[test]
    fn what_passes_by_itself_is_tried_again() {
        for failure in [
            Failure::Unreachable("refused".to_owned()),
            Failure::TimedOut,
            Failure::Broken("reset".to_owned()),
            Failure::NotUnderstood("HTML".to_owned()),
            Failure::Mismatch("digest".to_owned()),
            refused(Business::Maintenance),
            status(408),
            status(429),
            status(500),
            status(502),
            status(503),
            status(504),
        ] {
            assert_eq!(failure.remedy(), Remedy::Again(None), "{failure:?}");
        }
        let asked = Failure::Status { status: 503, error: None, retry_after: Some(Duration::from_secs(7)) };
        assert_eq!(asked.remedy(), Remedy::Again(Some(Duration::from_secs(7))));
    }

    #[test]
    fn what_hardly_passes_is_tried_a_few_times() {
        for failure in [
            Failure::ServerCertificate("expired".to_owned()),
            Failure::ClientCertificate("unknown_ca".to_owned()),
            Failure::Redirected(302),
            Failure::TooMuch("9 MiB".to_owned()),
            status(400),
            status(403),
            status(404),
            status(405),
            status(413),
            status(415),
        ] {
            assert_eq!(failure.remedy(), Remedy::AgainFewTimes, "{failure:?}");
        }
    }

    #[test]
    fn a_session_that_is_over_is_opened_again_and_a_refusal_stands() {
        assert_eq!(status(401).remedy(), Remedy::LogIn);
        for why in Business::ALL.iter().filter(|why| **why != Business::Maintenance) {
            assert_eq!(refused(*why).remedy(), Remedy::Nothing, "{why:?}");
        }
        assert_eq!(Failure::Stopped.remedy(), Remedy::Nothing);
        assert_eq!(Failure::Local(Message::same("x")).remedy(), Remedy::Nothing);
    }

    #[test]
    fn a_refused_user_or_moment_is_no_refused_delivery() {
        assert!(refused(Business::CombinationNotAccepted).refusal().is_some());
        assert!(refused(Business::ReceiverLicenceExpired).refusal().is_some());
        for why in [Business::WrongPassword, Business::Locked, Business::WrongCertificate, Business::Maintenance] {
            assert_eq!(refused(why).refusal(), None, "{why:?}");
        }
        let too_large =
            Failure::Status { status: 413, error: Some(Box::new(System::ContentTooLarge.into())), retry_after: None };
        assert_eq!(too_large.refusal().map(|error| error.code), Some("CPM-S413".to_owned()));
        assert_eq!(status(413).refusal(), None, "a proxy may have said so");
        assert_eq!(status(503).refusal(), None);
    }
}
