//! What is said of each fault, and where it can strike. The cards are the only place for these texts;
//! `renkei faults`, `docs/FAULTS.md` and `examples/faults` are made of them.

mod body;
mod http;
mod meaning;
mod tcp;
mod tls;

use renkei_validator::text::Text;

use super::fault::Kind;
use super::operation::{On, Operation};

/// All that is said of a fault.
#[derive(Debug)]
pub struct Card {
    /// Which.
    pub kind: Kind,
    /// Where on the way it happens.
    pub layer: Layer,
    /// Whether the request that is struck is executed.
    pub executed: Executed,
    /// Events that it can strike.
    pub places: Places,
    /// What it is called.
    pub title: Text,
    /// What happens.
    pub does: Text,
    /// What a client does that is good.
    pub good_client: Text,
    /// A plan of one step, which a good client survives.
    pub sample: &'static str,
}

/// The layer in which a fault happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// The connection breaks, or is slow or silent.
    Tcp,
    /// The handshake fails, or the end of the session is missing.
    Tls,
    /// Status and headers are other than expected.
    Http,
    /// Status and headers are good, the body is not.
    Body,
    /// Every byte is well-formed, what it says is not what happened.
    Meaning,
}

impl Layer {
    /// All of them, from below.
    pub const ALL: &'static [Layer] = &[Layer::Tcp, Layer::Tls, Layer::Http, Layer::Body, Layer::Meaning];

    /// Its name.
    pub fn word(self) -> &'static str {
        match self {
            Layer::Tcp => "tcp",
            Layer::Tls => "tls",
            Layer::Http => "http",
            Layer::Body => "body",
            Layer::Meaning => "meaning",
        }
    }

    /// What happens in it.
    pub fn text(self) -> Text {
        match self {
            Layer::Tcp => Text {
                ja: "接続が切れる、遅くなる、または応答しなくなります。",
                en: "The connection breaks, slows down or falls silent.",
            },
            Layer::Tls => Text {
                ja: "ハンドシェイクが失敗する、または終わりの通知がありません。",
                en: "The handshake fails, or the end of the session is not announced.",
            },
            Layer::Http => Text {
                ja: "ステータスとヘッダーが、期待するものではありません。",
                en: "Status and headers are not those expected.",
            },
            Layer::Body => Text {
                ja: "ステータスは正常ですが、ボディが通常と異なります。",
                en: "The status is good; the body is not as usual.",
            },
            Layer::Meaning => Text {
                ja: "通信は正しい形式ですが、内容が実際や期待と異なります。",
                en: "Every byte is well-formed; what it says is not what happened or what is expected.",
            },
        }
    }
}

/// Whether a request is executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Executed {
    /// As if nothing were wrong: what it changes is changed.
    Yes,
    /// Nothing changes.
    No,
}

impl Executed {
    /// `yes` or `no`.
    pub fn word(self) -> &'static str {
        match self {
            Executed::Yes => "yes",
            Executed::No => "no",
        }
    }
}

/// Events that a fault can strike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Places {
    /// New connections.
    Connect,
    /// Requests to any operation.
    Requests,
    /// Requests to these only.
    Only(&'static [Operation]),
}

impl Places {
    /// Whether a step may wait for this.
    pub fn allow(self, on: On) -> bool {
        match (self, on) {
            (Places::Connect, On::Connect) => true,
            (Places::Connect, On::Any | On::Operation(_)) => false,
            (Places::Requests, On::Connect) => false,
            (Places::Requests, On::Any | On::Operation(_)) => true,
            (Places::Only(_), On::Connect | On::Any) => false,
            (Places::Only(operations), On::Operation(operation)) => operations.contains(&operation),
        }
    }

    /// The names of what a step may wait for.
    pub fn words(self) -> Vec<&'static str> {
        On::all().filter(|on| self.allow(*on)).map(On::word).collect()
    }
}

/// The operations that answer with JSON.
const JSON: Places = Places::Only(&[
    Operation::LoginPersonal,
    Operation::LoginOffice,
    Operation::TokenRefresh,
    Operation::Logout,
    Operation::Home,
    Operation::Notices,
    Operation::Offices,
    Operation::Recognise,
    Operation::Send,
    Operation::SendBulk,
    Operation::ReceivedList,
    Operation::ReceivedDetail,
    Operation::SentList,
    Operation::SentDetail,
]);

/// The operations that send.
const SENDING: Places = Places::Only(&[Operation::Send, Operation::SendBulk]);

