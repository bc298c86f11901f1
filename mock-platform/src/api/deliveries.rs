//! Sending: `POST /v1/deliveries/recognise`, `POST /v1/deliveries`, `POST /v1/deliveries/bulk`. Knows
//! requests and idempotency keys; what may be sent is decided in [`crate::post`], what is kept in
//! [`crate::store`].
//!
//! A delivery that was accepted stays accepted: a request of the same key and content is answered with
//! the same receipt, even where it would be refused today.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::header::CONNECTION;
use axum::response::{IntoResponse, Response};
use renkei_validator::text::Message;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::{Answer, BulkOutcome, BulkRequest, DeliveryRequest, Receipt, RecogniseRequest, Recognised};
use super::list::receipt;
use super::multipart::{self, Limits, UploadedFile};
use super::respond::{Failure, Json, SystemErrors, bad_request, ok};
use crate::accounts::Session;
use crate::deviations::Deviations;
use crate::journal::Event;
use crate::model::OfficeNumber;
use crate::pki::fingerprint::hex;
use crate::platform::Platform;
use crate::post::name::{self, Named};
use crate::post::recognise::group;
use crate::post::{self, Content, Delivery, Offer, Offices, Terms};
use crate::refusal::{Business, Refusal, System};
use crate::store::{AcceptOutcome, DeliveryRecord, NewDelivery, NewFile};

const SEND: &str = "/v1/deliveries";
const BULK: &str = "/v1/deliveries/bulk";

/// Whether the refusals of a route are written here, with their keys.
pub(super) fn tells(route: &str) -> bool {
    route == SEND || route == BULK
}

/// The most characters of an idempotency key.
const MOST_KEY_CHARS: usize = 128;

/// The routes of this module.
pub(crate) fn router() -> OpenApiRouter<Arc<Platform>> {
    let routes = OpenApiRouter::new().routes(routes!(recognise)).routes(routes!(send)).routes(routes!(send_bulk));
    // Bodies are limited where they are read.
    routes.layer(DefaultBodyLimit::disable())
}

/// The multipart body of a delivery.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "it describes a body that is read part by part")]
struct DeliveryForm {
    delivery: DeliveryRequest,
    /// The files, each as a part `file` with its file name. None is a business error.
    #[schema(value_type = Vec<String>, format = Binary, required = false)]
    file: Vec<Vec<u8>>,
}

/// The multipart body of a bulk send.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "it describes a body that is read part by part")]
struct BulkForm {
    deliveries: BulkRequest,
    /// The files, each as a part `file` with its file name. None is a business error.
    #[schema(value_type = Vec<String>, format = Binary, required = false)]
    file: Vec<Vec<u8>>,
}

/// Tells destinations and kinds from file names, before anything is sent.
#[utoipa::path(
    post,
    path = "/v1/deliveries/recognise",
    operation_id = "recognise",
    tag = "deliveries",
    request_body = RecogniseRequest,
    responses(
        (status = 200, description = "done, or a business error", body = Answer<Recognised>),
        SystemErrors,
    ),
)]
async fn recognise(
    State(platform): State<Arc<Platform>>,
    session: Session,
    request: Request,
) -> Result<Response, Failure> {
    let deviations = deviations(&request);
    let Json(RecogniseRequest { names }) = Json::from_request(request, &()).await?;
    let settings = &platform.settings;
    let most = settings.most_files.saturating_mul(settings.most_deliveries);
    if names.len() > most {
        return Err(too_many(most).into());
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let offices = Offices::of(&platform);
    let terms = Terms { settings, directory: &offices, today: platform.clock.today(), deviations: &deviations };
    Ok(ok(post::recognise(&names, &session.office.number, &terms)))
}

/// Sends one delivery to one destination.
#[utoipa::path(
    post,
    path = "/v1/deliveries",
    operation_id = "send",
    tag = "deliveries",
    params(
        ("Idempotency-Key" = String, Header, min_length = 1, max_length = 128, pattern = "^[!-~]+$", description = "1 to 128 visible ASCII characters; the same key and content are accepted once"),
    ),
    request_body(content = DeliveryForm, content_type = "multipart/form-data"),
    responses(
        (status = 200, description = "done, or a business error", body = Answer<Receipt>),
        SystemErrors,
    ),
)]
async fn send(State(platform): State<Arc<Platform>>, session: Session, request: Request) -> Response {
    let sent = async {
        let key = idempotency_key(request.headers())?.ok_or_else(bad_key)?;
        let sender = Sender { platform: &platform, office: &session.office.number, deviations: deviations(&request) };
        let settings = &platform.settings;
        let limits = Limits {
            files: settings.most_files,
            file_bytes: settings.most_file_bytes,
            bytes: settings.most_delivery_bytes,
            time: settings.body_time,
        };
        let upload = multipart::read::<DeliveryRequest>(request, "delivery", limits, &platform.body_memory).await?;
        let files = upload.files.as_ref().map_err(|refusal| sender.refused(SEND, &key, refusal.clone()))?;
        let DeliveryRequest { message, destination } = &upload.request;
        let files: Vec<&UploadedFile> = files.iter().collect();
        let parcel = Parcel { key: &key, destination: destination.as_ref(), message, files: &files };
        match sender.send(SEND, &parcel).await? {
            Ok(receipt) => Ok(ok(receipt)),
            Err(refusal) => Err(refusal.into()),
        }
    };
    answer(sent.await)
}

