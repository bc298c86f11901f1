//! What the scripted platform does with requests: the good answer, and every way to spoil it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use renkei_mock_platform::api::body::{
    Answer, DeliveryRequest, Fetched, FileEntry, FileType, LoginRequest, OfficeEntry, Page, Receipt, ReceivedEntry,
    RecogniseRequest, Recognised, RecognisedDelivery, RecognisedFile, RefreshRequest, SessionAnswer, StepAnswer,
};
use renkei_mock_platform::model::OfficeNumber;
use renkei_mock_platform::refusal::{Business, Nearest, Refusal, System, Words};
use renkei_validator::name::{FileName, Nature};
use renkei_validator::spec::Segment;
use serde::Serialize;
use sha2::{Digest, Sha256};
use time::Duration;
use time::macros::datetime;

/// A request.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Request {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn route(&self) -> &str {
        self.path.split('?').next().unwrap()
    }
}

/// How a connection goes on after an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    KeepAlive,
    Close,
    Reset,
    Stall,
}

/// One way to be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Misdeed {
    /// RST after the head of the request.
    ResetAtHead,
    /// RST when the request is there; nothing is done.
    ResetUndone,
    /// RST in place of the answer; it is done.
    ResetDone,
    /// The answer ends after half of its body, though its length was announced.
    CutBody,
    /// The answer is half of its body, and says that it is whole.
    HalfBody,
    /// No answer, though it is done.
    Stall,
    /// 503 with Retry-After, and nothing is done.
    Unavailable,
    /// 503, though it is done.
    UnavailableDone,
    /// 429 with a date in Retry-After.
    TooMany,
    /// 500 with a body of the platform.
    Internal,
    /// 400 without body.
    BadRequest,
    /// 401, and the session is over.
    Unauthorised,
    /// 401, and the session and its refresh token are over.
    LoggedOut,
    /// A page in HTML, though it is done.
    Html,
    /// Shift_JIS where UTF-8 belongs, though it is done.
    ShiftJis,
    /// JSON of another shape, though it is done.
    OtherShape,
    /// `CPM-M01`, and nothing is done.
    Maintenance,
    /// 302 to another path.
    Redirect,
    /// One byte of the body is another.
    Garbled,
    /// The answer has a field that nobody knows yet.
    ExtraFields,
}

impl Misdeed {
    pub(crate) const ALL: [Misdeed; 20] = [
        Misdeed::ResetAtHead,
        Misdeed::ResetUndone,
        Misdeed::ResetDone,
        Misdeed::CutBody,
        Misdeed::HalfBody,
        Misdeed::Stall,
        Misdeed::Unavailable,
        Misdeed::UnavailableDone,
        Misdeed::TooMany,
        Misdeed::Internal,
        Misdeed::BadRequest,
        Misdeed::Unauthorised,
        Misdeed::LoggedOut,
        Misdeed::Html,
        Misdeed::ShiftJis,
        Misdeed::OtherShape,
        Misdeed::Maintenance,
        Misdeed::Redirect,
        Misdeed::Garbled,
        Misdeed::ExtraFields,
    ];
}

/// When the platform misbehaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    Never,
    /// At the request of this number, from 0.
    At(usize, Misdeed),
    /// From the request of this number on.
    From(usize, Misdeed),
    /// At every request whose route ends so.
    Always(&'static str, Misdeed),
    /// At the first request whose route ends so.
    First(&'static str, Misdeed),
}

/// How lists are wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Listing {
    Right,
    Reversed,
    RepeatsLast,
    /// The first list is empty and says that this is all.
    FirstEmpty,
    /// Every list is.
    AlwaysEmpty,
    /// The last page leads to the first.
    Circle,
}

/// An accepted delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Accepted {
    pub(crate) destination: String,
    pub(crate) message: String,
    pub(crate) files: Vec<(String, Vec<u8>)>,
}

/// Something to be received.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) id: String,
    pub(crate) sender: &'static str,
    pub(crate) message: String,
    pub(crate) files: Vec<(String, Vec<u8>)>,
}

