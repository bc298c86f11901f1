//! A small client of the platform with one bad habit. Knows the routes, and keeps a marker for each thing that
//! is done; knows neither parcels nor ledgers, so that a crash would cost it something.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use renkei_mock_platform::api::body::{
    Answer, Fetched, LoginRequest, Page, Receipt, ReceivedEntry, SessionAnswer, StepAnswer,
};
use renkei_validator::text::Message;
use reqwest::multipart::{Form, Part};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, Url};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, SignatureScheme};
use serde::de::{DeserializeOwned, IgnoredAny};
use sha2::{Digest, Sha256};

use super::Habit;
use crate::client::{Profile, trust};
use crate::suite::sut::{ExchangeTask, Exchanged, Trouble};

/// How often something is tried.
const TRIES: u32 = 4;

/// The pause between two tries where the platform names none.
const PAUSE: Duration = Duration::from_millis(25);

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

pub(super) struct Careless {
    pub(super) habit: Habit,
}

/// Why a try failed.
enum Failed {
    /// It may be done again, after that time.
    Again(Option<Duration>),
    /// It may be done again after a login.
    Token,
    /// It is refused.
    Refused,
}

struct Line<'a> {
    habit: Habit,
    client: Client,
    profile: &'a Profile,
    token: Option<String>,
}

impl Careless {
    pub(super) fn exchange(&self, task: &ExchangeTask<'_>) -> Result<Exchanged, Trouble> {
        let blocked = |why: Message| Trouble::Blocked(why);
        let io = |error: io::Error| Trouble::Blocked(Message::same(error.to_string()));
        let profile = Profile::load(&task.profile, &|_| None).map_err(blocked)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(io)?;
        let client = self.client(&profile).map_err(blocked)?;
        let mut line = Line { habit: self.habit, client, profile: &profile, token: None };
        let done = runtime.block_on(async { Ok(line.send_all(task).await? & line.fetch_all(task).await?) });
        let done = done.map_err(io)? || self.habit == Habit::ForgetsWhatFailed;
        Ok(Exchanged { done: Some(done), message: None })
    }

    fn client(&self, profile: &Profile) -> Result<Client, Message> {
        let mut tls = trust::config(profile)?;
        if self.habit == Habit::TrustsAnyServer {
            tls.dangerous().set_certificate_verifier(Arc::new(Anybody));
        }
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .http1_only()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .timeout(PATIENCE);
        client.build().map_err(|error| Message::same(error.to_string()))
    }
}

