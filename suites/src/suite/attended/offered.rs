//! What the page offers to be opened or saved: sheets, files to be imported, evidence. Knows the question that is
//! asked and the outcomes that are kept; changes nothing.

use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use renkei_validator::text::Message;

use super::ask::What;
use super::fields::MOST_BYTES;
use super::pages::{Shared, asking, nowhere};
use crate::suite::forms::{self, Head};

pub(super) async fn sheet(State(site): Shared, Path((id, nth)): Path<(String, usize)>) -> Response {
    let Some((at, ask)) = asking(&site, &id) else { return nowhere(State(site)).await };
    let listed = &site.desk.cases()[at];
    let page = match &ask.what {
        What::Export { sheets, .. } => sheets.get(nth).cloned(),
        What::Show { forms, .. } => (nth == 0).then(|| (forms::Purpose::Compare, forms.clone())),
        What::Import { .. } | What::Exchange { .. } => None,
    };
    let Some(part) = page else { return nowhere(State(site)).await };
    let title = Message::pair(listed.title.ja.clone(), listed.title.en.clone());
    let html = forms::page(&Head { case: listed.id.clone(), title }, &[part], site.desk.lang());
    let policy = HeaderValue::from_static(
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'",
    );
    ([(CONTENT_SECURITY_POLICY, policy), (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))], html)
        .into_response()
}

pub(super) async fn file(State(site): Shared, Path((id, nth)): Path<(String, usize)>) -> Response {
    let Some((_, ask)) = asking(&site, &id) else { return nowhere(State(site)).await };
    match &ask.what {
        What::Import { files, .. } => match files.get(nth) {
            Some((name, bytes)) => download(name, bytes.clone()),
            None => nowhere(State(site)).await,
        },
        What::Export { .. } | What::Show { .. } | What::Exchange { .. } => nowhere(State(site)).await,
    }
}

pub(super) async fn archive(State(site): Shared, Path(id): Path<String>) -> Response {
    let Some((_, ask)) = asking(&site, &id) else { return nowhere(State(site)).await };
    match &ask.what {
        What::Import { files, .. } => match zipped(files) {
            Some(bytes) => download(&format!("{id}.zip"), bytes),
            None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        },
        What::Export { .. } | What::Show { .. } | What::Exchange { .. } => nowhere(State(site)).await,
    }
}

/// A file of evidence: texts of ours to be read, everything else to be saved.
pub(super) async fn evidence(State(site): Shared, Path((id, nth)): Path<(String, usize)>) -> Response {
    let found = || {
        let outcome = site.desk.entry(site.desk.place(&id)?).outcome?;
        let file = outcome.evidence.get(nth)?.file.as_deref()?;
        let path = site.desk.evidence(file)?;
        let about = std::fs::metadata(&path).ok()?;
        let name = path.file_name()?.to_string_lossy().into_owned();
        (about.len() <= MOST_BYTES as u64).then(|| Some((name, std::fs::read(path).ok()?)))?
    };
    match found() {
        Some((name, bytes)) if [".txt", ".json"].iter().any(|ending| name.ends_with(ending)) => {
            ([(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"))], bytes).into_response()
        }
        Some((name, bytes)) => download(&name, bytes),
        None => nowhere(State(site)).await,
    }
}

fn zipped(files: &[(String, Vec<u8>)]) -> Option<Vec<u8>> {
    use std::io::Write;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (name, bytes) in files {
        zip.start_file(name.as_str(), options).ok()?;
        zip.write_all(bytes).ok()?;
    }
    Some(zip.finish().ok()?.into_inner())
}

fn download(name: &str, bytes: Vec<u8>) -> Response {
    // Names of cases are letters, digits and signs; another name is told by its kind only.
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
    let name = if plain { name } else { "file" };
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    let disposition = disposition.unwrap_or(HeaderValue::from_static("attachment"));
    let kind = HeaderValue::from_static("application/octet-stream");
    ([(CONTENT_DISPOSITION, disposition), (CONTENT_TYPE, kind)], bytes).into_response()
}