/// The state of the platform.
pub(crate) struct Platform {
    address: SocketAddr,
    pub(crate) plan: Plan,
    pub(crate) listing: Listing,
    /// The password of 個人ユーザ.
    pub(crate) password: &'static str,
    /// Connections accepted, whatever became of them.
    pub(crate) connections: usize,
    /// Method and path of every request.
    pub(crate) requests: Vec<String>,
    /// Requests at which it misbehaved.
    pub(crate) misdeeds: usize,
    /// Deliveries in the order they were accepted.
    pub(crate) accepted: Vec<Accepted>,
    receipts: BTreeMap<String, (Accepted, Receipt)>,
    entries: Vec<Entry>,
    fetched: BTreeSet<(String, usize)>,
    /// A fetch that is recorded when its bytes have left.
    fetching: Option<(String, usize)>,
    /// Whether complete fetches are forgotten.
    pub(crate) forgets_fetches: bool,
    lists: usize,
    tokens: usize,
    access: Option<String>,
    refresh: Option<String>,
    now: Option<Misdeed>,
}

impl Platform {
    pub(super) fn new(address: SocketAddr) -> Platform {
        Platform {
            address,
            plan: Plan::Never,
            listing: Listing::Right,
            password: "personal1",
            connections: 0,
            requests: Vec::new(),
            misdeeds: 0,
            accepted: Vec::new(),
            receipts: BTreeMap::new(),
            entries: Vec::new(),
            fetched: BTreeSet::new(),
            fetching: None,
            forgets_fetches: false,
            lists: 0,
            tokens: 0,
            access: None,
            refresh: None,
            now: None,
        }
    }

    /// Begins anew.
    pub(crate) fn reset(&mut self) {
        *self = Platform::new(self.address);
    }

