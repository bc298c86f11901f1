//! The closed list of faults and their parameters. Knows names and bounds; what a fault does and what
//! is said of it stand elsewhere.

use renkei_validator::text::Text;
use serde::Serialize;

/// The parameter of a fault. A fault has one at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// Bytes of the request's body.
    AfterBytes,
    /// Bytes a second.
    BytesPerSecond,
    /// Milliseconds that nothing happens.
    DurationMs,
    /// Milliseconds that an answer waits.
    DelayMs,
    /// Seconds that something is shown later, on the platform's clock.
    DelayS,
    /// Seconds in the header `Retry-After`.
    RetryAfterS,
}

impl Parameter {
    /// Its key in a plan.
    pub fn key(self) -> &'static str {
        match self {
            Parameter::AfterBytes => "after_bytes",
            Parameter::BytesPerSecond => "bytes_per_second",
            Parameter::DurationMs => "duration_ms",
            Parameter::DelayMs => "delay_ms",
            Parameter::DelayS => "delay_s",
            Parameter::RetryAfterS => "retry_after_s",
        }
    }

    /// The least and the greatest value that is taken.
    pub fn bounds(self) -> (u32, u32) {
        match self {
            Parameter::AfterBytes => (0, 100_000_000),
            // A slow wire writes one byte in each of its ticks at least.
            Parameter::BytesPerSecond => (20, 1_000_000),
            Parameter::DurationMs | Parameter::DelayMs => (1, 600_000),
            Parameter::DelayS => (1, 31_536_000),
            Parameter::RetryAfterS => (0, 86_400),
        }
    }

    /// What it means.
    pub fn means(self) -> Text {
        match self {
            Parameter::AfterBytes => Text {
                ja: "リクエストのボディをこのバイト数以上読んだところで切断します。",
                en: "The connection breaks when so many bytes of the request's body have been read.",
            },
            Parameter::BytesPerSecond => Text {
                ja: "1秒あたりに送るバイト数（TLSのレコードを含む）です。",
                en: "Bytes sent in a second, counted with the TLS records around them.",
            },
            Parameter::DurationMs => Text {
                ja: "何も送らない時間（ミリ秒）です。そのあと接続をリセットします。",
                en: "Milliseconds in which nothing is sent; after them the connection is reset.",
            },
            Parameter::DelayMs => Text {
                ja: "応答を遅らせる時間（ミリ秒）です。",
                en: "Milliseconds by which the response comes late.",
            },
            Parameter::DelayS => Text {
                ja: "プラットフォームの時計で、受信一覧に現れるのを遅らせる秒数です。",
                en: "Seconds, on the platform's clock, by which it comes late into the received list.",
            },
            Parameter::RetryAfterS => Text {
                ja: "Retry-Afterヘッダーの秒数です。",
                en: "The seconds that the header Retry-After says.",
            },
        }
    }
}

macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident $({ $field:ident: $parameter:ident })? = $word:literal;)*) => {
        /// A fault with its parameter. It is written as the table of its step in a plan.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
        #[serde(tag = "fault")]
        pub enum Fault {
            $(
                $(#[$doc])*
                #[serde(rename = $word)]
                $name $({
                    /// See the [`Parameter`] of this name.
                    $field: u32,
                })?,
            )*
        }

        /// Which fault, without its parameter.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind { $($(#[$doc])* $name,)* }

        impl Kind {
            /// All of them, layer by layer.
            pub const ALL: &'static [Kind] = &[$(Kind::$name,)*];

            /// Its name in plans.
            pub fn word(self) -> &'static str {
                match self { $(Kind::$name => $word,)* }
            }

            /// Its parameter.
            pub fn parameter(self) -> Option<Parameter> {
                match self { $(Kind::$name => [$(Parameter::$parameter,)?].first().copied(),)* }
            }

            /// The fault with a value of its parameter; `None` where it has one and none is given. A
            /// value that it does not take is left aside.
            pub fn fault(self, value: Option<u32>) -> Option<Fault> {
                match self { $(Kind::$name => Some(Fault::$name $({ $field: value? })?),)* }
            }
        }

        impl Fault {
            /// Which.
            pub fn kind(self) -> Kind {
                match self { $(Fault::$name { .. } => Kind::$name,)* }
            }
        }
    };
}

