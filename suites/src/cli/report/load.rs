//! Reads a `report.json`.

use std::path::Path;

use renkei_reports::Report;
use renkei_validator::text::Message;

use crate::input::name_of;
use crate::lang;

/// The record of a file.
pub(super) fn load(path: &Path) -> Result<Report, Message> {
    let name = name_of(path);
    let bytes = std::fs::read(path).map_err(|error| {
        let why = lang::io_reason(&error);
        Message::pair(format!("{name} を読み取れません: {}", why.ja), format!("cannot read {name}: {}", why.en))
    })?;
    serde_json::from_slice(&bytes).map_err(|error| {
        Message::pair(
            format!("{name} をreport.jsonとして読み取れません: {error}"),
            format!("{name} is no readable report.json: {error}"),
        )
    })
}
