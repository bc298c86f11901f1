//! Faults of the handshake, as the accept loop asks for them. Knows which greeting each is; greets
//! nobody.

use super::engine::Engine;
use super::fault::Fault;
use crate::tls::{Greeter, Greeting, ServerFace};

impl Greeter for Engine {
    fn greet(&self, connection: u64) -> Greeting {
        self.on_connect(connection).map_or(Greeting::Serve, greeting)
    }
}

fn greeting(fault: Fault) -> Greeting {
    match fault {
        Fault::ResetOnConnect => Greeting::ResetAtOnce,
        Fault::CloseOnConnect => Greeting::CloseAtOnce,
        Fault::StallOnConnect => Greeting::Stall,
        Fault::AbortHandshake => Greeting::AbortHandshake,
        Fault::ServerCertificateExpired => Greeting::Face(ServerFace::Expired),
        Fault::ServerCertificateNotYetValid => Greeting::Face(ServerFace::NotYetValid),
        Fault::ServerCertificateWrongName => Greeting::Face(ServerFace::WrongName),
        Fault::ServerCertificateOtherAuthority => Greeting::Face(ServerFace::OtherAuthority),
        Fault::RefuseClientCertificate => Greeting::RefuseClient,
        Fault::OnlyTls13 => Greeting::Tls13Only,
        // No plan lets one of these strike a connection: the cards say where each can.
        Fault::ResetBeforeResponse
        | Fault::ResetWhileReadingRequest { .. }
        | Fault::ResetMidResponse
        | Fault::CloseAfterResponse
        | Fault::SlowResponse { .. }
        | Fault::StallBeforeResponse { .. }
        | Fault::StallMidResponse { .. }
        | Fault::CloseWithoutNotify
        | Fault::Status500
        | Fault::Status503 { .. }
        | Fault::RetryAfterAsDate
        | Fault::Status429 { .. }
        | Fault::RequestTimeout408
        | Fault::GatewayTimeout504
        | Fault::UnknownStatus599
        | Fault::HtmlErrorPage
        | Fault::Redirect
        | Fault::TokenDiesEarly
        | Fault::TruncatedBody
        | Fault::CorruptedBody
        | Fault::JsonCut
        | Fault::JsonWithUnknownFields
        | Fault::JsonInShiftJis
        | Fault::JsonWithBom
        | Fault::EmptyBody
        | Fault::ChunkedInSingleBytes
        | Fault::WrongContentType
        | Fault::AcknowledgementLost
        | Fault::AcknowledgementLate { .. }
        | Fault::DeliveredTwice
        | Fault::VisibleLate { .. }
        | Fault::LicenceExpired
        | Fault::DestinationUnregistered
        | Fault::VersionRefused
        | Fault::FetchForgotten
        | Fault::ListReversed
        | Fault::ListRepeatsLast
        | Fault::ListEmpty
        | Fault::Maintenance => Greeting::Serve,
    }
}
