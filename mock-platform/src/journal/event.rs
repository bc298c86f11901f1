//! What is written into the journal. Knows the fields of each event; knows no file and no sequence.
//!
//! No values of people: numbers of offices, deliveries and entries, file names, codes and digests.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::model::OfficeNumber;

/// The route of a request that no route is for.
pub const UNKNOWN_ROUTE: &str = "unknown";

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = JournalEvent)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The header: written each time the journal is opened.
    Started {
        /// The shape of the lines: [`super::SCHEMA`].
        schema: String,
        /// `renkei`
        tool: String,
        /// Its version.
        version: String,
    },
    /// A torn end was found, as a kill or a loss of power leaves it, and cut off.
    Mended {
        /// Where.
        what: Mended,
        /// How many bytes were cut off.
        bytes: u64,
    },
    /// Events could not be written here, as the disk was full or failed.
    Lost {
        /// How many.
        events: u64,
    },
    /// A store has been opened. Its accepted deliveries up to the number stand in lines above (of this
    /// store), or were restored.
    Opened {
        /// Which store: a number in hexadecimal, made up when the store was.
        store: String,
        /// Deliveries numbered so far.
        deliveries: u64,
    },
    /// An accepted delivery whose line was missing when the store was opened.
    Recovered(Delivered),
    /// A TLS handshake ended.
    Handshake {
        /// The number of the connection.
        connection: u64,
        /// `TLSv1.3` or `TLSv1.2`; absent where none was agreed on.
        protocol: Option<String>,
        /// Subject of the client's certificate; absent where none was shown.
        subject: Option<String>,
        /// Its issuer.
        issuer: Option<String>,
        /// Its serial number, in hexadecimal.
        serial: Option<String>,
        /// Why it came to nothing, as only the server knows; absent where it was good.
        refusal: Option<String>,
        /// The alert sent.
        alert: Option<String>,
    },
    /// A connection that was open was closed: its certificate is not good any more.
    Closed {
        /// The number of the connection.
        connection: u64,
        /// The serial number of its certificate, in hexadecimal.
        serial: Option<String>,
        /// Why: as in a handshake.
        refusal: String,
    },
    /// A login was tried.
    Login {
        /// ユーザID
        user: String,
        /// The office, where the user is known.
        office: Option<OfficeNumber>,
        /// The code of the refusal; absent where it was let in.
        code: Option<String>,
    },
    /// A request was answered, or given up.
    Request {
        /// The number of the connection; 0 on the management listener.
        connection: u64,
        /// Who was logged in.
        office: Option<OfficeNumber>,
        /// The verb.
        method: String,
        /// The route, with placeholders and not with values; `unknown` where there is none.
        route: String,
        /// The HTTP status.
        status: u16,
    },
    /// A delivery was accepted and is durable. Written by the store.
    Accepted(Delivered),
    /// A delivery that had been accepted was sent again. Written by the store.
    Repeated {
        /// The delivery.
        delivery: String,
        /// Its idempotency key.
        key: String,
        /// 送信元
        sender: OfficeNumber,
    },
    /// A request was refused for a business reason.
    Refused {
        /// The route.
        route: String,
        /// Whose request.
        office: Option<OfficeNumber>,
        /// `CPM-…`
        code: String,
        /// Its idempotency key.
        key: Option<String>,
        /// SHA-256 of what was to be sent, in hexadecimal, where a delivery was refused for what it is: the same
        /// for the same files, message and destination, whatever the key.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        content: Option<String>,
    },
    /// All bytes of a file were handed out. Written by the store.
    Fetched {
        /// The entry of 受信一覧.
        entry: String,
        /// The delivery.
        delivery: String,
        /// Whose list.
        receiver: OfficeNumber,
        /// Which file, from 0.
        position: u32,
        /// Whether the entry is 済 now.
        complete: bool,
    },
    /// A scripted fault struck.
    Fault {
        /// The step of the plan.
        step: String,
        /// The fault.
        fault: String,
        /// The route; absent below HTTP.
        route: Option<String>,
        /// The number of the connection.
        connection: u64,
        /// Who was logged in.
        office: Option<OfficeNumber>,
    },
    /// The platform's clock was set.
    Clock {
        /// What it shows now.
        #[serde(with = "time::serde::rfc3339")]
        now: OffsetDateTime,
    },
    /// The operator revoked a certificate.
    Revoked {
        /// Its serial number, in hexadecimal.
        serial: String,
        /// Since when.
        #[serde(with = "time::serde::rfc3339")]
        since: OffsetDateTime,
        /// The office that it was issued to here.
        office: Option<OfficeNumber>,
    },
    /// A certificate that was applied for was issued.
    Issued {
        /// To whom.
        office: OfficeNumber,
        /// 1 for the office's first.
        no: u32,
        /// Its serial number, in hexadecimal.
        serial: String,
    },
    /// The operator replaced what is known of an office.
    OfficeSet {
        /// Which.
        office: OfficeNumber,
    },
    /// The operator settled the fee of a licence.
    LicencePaid {
        /// Whose.
        office: OfficeNumber,
    },
    /// The operator posted a notice.
    NoticeAdded {
        /// Only for this office; else for all.
        office: Option<OfficeNumber>,
    },
    /// Everything stored was thrown away. Written by the store.
    Reset,
    /// A copy of everything stored was made. Written by the store.
    Snapshot,
    /// Everything stored was replaced with that of a snapshot. Written by the store.
    Restored,
    /// Another plan of faults is in force.
    PlanReplaced,
    /// The footer: nothing follows until the journal is opened again.
    Stopped {
        /// Steps of the plan that never fired.
        never_fired: Vec<String>,
    },
}

/// What had a torn end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mended {
    /// The journal: its last line was not complete.
    Journal,
    /// The log of bodies: there were bytes that no delivery owns.
    Bodies,
}

/// A delivery, as the journal tells of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Delivered {
    /// The delivery.
    pub delivery: String,
    /// Its idempotency key.
    pub key: String,
    /// 送信元
    pub sender: OfficeNumber,
    /// 送信先
    pub receiver: OfficeNumber,
    /// Entries it made in the list of the receiver.
    pub copies: u32,
    /// Its files.
    pub files: Vec<DeliveredFile>,
}

/// A file of a delivery, as the journal tells of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeliveredFile {
    /// ファイル名
    pub name: String,
    /// Bytes.
    pub bytes: u64,
    /// SHA-256 of them, in hexadecimal.
    pub sha256: String,
}