/// Sends several deliveries, each judged alone.
#[utoipa::path(
    post,
    path = "/v1/deliveries/bulk",
    operation_id = "send-bulk",
    tag = "deliveries",
    params(
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 128, pattern = "^[!-~]+$", description = "needed where the request names no deliveries"),
    ),
    request_body(content = BulkForm, content_type = "multipart/form-data"),
    responses(
        (status = 200, description = "done, or a business error", body = Answer<Vec<BulkOutcome>>),
        SystemErrors,
    ),
)]
async fn send_bulk(State(platform): State<Arc<Platform>>, session: Session, request: Request) -> Response {
    let sent = async {
        let key = idempotency_key(request.headers())?;
        let sender = Sender { platform: &platform, office: &session.office.number, deviations: deviations(&request) };
        let settings = &platform.settings;
        let many = settings.most_delivery_bytes.saturating_mul(settings.most_deliveries as u64);
        let limits = Limits {
            files: settings.most_files.saturating_mul(settings.most_deliveries),
            file_bytes: settings.most_file_bytes,
            // One request leaves half of the memory to others.
            bytes: many.min(settings.most_body_memory as u64 / 2),
            time: settings.body_time,
        };
        let upload = multipart::read::<BulkRequest>(request, "deliveries", limits, &platform.body_memory).await?;
        let whole = |refusal: Refusal| sender.refused(BULK, key.as_deref().unwrap_or_default(), refusal);
        let files = upload.files.as_ref().map_err(|refusal| whole(refusal.clone()))?;
        let planned = match &upload.request.deliveries {
            Some(_) => named(&upload.request, files),
            None => grouped(key.as_deref().ok_or_else(bad_key)?, files, &settings.attachment_endings),
        };
        let planned = planned?.map_err(whole)?;
        if planned.is_empty() {
            return Err(whole(Refusal::plain(Business::NothingToSend)).into());
        }
        if planned.len() > settings.most_deliveries {
            return Err(whole(too_many(settings.most_deliveries)).into());
        }
        let mut outcomes = Vec::with_capacity(planned.len());
        for Planned { key, destination, files } in planned {
            let names = files.iter().map(|file| file.name.clone()).collect();
            let message = &upload.request.message;
            let parcel = Parcel { key: &key, destination: destination.as_ref(), message, files: &files };
            let (receipt, refusal) = match sender.send(BULK, &parcel).await? {
                Ok(receipt) => (Some(receipt), None),
                Err(refusal) => (None, Some(refusal.into())),
            };
            outcomes.push(BulkOutcome { key, files: names, receipt, refusal });
        }
        Ok(ok(outcomes))
    };
    answer(sent.await)
}