    /// Puts something into the list of what was received.
    pub(crate) fn post(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// Entries of which a file has not been fetched.
    pub(crate) fn not_fetched(&self) -> usize {
        self.entries.iter().filter(|entry| !self.is_fetched(entry)).count()
    }

    /// How many requests had a route that ends so.
    pub(crate) fn asked(&self, end: &str) -> usize {
        self.requests
            .iter()
            .filter(|request| request.split('?').next().is_some_and(|route| route.ends_with(end)))
            .count()
    }

    fn is_fetched(&self, entry: &Entry) -> bool {
        (0..entry.files.len()).all(|position| self.fetched.contains(&(entry.id.clone(), position)))
    }

    /// The head of a request is there.
    pub(super) fn begins(&mut self, head: &Request) -> End {
        let at = self.requests.len();
        self.requests.push(format!("{} {}", head.method, head.path));
        let route = head.route();
        self.now = match self.plan {
            Plan::Never => None,
            Plan::At(number, misdeed) => (at == number).then_some(misdeed),
            Plan::From(number, misdeed) => (at >= number).then_some(misdeed),
            Plan::Always(end, misdeed) => route.ends_with(end).then_some(misdeed),
            Plan::First(end, misdeed) if route.ends_with(end) => {
                self.plan = Plan::Never;
                Some(misdeed)
            }
            Plan::First(..) => None,
        };
        self.misdeeds += usize::from(self.now.is_some());
        if self.now == Some(Misdeed::ResetAtHead) { End::Reset } else { End::KeepAlive }
    }

    /// The bytes of an answer have left.
    pub(super) fn delivered(&mut self) {
        if let Some(fetch) = self.fetching.take()
            && !self.forgets_fetches
        {
            self.fetched.insert(fetch);
        }
    }

    /// The bytes of the answer, and how it goes on.
    pub(super) fn answer(&mut self, request: Request) -> (Vec<u8>, End) {
        let go = |bytes| (bytes, End::KeepAlive);
        let date = "date: Fri, 27 Nov 2026 00:00:00 GMT\r\n";
        match self.now.take() {
            None => go(self.good(&request).bytes()),
            Some(Misdeed::ResetAtHead | Misdeed::ResetUndone) => (Vec::new(), End::Reset),
            Some(Misdeed::ResetDone) => {
                self.good(&request);
                (Vec::new(), End::Reset)
            }
            Some(Misdeed::Stall) => {
                self.good(&request);
                (Vec::new(), End::Stall)
            }
            Some(Misdeed::CutBody) => {
                let good = self.good(&request);
                self.fetching = None;
                let mut bytes = good.bytes();
                bytes.truncate(bytes.len() - good.body.len().div_ceil(2));
                (bytes, End::Close)
            }
            Some(Misdeed::HalfBody) => {
                let mut good = self.good(&request);
                self.fetching = None;
                good.body.truncate(good.body.len() / 2);
                go(good.bytes())
            }
            Some(Misdeed::Unavailable) => go(Reply::status(503, format!("{date}retry-after: 7\r\n")).bytes()),
            Some(Misdeed::UnavailableDone) => {
                self.good(&request);
                self.fetching = None;
                go(Reply::status(503, String::new()).bytes())
            }
            Some(Misdeed::TooMany) => {
                let headers = format!("{date}retry-after: Fri, 27 Nov 2026 00:00:11 GMT\r\n");
                go(Reply::status(429, headers).bytes())
            }
            Some(Misdeed::Internal) => {
                let body = Answer::<()>::Error { error: System::Internal.into() };
                go(Reply { status: 500, ..Reply::json(&body) }.bytes())
            }
            Some(Misdeed::BadRequest) => go(Reply::status(400, String::new()).bytes()),
            Some(Misdeed::Unauthorised) => {
                self.access = None;
                go(self.unauthorised().bytes())
            }
            Some(Misdeed::LoggedOut) => {
                (self.access, self.refresh) = (None, None);
                go(self.unauthorised().bytes())
            }
            Some(Misdeed::Html) => {
                self.good(&request);
                self.fetching = None;
                let body = b"<html><body>under construction</body></html>".to_vec();
                go(Reply { status: 200, headers: "content-type: text/html\r\n".to_owned(), body }.bytes())
            }
            Some(Misdeed::ShiftJis) => {
                self.good(&request);
                self.fetching = None;
                let body = b"{\"status\":\"ok\",\"data\":\"\x8a\xb4\x8e\xd3\"}".to_vec();
                go(Reply { status: 200, headers: "content-type: application/json\r\n".to_owned(), body }.bytes())
            }
            Some(Misdeed::OtherShape) => {
                self.good(&request);
                self.fetching = None;
                go(Reply::json(&Answer::Ok { data: [1, 2, 3] }).bytes())
            }
            Some(Misdeed::Maintenance) => go(Reply::refused(Business::Maintenance).bytes()),
            Some(Misdeed::Redirect) => {
                let headers = format!("location: https://localhost:{}/elsewhere\r\n", self.address.port());
                go(Reply::status(302, headers).bytes())
            }
            Some(Misdeed::Garbled) => {
                let mut good = self.good(&request);
                self.fetching = None;
                let middle = good.body.len() / 2;
                good.body[middle] ^= 0x80;
                go(good.bytes())
            }
            Some(Misdeed::ExtraFields) => {
                let mut good = self.good(&request);
                if good.body.starts_with(b"{") {
                    good.body.splice(1..1, br#""added_later":{"a":[1]},"#.iter().copied());
                }
                go(good.bytes())
            }
        }
    }

    fn unauthorised(&self) -> Reply {
        Reply { status: 401, ..Reply::json(&Answer::<()>::Error { error: System::Unauthorized.into() }) }
    }

    fn good(&mut self, request: &Request) -> Reply {
        let path = request.path.clone();
        let (route, query) = path.split_once('?').unwrap_or((&path, ""));
        let segments: Vec<&str> = route.split('/').skip(1).collect();
        match (request.method.as_str(), &segments[..]) {
            ("POST", ["v1", "login", "personal"]) => {
                let login: LoginRequest = serde_json::from_slice(&request.body).unwrap();
                if login.user_id != "c9970100013" || login.password != self.password {
                    return Reply::refused(Business::WrongPassword);
                }
                Reply::ok(&StepAnswer { step_token: "step".to_owned() })
            }
            ("POST", ["v1", "login", "office"]) => {
                let login: LoginRequest = serde_json::from_slice(&request.body).unwrap();
                assert_eq!((&*login.user_id, login.step_token.as_deref()), ("KJ999970100013", Some("step")));
                self.session()
            }
            ("POST", ["v1", "token", "refresh"]) => {
                let refresh: RefreshRequest = serde_json::from_slice(&request.body).unwrap();
                if self.refresh.take() == Some(refresh.refresh_token) { self.session() } else { self.unauthorised() }
            }
            _ if !self.is_ours(request) => self.unauthorised(),
            ("POST", ["v1", "deliveries", "recognise"]) => Reply::ok(&recognised(&request.body)),
            ("POST", ["v1", "deliveries"]) => self.deliver(request),
            ("GET", ["v1", "received"]) => Reply::ok(&self.page(query)),
            ("GET", ["v1", "received", id, "files", position]) => self.file(id, position.parse().unwrap()),
            ("GET", ["v1", "home"]) => {
                Reply::ok(&serde_json::json!({"not_fetched": self.not_fetched(), "version": "1"}))
            }
            _ => Reply::status(404, String::new()),
        }
    }

    fn is_ours(&self, request: &Request) -> bool {
        let bearer = self.access.as_ref().map(|access| format!("Bearer {access}"));
        bearer.is_some() && request.header("authorization") == bearer.as_deref()
    }

    fn session(&mut self) -> Reply {
        self.tokens += 1;
        let (access, refresh) = (format!("access{}", self.tokens), format!("refresh{}", self.tokens));
        (self.access, self.refresh) = (Some(access.clone()), Some(refresh.clone()));
        Reply::ok(&SessionAnswer {
            access_token: access,
            expires_in: 3600,
            refresh_token: refresh,
            refresh_expires_in: 28_800,
            office: OfficeEntry {
                number: number(super::OFFICE),
                name: "テスト居宅".to_owned(),
                service_types: vec!["43".to_owned()],
            },
        })
    }

    fn deliver(&mut self, request: &Request) -> Reply {
        let key = request.header("idempotency-key").expect("a key").to_owned();
        let (delivery, files) = parts(request);
        let named = files.iter().find_map(|(name, _)| FileName::parse(name).part(Segment::ReceiverOffice).map(number));
        let Some(destination) = delivery.destination.or(named) else {
            return Reply::refused(Business::DestinationMissing);
        };
        if files.iter().any(|(name, _)| name.contains("_202601_")) {
            let nearest = Nearest {
                accepted: vec!["UPPLAN".to_owned(), "UPSIKYU".to_owned()],
                difference: Words { ja: "UPSIKYUを加える".to_owned(), en: "add UPSIKYU".to_owned() },
            };
            let refusal = Refusal { nearest: Some(nearest), ..Refusal::plain(Business::CombinationNotAccepted) };
            return Reply::json(&Answer::<()>::Error { error: refusal.into() });
        }
        let accepted = Accepted { destination: destination.to_string(), message: delivery.message, files };
        if let Some((before, receipt)) = self.receipts.get(&key) {
            if *before != accepted {
                return Reply::refused(Business::KeyReused);
            }
            return Reply::ok(&Receipt { repeated: true, ..receipt.clone() });
        }
        self.accepted.push(accepted.clone());
        let receipt = Receipt {
            id: format!("D{}", self.accepted.len()),
            repeated: false,
            destination,
            accepted_at: datetime!(2026-11-27 00:00:00 UTC),
            files: entries(&accepted.files),
        };
        self.receipts.insert(key, (accepted, receipt.clone()));
        Reply::ok(&receipt)
    }

    /// Two entries a page.
    fn page(&mut self, query: &str) -> Page<ReceivedEntry> {
        let after = query.split('&').find_map(|pair| pair.strip_prefix("after=")).map_or(0, |at| at.parse().unwrap());
        if after == 0 {
            self.lists += 1;
        }
        let empty = Page { items: Vec::new(), next: None };
        match self.listing {
            Listing::FirstEmpty if self.lists == 1 => return empty,
            Listing::AlwaysEmpty => return empty,
            Listing::Right | Listing::Reversed | Listing::RepeatsLast | Listing::FirstEmpty | Listing::Circle => {}
        }
        let mut items: Vec<ReceivedEntry> =
            self.entries.iter().enumerate().skip(after).take(2).map(|(at, entry)| self.listed(at, entry)).collect();
        let next = (after + 2 < self.entries.len()).then(|| (after + 2).to_string());
        match self.listing {
            Listing::Reversed => items.reverse(),
            Listing::RepeatsLast if after > 0 => items.insert(0, self.listed(after - 1, &self.entries[after - 1])),
            Listing::Circle => return Page { items, next: next.or(Some("0".to_owned())) },
            Listing::Right | Listing::RepeatsLast | Listing::FirstEmpty | Listing::AlwaysEmpty => {}
        }
        Page { items, next }
    }

    fn listed(&self, at: usize, entry: &Entry) -> ReceivedEntry {
        ReceivedEntry {
            id: entry.id.clone(),
            received_at: datetime!(2026-11-26 00:00:00 UTC) + Duration::minutes(at as i64),
            message: entry.message.clone(),
            sender: number(entry.sender),
            sender_name: "テスト訪問介護".to_owned(),
            fetched: if self.is_fetched(entry) { Fetched::Done } else { Fetched::NotYet },
            files: entries(&entry.files),
        }
    }

    fn file(&mut self, id: &str, position: usize) -> Reply {
        let found = self.entries.iter().find(|entry| escaped(&entry.id) == id);
        let Some((id, (_, bytes))) = found.and_then(|entry| Some((&entry.id, entry.files.get(position)?))) else {
            return Reply::status(404, String::new());
        };
        self.fetching = Some((id.clone(), position));
        Reply { status: 200, headers: "content-type: application/octet-stream\r\n".to_owned(), body: bytes.clone() }
    }
}

/// An identifier as it stands in a path.
fn escaped(id: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    id.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn number(text: &str) -> OfficeNumber {
    OfficeNumber::parse(text).unwrap()
}

fn entries(files: &[(String, Vec<u8>)]) -> Vec<FileEntry> {
    let entry = |(name, bytes): &(String, Vec<u8>)| FileEntry {
        name: name.clone(),
        bytes: bytes.len() as u64,
        sha256: Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect(),
        file_type: FileType::Registration,
        csv_version: None,
    };
    files.iter().map(entry).collect()
}

fn recognised(body: &[u8]) -> Recognised {
    let RecogniseRequest { names } = serde_json::from_slice(body).unwrap();
    let mut groups: BTreeMap<(String, String), Vec<RecognisedFile>> = BTreeMap::new();
    let mut apart = Vec::new();
    for text in names {
        let name = FileName::parse(&text);
        match (name.nature(), name.part(Segment::ReceiverOffice), name.part(Segment::Timestamp)) {
            (Nature::Data, Some(to), Some(at)) => {
                groups.entry((to.to_owned(), at.to_owned())).or_default().push(RecognisedFile {
                    name: text.clone(),
                    kind: None,
                    title: None,
                    file_type: FileType::Registration,
                })
            }
            _ => apart.push(text),
        }
    }
    let deliveries = groups.into_iter().map(|((to, at), files)| {
        let incomplete = files.iter().any(|file| file.name.contains("_202601_"));
        RecognisedDelivery {
            destination: Some(number(&to)),
            destination_name: None,
            timestamp: Some(at),
            files,
            refusal: incomplete.then(|| Refusal::plain(Business::CombinationNotAccepted).into()),
        }
    });
    Recognised { deliveries: deliveries.collect(), apart }
}

/// The parts of a multipart body.
fn parts(request: &Request) -> (DeliveryRequest, Vec<(String, Vec<u8>)>) {
    let boundary = request.header("content-type").unwrap().split("boundary=").nth(1).unwrap();
    let between = format!("--{boundary}");
    let (mut delivery, mut files) = (None, Vec::new());
    let mut rest = &request.body[between.len()..];
    while let Some(part) = rest.strip_prefix(b"\r\n") {
        let head_end = find(part, b"\r\n\r\n");
        let head = std::str::from_utf8(&part[..head_end]).unwrap();
        let content = &part[head_end + 4..];
        let end = find(content, format!("\r\n{between}").as_bytes());
        if head.contains("name=\"delivery\"") {
            delivery = Some(serde_json::from_slice(&content[..end]).unwrap());
        } else {
            let name = head.split("filename=\"").nth(1).unwrap().split('"').next().unwrap();
            files.push((name.to_owned(), content[..end].to_vec()));
        }
        rest = &content[end + 2 + between.len()..];
    }
    assert!(rest.starts_with(b"--"), "the body ends");
    (delivery.expect("the part `delivery`"), files)
}

fn find(bytes: &[u8], what: &[u8]) -> usize {
    bytes.windows(what.len()).position(|window| window == what).expect("it is there")
}

/// An answer before it is spoilt.
struct Reply {
    status: u16,
    headers: String,
    body: Vec<u8>,
}

impl Reply {
    fn status(status: u16, headers: String) -> Reply {
        Reply { status, headers, body: b"-".to_vec() }
    }

    fn ok<T: Serialize>(data: &T) -> Reply {
        Reply::json(&Answer::Ok { data })
    }

    fn refused(why: Business) -> Reply {
        Reply::json(&Answer::<()>::Error { error: Refusal::plain(why).into() })
    }

    fn json<T: Serialize>(answer: &T) -> Reply {
        let body = serde_json::to_vec(answer).unwrap();
        Reply { status: 200, headers: "content-type: application/json\r\n".to_owned(), body }
    }

    fn bytes(&self) -> Vec<u8> {
        let Reply { status, headers, body } = self;
        let head = format!("HTTP/1.1 {status} -\r\n{headers}content-length: {}\r\n\r\n", body.len());
        [head.as_bytes(), body].concat()
    }
}
