//! What the routes of deliveries answer with, made of what the store keeps. Knows records, entries and
//! pages; decides nothing.

use serde::Deserialize;
use utoipa::IntoParams;

use super::body::{FileEntry, Receipt, ReceivedEntry, SentEntry};
use super::respond::{Failure, page_length};
use crate::deviations::ListDeviation;
use crate::model::OfficeNumber;
use crate::pki::fingerprint::hex;
use crate::platform::Platform;
use crate::store::{DeliveryRecord, FileRecord, Listed, ReceivedRecord, StoreError};

/// Which page of a list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Paging {
    /// `next` of the page before.
    #[param(min_length = 1)]
    pub(crate) after: Option<String>,
    /// How many entries, at most.
    #[param(minimum = 1)]
    pub(crate) limit: Option<u32>,
}

impl Paging {
    /// The number of entries.
    ///
    /// # Errors
    /// 400 where it is none, or more than a page may have.
    pub(crate) fn limit(&self, platform: &Platform) -> Result<u32, Failure> {
        page_length(self.limit, &platform.settings)
    }
}

/// A page of a list, or what a fault makes of it. `read` gives the entries after a cursor, so many at most.
pub(super) async fn page<T, F>(
    after: Option<String>,
    limit: u32,
    deviation: ListDeviation,
    read: impl Fn(Option<String>, u32) -> F,
) -> Result<Listed<T>, Failure>
where
    F: Future<Output = Result<Listed<T>, StoreError>>,
{
    let mut page = read(after.clone(), limit).await?;
    match deviation {
        ListDeviation::None => {}
        ListDeviation::Reversed => page.items.reverse(),
        ListDeviation::RepeatsLast => {
            if let Some(last) = before(after, read).await? {
                page.items.insert(0, last);
            }
        }
        ListDeviation::Empty => page = Listed { items: Vec::new(), next: None },
    }
    Ok(page)
}

/// The entry that a cursor stands behind: found by walking there, as a cursor leads on only.
async fn before<T, F>(cursor: Option<String>, read: impl Fn(Option<String>, u32) -> F) -> Result<Option<T>, Failure>
where
    F: Future<Output = Result<Listed<T>, StoreError>>,
{
    let mut after = None;
    while cursor.is_some() {
        let page = read(after, 1).await?;
        let arrived = page.next == cursor;
        match page.next {
            Some(next) if !arrived => after = Some(next),
            _ => return Ok(page.items.into_iter().next().filter(|_| arrived)),
        }
    }
    Ok(None)
}

/// An accepted delivery, as its sender learns of it.
pub(crate) fn receipt(delivery: DeliveryRecord, repeated: bool) -> Receipt {
    Receipt {
        id: delivery.id,
        repeated,
        destination: delivery.receiver,
        accepted_at: delivery.accepted_at,
        files: entries(&delivery.files),
    }
}

/// A line of 送信済.
pub(crate) fn sent(platform: &Platform, delivery: DeliveryRecord) -> SentEntry {
    SentEntry {
        id: delivery.id,
        destination_name: name(platform, &delivery.receiver),
        destination: delivery.receiver,
        sent_at: delivery.accepted_at,
        timestamp: delivery.timestamp,
        message: delivery.message,
        files: entries(&delivery.files),
        key: delivery.key,
    }
}

/// A line of 受信一覧.
pub(crate) fn received(platform: &Platform, entry: ReceivedRecord) -> ReceivedEntry {
    ReceivedEntry {
        id: entry.id,
        received_at: entry.received_at,
        message: entry.message,
        sender_name: name(platform, &entry.sender),
        sender: entry.sender,
        fetched: entry.fetched,
        files: entries(&entry.files),
    }
}

/// 事業所名; empty where the office is no longer there.
fn name(platform: &Platform, office: &OfficeNumber) -> String {
    platform.world.office(office).map(|office| office.name.clone()).unwrap_or_default()
}

fn entries(files: &[FileRecord]) -> Vec<FileEntry> {
    files
        .iter()
        .map(|file| FileEntry {
            name: file.name.clone(),
            bytes: file.bytes,
            sha256: hex(&file.sha256),
            file_type: file.file_type,
            csv_version: file.csv_version.clone(),
        })
        .collect()
}