faults! {
    /// TCP RST in place of a handshake.
    ResetOnConnect = "reset-on-connect";
    /// TCP FIN in place of a handshake.
    CloseOnConnect = "close-on-connect";
    /// Silence in place of a handshake.
    StallOnConnect = "stall-on-connect";
    /// RST after the whole request, which is not executed.
    ResetBeforeResponse = "reset-before-response";
    /// RST while the client still sends its body.
    ResetWhileReadingRequest { after_bytes: AfterBytes } = "reset-while-reading-request";
    /// RST after half of the response's body.
    ResetMidResponse = "reset-mid-response";
    /// FIN after a good response that did not announce it.
    CloseAfterResponse = "close-after-response";
    /// A response that trickles.
    SlowResponse { bytes_per_second: BytesPerSecond } = "slow-response";
    /// Silence, then RST, in place of a response.
    StallBeforeResponse { duration_ms: DurationMs } = "stall-before-response";
    /// Half of the response's body, silence, then RST.
    StallMidResponse { duration_ms: DurationMs } = "stall-mid-response";

    /// A fatal alert in place of the server's hello.
    AbortHandshake = "abort-handshake";
    /// A server certificate of the past.
    ServerCertificateExpired = "server-certificate-expired";
    /// A server certificate of the future.
    ServerCertificateNotYetValid = "server-certificate-not-yet-valid";
    /// A server certificate for another name.
    ServerCertificateWrongName = "server-certificate-wrong-name";
    /// A server certificate of an authority that nobody trusts.
    ServerCertificateOtherAuthority = "server-certificate-other-authority";
    /// The client's certificate, though good, is refused.
    RefuseClientCertificate = "refuse-client-certificate";
    /// TLS 1.2 is not spoken.
    OnlyTls13 = "only-tls13";
    /// A response that ends with the connection, cut in half, without close_notify.
    CloseWithoutNotify = "close-without-notify";

    /// 500
    Status500 = "status-500";
    /// 503 with seconds in Retry-After.
    Status503 { retry_after_s: RetryAfterS } = "status-503";
    /// 503 with a date in Retry-After.
    RetryAfterAsDate = "retry-after-as-date";
    /// 429 with seconds in Retry-After.
    Status429 { retry_after_s: RetryAfterS } = "status-429";
    /// 408 and the end of the connection.
    RequestTimeout408 = "request-timeout-408";
    /// 504, though the request was executed.
    GatewayTimeout504 = "gateway-timeout-504";
    /// A status that no list knows.
    UnknownStatus599 = "unknown-status-599";
    /// 502 with a page of HTML, as gateways have it.
    HtmlErrorPage = "html-error-page";
    /// 307 to another host.
    Redirect = "redirect";
    /// 401 for a token that should live.
    TokenDiesEarly = "token-dies-early";

    /// Half of what Content-Length promises.
    TruncatedBody = "truncated-body";
    /// One bit of the body is another.
    CorruptedBody = "corrupted-body";
    /// Half of the JSON, with the length of that half.
    JsonCut = "json-cut";
    /// Fields that nobody knows, in every object.
    JsonWithUnknownFields = "json-with-unknown-fields";
    /// JSON in Shift_JIS.
    JsonInShiftJis = "json-in-shift-jis";
    /// JSON behind a byte order mark.
    JsonWithBom = "json-with-bom";
    /// The right head, no body.
    EmptyBody = "empty-body";
    /// A chunk for each byte.
    ChunkedInSingleBytes = "chunked-in-single-bytes";
    /// JSON that calls itself HTML.
    WrongContentType = "wrong-content-type";

    /// Executed, then RST before any byte of the response.
    AcknowledgementLost = "acknowledgement-lost";
    /// Executed, and answered late.
    AcknowledgementLate { delay_ms: DelayMs } = "acknowledgement-late";
    /// An accepted delivery stands twice in the receiver's list.
    DeliveredTwice = "delivered-twice";
    /// An accepted delivery comes late into the receiver's list.
    VisibleLate { delay_s: DelayS } = "visible-late";
    /// The sender's licence counts as expired.
    LicenceExpired = "licence-expired";
    /// The destination counts as not registered.
    DestinationUnregistered = "destination-unregistered";
    /// The CSV version counts as not accepted.
    VersionRefused = "version-refused";
    /// A complete fetch leaves 未.
    FetchForgotten = "fetch-forgotten";
    /// A page of a list stands upside down.
    ListReversed = "list-reversed";
    /// A page of a list begins with the last entry of the page before.
    ListRepeatsLast = "list-repeats-last";
    /// A list is empty.
    ListEmpty = "list-empty";
    /// The business error of maintenance.
    Maintenance = "maintenance";
}

impl Kind {
    /// The one of this name.
    pub fn of(word: &str) -> Option<Kind> {
        Kind::ALL.iter().copied().find(|kind| kind.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_lead_back_to_their_fault() {
        let words: BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.word()).collect();
        assert_eq!(words.len(), Kind::ALL.len());
        for kind in Kind::ALL {
            assert_eq!(Kind::of(kind.word()), Some(*kind));
            assert_eq!(kind.fault(Some(1)).map(Fault::kind), Some(*kind));
            assert_eq!(kind.fault(None).is_none(), kind.parameter().is_some(), "{kind:?}");
        }
        assert_eq!(Kind::of("Status500"), None);
    }

    #[test]
    fn a_fault_is_written_as_a_plan_has_it() {
        let json = |fault| serde_json::to_string(&fault).unwrap();
        assert_eq!(json(Fault::Status503 { retry_after_s: 2 }), r#"{"fault":"status-503","retry_after_s":2}"#);
        assert_eq!(json(Fault::AcknowledgementLost), r#"{"fault":"acknowledgement-lost"}"#);
    }
}