/// Closes the connection where the rest of the body is not read.
fn answer(result: Result<Response, Failure>) -> Response {
    let unread = matches!(result, Err(Failure::System(System::RequestTimeout | System::ContentTooLarge, _)));
    let mut response = result.into_response();
    if unread {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

fn deviations(request: &Request) -> Deviations {
    request.extensions().get::<Deviations>().cloned().unwrap_or_default()
}

fn bad_key() -> Failure {
    let words = Message::pair(
        "Idempotency-Keyは、空白を含まない1～128文字の半角文字にします。",
        "Idempotency-Key has 1 to 128 visible ASCII characters.",
    );
    bad_request(words)
}

/// The key of a request, where it has one.
fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Failure> {
    let mut keys = headers.get_all("idempotency-key").iter();
    let Some(key) = keys.next() else { return Ok(None) };
    match key.to_str() {
        Ok(key) if is_key(key) && keys.next().is_none() => Ok(Some(key.to_owned())),
        Ok(_) | Err(_) => Err(bad_key()),
    }
}

fn is_key(text: &str) -> bool {
    (1..=MOST_KEY_CHARS).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

fn too_many(most: usize) -> Refusal {
    Refusal::with(
        Business::TooMany,
        Message::pair(format!("一度に扱えるのは{most}件までです。"), format!("At most {most} at once.")),
    )
}

/// A delivery of a bulk send.
struct Planned<'a> {
    key: String,
    destination: Option<OfficeNumber>,
    files: Vec<&'a UploadedFile>,
}

type Plan<'a> = Result<Result<Vec<Planned<'a>>, Refusal>, Failure>;

/// The deliveries that a request names.
fn named<'a>(request: &BulkRequest, files: &'a [UploadedFile]) -> Plan<'a> {
    let bad = |ja: &str, en: &str| bad_request(Message::pair(ja, en));
    let mut by_name: BTreeMap<&str, &UploadedFile> = BTreeMap::new();
    for file in files {
        if by_name.insert(&file.name, file).is_some() {
            return Ok(Err(Refusal::with(Business::NameTwice, name::quoted(&file.name))));
        }
    }
    let (mut keys, mut used, mut planned) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    for delivery in request.deliveries.iter().flatten() {
        if !is_key(&delivery.key) || !keys.insert(&delivery.key) {
            return Err(bad("送信ごとに、別の冪等キーが必要です。", "Each delivery needs a key of its own."));
        }
        let mut files = Vec::new();
        for name in &delivery.files {
            let Some(file) = by_name.get(name.as_str()) else {
                return Err(bad("添付されていないファイルの名前があります。", "A file is named that was not sent."));
            };
            used.insert(name.as_str());
            files.push(*file);
        }
        planned.push(Planned { key: delivery.key.clone(), destination: delivery.destination.clone(), files });
    }
    if used.len() < by_name.len() {
        return Err(bad("どの送信にも含まれないファイルがあります。", "A file belongs to no delivery."));
    }
    Ok(Ok(planned))
}

/// The deliveries that names tell. Attachments have no destination there: together they are the last
/// delivery, which is refused, so that none is lost unseen.
fn grouped<'a>(key: &str, files: &'a [UploadedFile], attachments: &[String]) -> Plan<'a> {
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    let groups = group(&names, attachments);
    let apart = Some(groups.apart).filter(|apart| !apart.is_empty());
    let planned = groups.deliveries.into_values().chain(apart).enumerate().map(|(no, positions)| Planned {
        key: format!("{key}#{no}"),
        destination: None,
        files: positions.into_iter().map(|position| &files[position]).collect(),
    });
    Ok(Ok(planned.collect()))
}

/// What is to be sent.
struct Parcel<'a> {
    key: &'a str,
    destination: Option<&'a OfficeNumber>,
    message: &'a str,
    files: &'a [&'a UploadedFile],
}

/// Who sends.
struct Sender<'a> {
    platform: &'a Platform,
    office: &'a OfficeNumber,
    deviations: Deviations,
}