impl Line<'_> {
    /// Sends what lies in the outbox; whether all of it arrived.
    async fn send_all(&mut self, task: &ExchangeTask<'_>) -> io::Result<bool> {
        let mut all = true;
        let tried = fs::read_dir(&task.memory)?.count();
        fs::write(task.memory.join(format!("exchange-{tried}")), b"")?;
        for folder in sorted(&task.outbox)? {
            let marker = task.memory.join(format!("sent-{}", name(&folder)));
            if marker.exists() {
                continue;
            }
            let files = sorted(&folder)?;
            let done = self.send(&files, tried).await;
            let settled = match done {
                Ok(()) => self.habit != Habit::SendsAgain,
                Err(Failed::Refused) => self.habit != Habit::RepeatsRefused,
                Err(Failed::Again(_) | Failed::Token) => self.habit == Habit::ForgetsWhatFailed,
            };
            if settled {
                fs::write(marker, b"")?;
            }
            all &= done.is_ok();
            if matches!(done, Err(Failed::Refused)) && self.habit == Habit::StopsAtRefusal {
                return Ok(false);
            }
        }
        Ok(all)
    }

    async fn send(&mut self, files: &[std::path::PathBuf], exchange: usize) -> Result<(), Failed> {
        let read: io::Result<Vec<_>> = files.iter().map(|file| Ok((name(file), fs::read(file)?))).collect();
        let read = read.map_err(|_| Failed::Refused)?;
        let mut digest = Sha256::new();
        read.iter().for_each(|(name, bytes)| digest.update([name.as_bytes(), bytes.as_slice()].concat()));
        let key = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let key = if self.habit == Habit::SendsAgain { format!("{key}-{exchange}") } else { key };
        let new_keys = self.habit == Habit::NewKeyForEachTry;
        self.tried(async |line: &Line<'_>, nth| {
            let key = if new_keys { format!("{key}-{nth}") } else { key.clone() };
            let post = |url: Url| {
                let head = Part::text("{\"message\":\"\"}").mime_str("application/json").map_err(gone)?;
                let form = read.iter().fold(Form::new().part("delivery", head), |form, (name, bytes)| {
                    form.part("file", Part::bytes(bytes.clone()).file_name(name.clone()))
                });
                Ok(line.to(Method::POST, url).header("Idempotency-Key", &key).multipart(form))
            };
            let mut response = post(line.url(&["v1", "deliveries"]))?.send().await.map_err(gone)?;
            if let Some(there) = line.leads(&response) {
                response = post(there)?.send().await.map_err(gone)?;
            }
            let response = taken(response)?;
            if line.habit == Habit::Takes200ForSuccess {
                return Ok(());
            }
            line.data::<Receipt>(response).await.map(|_| ())
        })
        .await
    }

    /// Fetches what was received; whether all of it is there.
    async fn fetch_all(&mut self, task: &ExchangeTask<'_>) -> io::Result<bool> {
        let (mut after, mut seen, mut all): (Option<String>, BTreeSet<String>, bool) = (None, BTreeSet::new(), true);
        loop {
            let at = after.clone();
            let page = self.tried(async |line: &Line<'_>, _| {
                let mut request = line.request(Method::GET, &["v1", "received"]);
                if let Some(after) = &at {
                    request = request.query(&[("after", after)]);
                }
                let response = line.head(request).await?;
                line.data::<Page<ReceivedEntry>>(response).await
            });
            let Ok(page) = page.await else { return Ok(false) };
            for entry in page.items.into_iter().filter(|entry| seen.insert(entry.id.clone())) {
                all &= self.fetch(task, &entry).await?;
            }
            after = page.next.filter(|_| self.habit != Habit::ReadsOnePage);
            if after.is_none() {
                return Ok(all);
            }
        }
    }

    async fn fetch(&mut self, task: &ExchangeTask<'_>, entry: &ReceivedEntry) -> io::Result<bool> {
        let marker = task.memory.join(format!("got-{}", entry.id));
        let known = match self.habit {
            Habit::BelievesTheMark => entry.fetched != Fetched::NotYet,
            _ => marker.exists(),
        };
        if known {
            return Ok(true);
        }
        if self.habit == Habit::MarksEarly {
            fs::write(&marker, b"")?;
        }
        let mut files = Vec::new();
        for (position, file) in entry.files.iter().enumerate() {
            let route = ["v1", "received", &entry.id, "files", &position.to_string()];
            let got = self.tried(async |line: &Line<'_>, _| {
                let response = line.head(line.request(Method::GET, &route)).await?;
                let bytes = response.bytes().await.map_err(gone)?;
                let digest: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
                let whole = digest == file.sha256 || line.habit == Habit::TakesWhatCame;
                if whole { Ok(bytes) } else { Err(Failed::Again(None)) }
            });
            match got.await {
                Ok(bytes) => files.push((&file.name, bytes)),
                Err(_) => return Ok(self.habit == Habit::ForgetsWhatFailed),
            }
        }
        // A folder for each time, so that nothing is written over.
        let nth = fs::read_dir(&task.inbox)?.count();
        let folder = task.inbox.join(format!("{nth:04}"));
        fs::create_dir_all(&folder)?;
        for (name, bytes) in files {
            fs::write(folder.join(name), bytes)?;
        }
        fs::write(marker, b"")?;
        Ok(true)
    }

    /// Does something until it is done or tried often enough.
    async fn tried<T>(
        &mut self,
        mut attempt: impl AsyncFnMut(&Line<'_>, u32) -> Result<T, Failed>,
    ) -> Result<T, Failed> {
        let tries = if self.habit == Habit::TriesOnce { 1 } else { TRIES };
        let mut last = Failed::Again(None);
        for nth in 1..=tries {
            let done = match self.logged_in().await {
                Ok(()) => attempt(self, nth).await,
                Err(failed) => Err(failed),
            };
            let pause = match done {
                Ok(done) => return Ok(done),
                Err(Failed::Refused) if self.habit != Habit::RepeatsRefused => return Err(Failed::Refused),
                Err(Failed::Token) if self.habit == Habit::LogsInOnce => return Err(Failed::Token),
                Err(Failed::Token) => {
                    self.token = None;
                    last = Failed::Token;
                    continue;
                }
                Err(Failed::Again(asked)) => {
                    last = Failed::Again(None);
                    asked
                }
                Err(Failed::Refused) => {
                    last = Failed::Refused;
                    None
                }
            };
            if self.habit != Habit::DoesNotWait && nth < tries {
                tokio::time::sleep(pause.unwrap_or(PAUSE * nth)).await;
            }
        }
        Err(last)
    }

    async fn logged_in(&mut self) -> Result<(), Failed> {
        if self.token.is_some() {
            return Ok(());
        }
        let login = |user: &crate::client::Account, step_token| LoginRequest {
            user_id: user.user.clone(),
            password: user.password.clone(),
            step_token,
        };
        let first = self.request(Method::POST, &["v1", "login", "personal"]).json(&login(&self.profile.personal, None));
        let step: StepAnswer = self.data(self.head(first).await?).await?;
        let second = login(&self.profile.office, Some(step.step_token));
        let second = self.request(Method::POST, &["v1", "login", "office"]).json(&second);
        let session: SessionAnswer = self.data(self.head(second).await?).await?;
        self.token = Some(session.access_token);
        Ok(())
    }

    /// Where a redirect leads, for who follows it.
    fn leads(&self, response: &Response) -> Option<Url> {
        let there = response.headers().get("location")?.to_str().ok()?;
        Url::parse(there).ok().filter(|_| self.habit == Habit::FollowsRedirects)
    }

    fn url(&self, route: &[&str]) -> Url {
        let mut url = self.profile.url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(route);
        }
        url
    }

    fn request(&self, method: Method, route: &[&str]) -> RequestBuilder {
        self.to(method, self.url(route))
    }

    fn to(&self, method: Method, url: Url) -> RequestBuilder {
        let request = self.client.request(method, url);
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    async fn head(&self, request: RequestBuilder) -> Result<Response, Failed> {
        taken(request.send().await.map_err(gone)?)
    }

    async fn data<T: DeserializeOwned>(&self, response: Response) -> Result<T, Failed> {
        let body = response.bytes().await.map_err(gone)?;
        match serde_json::from_slice::<Answer<T>>(&body) {
            Ok(Answer::Ok { data }) => Ok(data),
            Ok(Answer::Error { .. }) => Err(Failed::Refused),
            Err(_) if matches!(serde_json::from_slice(&body), Ok(Answer::<IgnoredAny>::Error { .. })) => {
                Err(Failed::Refused)
            }
            Err(_) => Err(Failed::Again(None)),
        }
    }
}

/// A response that is what was asked for, or what to do instead.
fn taken(response: Response) -> Result<Response, Failed> {
    let seconds = response.headers().get("retry-after").and_then(|text| text.to_str().ok()?.parse().ok());
    match response.status() {
        StatusCode::OK => Ok(response),
        StatusCode::UNAUTHORIZED => Err(Failed::Token),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => {
            Err(Failed::Again(seconds.map(Duration::from_secs)))
        }
        status if status.is_server_error() => Err(Failed::Again(seconds.map(Duration::from_secs))),
        _ => Err(Failed::Refused),
    }
}

/// A connection that broke may be made again.
fn gone(_: reqwest::Error) -> Failed {
    Failed::Again(None)
}

fn sorted(folder: &Path) -> io::Result<Vec<std::path::PathBuf>> {
    let mut all = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
    all.sort();
    Ok(all)
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Takes every certificate for good, which is what is wrong with it.
#[derive(Debug)]
struct Anybody;

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        rustls::crypto::ring::default_provider().signature_verification_algorithms.supported_schemes()
    }
}