/// The card of a fault.
pub fn card(kind: Kind) -> &'static Card {
    match kind {
        Kind::ResetOnConnect => &tcp::RESET_ON_CONNECT,
        Kind::CloseOnConnect => &tcp::CLOSE_ON_CONNECT,
        Kind::StallOnConnect => &tcp::STALL_ON_CONNECT,
        Kind::ResetBeforeResponse => &tcp::RESET_BEFORE_RESPONSE,
        Kind::ResetWhileReadingRequest => &tcp::RESET_WHILE_READING_REQUEST,
        Kind::ResetMidResponse => &tcp::RESET_MID_RESPONSE,
        Kind::CloseAfterResponse => &tcp::CLOSE_AFTER_RESPONSE,
        Kind::SlowResponse => &tcp::SLOW_RESPONSE,
        Kind::StallBeforeResponse => &tcp::STALL_BEFORE_RESPONSE,
        Kind::StallMidResponse => &tcp::STALL_MID_RESPONSE,
        Kind::AbortHandshake => &tls::ABORT_HANDSHAKE,
        Kind::ServerCertificateExpired => &tls::SERVER_CERTIFICATE_EXPIRED,
        Kind::ServerCertificateNotYetValid => &tls::SERVER_CERTIFICATE_NOT_YET_VALID,
        Kind::ServerCertificateWrongName => &tls::SERVER_CERTIFICATE_WRONG_NAME,
        Kind::ServerCertificateOtherAuthority => &tls::SERVER_CERTIFICATE_OTHER_AUTHORITY,
        Kind::RefuseClientCertificate => &tls::REFUSE_CLIENT_CERTIFICATE,
        Kind::OnlyTls13 => &tls::ONLY_TLS13,
        Kind::CloseWithoutNotify => &tls::CLOSE_WITHOUT_NOTIFY,
        Kind::Status500 => &http::STATUS_500,
        Kind::Status503 => &http::STATUS_503,
        Kind::RetryAfterAsDate => &http::RETRY_AFTER_AS_DATE,
        Kind::Status429 => &http::STATUS_429,
        Kind::RequestTimeout408 => &http::REQUEST_TIMEOUT_408,
        Kind::GatewayTimeout504 => &http::GATEWAY_TIMEOUT_504,
        Kind::UnknownStatus599 => &http::UNKNOWN_STATUS_599,
        Kind::HtmlErrorPage => &http::HTML_ERROR_PAGE,
        Kind::Redirect => &http::REDIRECT,
        Kind::TokenDiesEarly => &http::TOKEN_DIES_EARLY,
        Kind::TruncatedBody => &body::TRUNCATED_BODY,
        Kind::CorruptedBody => &body::CORRUPTED_BODY,
        Kind::JsonCut => &body::JSON_CUT,
        Kind::JsonWithUnknownFields => &body::JSON_WITH_UNKNOWN_FIELDS,
        Kind::JsonInShiftJis => &body::JSON_IN_SHIFT_JIS,
        Kind::JsonWithBom => &body::JSON_WITH_BOM,
        Kind::EmptyBody => &body::EMPTY_BODY,
        Kind::ChunkedInSingleBytes => &body::CHUNKED_IN_SINGLE_BYTES,
        Kind::WrongContentType => &body::WRONG_CONTENT_TYPE,
        Kind::AcknowledgementLost => &meaning::ACKNOWLEDGEMENT_LOST,
        Kind::AcknowledgementLate => &meaning::ACKNOWLEDGEMENT_LATE,
        Kind::DeliveredTwice => &meaning::DELIVERED_TWICE,
        Kind::VisibleLate => &meaning::VISIBLE_LATE,
        Kind::LicenceExpired => &meaning::LICENCE_EXPIRED,
        Kind::DestinationUnregistered => &meaning::DESTINATION_UNREGISTERED,
        Kind::VersionRefused => &meaning::VERSION_REFUSED,
        Kind::FetchForgotten => &meaning::FETCH_FORGOTTEN,
        Kind::ListReversed => &meaning::LIST_REVERSED,
        Kind::ListRepeatsLast => &meaning::LIST_REPEATS_LAST,
        Kind::ListEmpty => &meaning::LIST_EMPTY,
        Kind::Maintenance => &meaning::MAINTENANCE,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::plan::{Nth, Plan};
    use super::*;

    #[test]
    fn every_fault_has_its_own_card_with_all_texts() {
        let mut texts = BTreeSet::new();
        for kind in Kind::ALL {
            let card = card(*kind);
            assert_eq!(card.kind, *kind);
            for text in [card.title, card.does, card.good_client] {
                assert!(!text.ja.is_ascii() && !text.en.is_empty(), "{kind:?}: {text:?}");
                assert!(texts.insert(text.ja) && texts.insert(text.en), "{kind:?} repeats {text:?}");
            }
            for text in [card.does, card.good_client] {
                assert!(text.ja.ends_with('。') && text.en.ends_with('.'), "{kind:?}: {text:?}");
            }
        }
        assert_eq!(texts.len(), Kind::ALL.len() * 6);
    }

    #[test]
    fn cards_stand_in_the_order_of_their_layers() {
        let layers: Vec<Layer> = Kind::ALL.iter().map(|kind| card(*kind).layer).collect();
        assert!(layers.is_sorted());
        let seen: BTreeSet<_> = layers.into_iter().collect();
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), Layer::ALL);
    }

    #[test]
    fn every_sample_is_one_step_of_its_fault_that_ends() {
        for kind in Kind::ALL {
            let plan = Plan::parse(card(*kind).sample.as_bytes()).unwrap();
            let [step] = plan.steps() else { panic!("{kind:?}: {} steps", plan.steps().len()) };
            assert_eq!(step.fault.kind(), *kind);
            assert!(matches!(step.nth, Nth::From { times: 1..=3, .. }), "{kind:?} strikes for ever");
        }
    }

    #[test]
    fn a_fault_of_the_handshake_is_for_connections_and_no_other_is() {
        for kind in Kind::ALL {
            let places = card(*kind).places;
            assert_eq!(places.allow(On::Connect), places == Places::Connect, "{kind:?}");
            assert!(!places.words().is_empty(), "{kind:?}");
        }
        assert_eq!(SENDING.words(), ["send", "send-bulk"]);
        assert_eq!(Places::Connect.words(), ["connect"]);
    }
}