impl Sender<'_> {
    /// Sends a parcel, once for its key.
    async fn send(&self, route: &str, parcel: &Parcel<'_>) -> Result<Result<Receipt, Refusal>, Failure> {
        let accepted = match self.judge(parcel).await? {
            Ok(accepted) => accepted,
            Err(refusal) => {
                let told = || told(parcel, &self.platform.settings.attachment_endings);
                let digest = digest(parcel, parcel.destination.cloned().or_else(told).as_ref());
                let earlier = self.platform.store.earlier(self.office, parcel.key, digest).await;
                return Ok(match earlier? {
                    Some(AcceptOutcome::Repeated(delivery)) => Ok(self.repeated(parcel.key, delivery)),
                    Some(AcceptOutcome::Accepted(_) | AcceptOutcome::KeyReused) | None => {
                        Err(self.refused_as(route, parcel.key, Some(hex(&digest)), refusal))
                    }
                });
            }
        };
        let now = self.platform.clock.now();
        let files = parcel.files.iter().zip(accepted.files).map(|(file, judged)| NewFile {
            name: file.name.clone(),
            file_type: judged.file_type,
            csv_version: judged.csv_version.map(str::to_owned),
            sha256: file.sha256,
            bytes: file.bytes.clone(),
        });
        let delivery = NewDelivery {
            sender: self.office.clone(),
            digest: digest(parcel, Some(&accepted.destination)),
            receiver: accepted.destination,
            key: parcel.key.to_owned(),
            message: parcel.message.to_owned(),
            timestamp: accepted.timestamp,
            accepted_at: now,
            visible_at: now.saturating_add(self.deviations.shown_after.try_into().unwrap_or(time::Duration::MAX)),
            copies: self.deviations.extra_copies.saturating_add(1),
            files: files.collect(),
        };
        match self.platform.store.accept(delivery).await? {
            AcceptOutcome::Accepted(delivery) => Ok(Ok(receipt(delivery, false))),
            AcceptOutcome::Repeated(delivery) => Ok(Ok(receipt(delivery, true))),
            AcceptOutcome::KeyReused => Ok(Err(self.refused(route, parcel.key, Refusal::plain(Business::KeyReused)))),
        }
    }

    /// Judges a parcel, by the gate last.
    async fn judge(&self, parcel: &Parcel<'_>) -> Result<Result<post::Accepted, Refusal>, Failure> {
        let offers: Vec<Offer<'_>> =
            parcel.files.iter().map(|file| Offer { name: &file.name, content: Content::Bytes(&file.bytes) }).collect();
        let offices = Offices::of(self.platform);
        let terms = Terms {
            settings: &self.platform.settings,
            directory: &offices,
            today: self.platform.clock.today(),
            deviations: &self.deviations,
        };
        let delivery =
            Delivery { sender: self.office, destination: parcel.destination, message: parcel.message, files: &offers };
        let accepted = match post::judge(&delivery, &terms) {
            Ok(accepted) => accepted,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let Some(gate) = self.platform.gate.clone() else { return Ok(Ok(accepted)) };
        let files: Vec<(String, bytes::Bytes)> =
            parcel.files.iter().map(|file| (file.name.clone(), file.bytes.clone())).collect();
        let judged = tokio::task::spawn_blocking(move || {
            let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), &bytes[..])).collect();
            gate.judge(&files)
        });
        match judged.await {
            Ok(Ok(())) => Ok(Ok(accepted)),
            Ok(Err(message)) => Ok(Err(Refusal::with(Business::GateRefused, message))),
            // The gate panicked: nothing is let through unjudged.
            Err(_) => Err(System::Internal.into()),
        }
    }

    fn repeated(&self, key: &str, delivery: DeliveryRecord) -> Receipt {
        let (delivery_id, sender) = (delivery.id.clone(), self.office.clone());
        self.note(&Event::Repeated { delivery: delivery_id, key: key.to_owned(), sender });
        receipt(delivery, true)
    }

    fn refused(&self, route: &str, key: &str, refusal: Refusal) -> Refusal {
        self.refused_as(route, key, None, refusal)
    }

    fn refused_as(&self, route: &str, key: &str, content: Option<String>, refusal: Refusal) -> Refusal {
        self.note(&Event::Refused {
            route: route.to_owned(),
            office: Some(self.office.clone()),
            code: refusal.why.code().to_owned(),
            key: Some(key.to_owned()).filter(|key| !key.is_empty()),
            content,
        });
        refusal
    }

    fn note(&self, event: &Event) {
        // A line that cannot be written is counted by the journal, and the answer is true all the same.
        let _ = self.platform.journal.write(event);
    }
}

/// The destination that names tell.
fn told(parcel: &Parcel<'_>, attachments: &[String]) -> Option<OfficeNumber> {
    parcel.files.iter().find_map(|file| match name::read(&file.name, attachments) {
        Ok(Named::Standard(standard)) => Some(standard.receiver.office),
        Ok(Named::Attachment) | Err(_) => None,
    })
}

/// Digest of what a request sends: the same for the same files in another order, and for a destination
/// that is named or told by names.
fn digest(parcel: &Parcel<'_>, destination: Option<&OfficeNumber>) -> [u8; 32] {
    let mut files: Vec<(&str, &[u8; 32])> =
        parcel.files.iter().map(|file| (file.name.as_str(), &file.sha256)).collect();
    files.sort();
    let mut digest = Sha256::new();
    // Each text after its length, so that no two requests run together to the same bytes.
    let mut text = |text: &str| {
        digest.update((text.len() as u64).to_be_bytes());
        digest.update(text.as_bytes());
    };
    text(destination.map_or("", OfficeNumber::as_str));
    text(parcel.message);
    for (name, _) in &files {
        text(name);
    }
    for (_, sha256) in files {
        digest.update(sha256);
    }
    digest.finalize().into()
}
