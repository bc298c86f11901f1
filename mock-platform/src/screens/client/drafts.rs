//! Drafts as rows of 送信一覧: what their names tell, and why they would be refused. Knows rows; the
//! recognition is the platform's own.

use super::super::desk::Desk;
use super::super::outbox::Draft;
use super::super::write;
use crate::api::body::{FileType, Recognised};
use crate::deviations::Deviations;
use crate::model::OfficeNumber;
use crate::platform::Platform;
use crate::post::{self, Offices, Terms};
use crate::refusal::{Business, ErrorBody, Refusal};

/// A row of 送信一覧.
pub(super) struct Row {
    pub(super) no: u64,
    /// 送信先事業所名称, or the number where it has none.
    pub(super) destination: String,
    /// 送信先事業所番号
    pub(super) number: String,
    /// ファイル出力日時
    pub(super) output: String,
    pub(super) message: String,
    pub(super) files: Vec<RowFile>,
    /// Why it would be refused, or was.
    pub(super) problem: Option<ErrorBody>,
    /// Whether it was tried.
    pub(super) tried: bool,
}

/// A file of a row.
pub(super) struct RowFile {
    pub(super) name: String,
    /// Its kind with what it is called; empty for attachments.
    pub(super) kind: String,
    pub(super) file_type: &'static str,
    pub(super) bytes: String,
}

/// What names tell, judged for an office.
pub(super) fn recognise(platform: &Platform, office: &OfficeNumber, names: &[&str]) -> Recognised {
    let offices = Offices::of(platform);
    let terms = Terms {
        settings: &platform.settings,
        directory: &offices,
        today: platform.clock.today(),
        deviations: &Deviations::default(),
    };
    post::recognise(names, office, &terms)
}

/// The row of a draft.
pub(super) fn row(desk: &Desk, draft: &Draft) -> Row {
    let platform = &desk.screens.platform;
    let names: Vec<&str> = draft.files.iter().map(|file| file.name.as_str()).collect();
    let recognised = recognise(platform, desk.office(), &names);
    let told = recognised.deliveries.first();
    let destination = told.and_then(|told| told.destination.clone()).or_else(|| draft.destination.clone());
    let known = destination.as_ref().and_then(|number| platform.world.office(number));
    let judged = match told {
        Some(told) => told.refusal.clone(),
        None if destination.is_none() => Some(Refusal::plain(Business::DestinationMissing).into()),
        None => None,
    };
    let files = draft.files.iter().map(|file| {
        let recognised = recognised.deliveries.iter().flat_map(|delivery| &delivery.files);
        let known = recognised.into_iter().find(|known| known.name == file.name);
        let kind = known.and_then(|known| {
            let kind = known.kind.clone()?;
            Some(known.title.as_ref().map_or(kind, String::clone))
        });
        RowFile {
            name: post::shown(&file.name),
            kind: kind.unwrap_or_default(),
            file_type: write::file_type(known.map_or(FileType::Attachment, |known| known.file_type)),
            bytes: write::bytes(file.bytes.len() as u64),
        }
    });
    Row {
        no: draft.no,
        destination: known.map(|office| office.name.clone()).unwrap_or_default(),
        number: destination.map(String::from).unwrap_or_default(),
        output: write::stamp(told.and_then(|told| told.timestamp.as_deref())),
        message: draft.message.clone(),
        files: files.collect(),
        tried: draft.tried.is_some(),
        problem: draft.tried.clone().or(judged),
    }
}
