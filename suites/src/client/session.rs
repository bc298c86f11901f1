//! Login in two steps, tokens, and the repetition of what failed. Knows when to refresh, when to log in
//! again and when to give up; knows no delivery.

use std::sync::{Mutex, MutexGuard, PoisonError};

use renkei_mock_platform::api::body::{LoginRequest, OfficeEntry, RefreshRequest, SessionAnswer, StepAnswer};
use renkei_mock_platform::model::OfficeNumber;
use renkei_validator::text::Message;
use reqwest::{Method, RequestBuilder};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::connection::Connection;
use super::failure::{Failure, Remedy};
use super::profile::{Account, Profile};
use super::retry::{Next, Pause, Policy, Tries};

/// A session with the platform, opened when it is first needed.
pub(crate) struct Session<'a> {
    connection: Connection,
    personal: Account,
    office: Account,
    policy: Policy,
    pause: &'a dyn Pause,
    tokens: Mutex<Tokens>,
}

#[derive(Default)]
struct Tokens {
    access: Option<String>,
    refresh: Option<String>,
    office: Option<OfficeEntry>,
}

impl<'a> Session<'a> {
    /// Prepares a session; connects to nothing yet.
    pub(crate) fn new(profile: &Profile, policy: Policy, pause: &'a dyn Pause) -> Result<Session<'a>, Message> {
        Ok(Session {
            connection: Connection::new(profile)?,
            personal: profile.personal.clone(),
            office: profile.office.clone(),
            policy,
            pause,
            tokens: Mutex::default(),
        })
    }

    /// The connections below.
    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The time, and waiting for it to pass.
    pub(crate) fn pause(&self) -> &'a dyn Pause {
        self.pause
    }

    /// Who we are, as the platform says; logs in where that has not been done.
    pub(crate) async fn office(&self) -> Result<OfficeNumber, Failure> {
        self.retried(async |_: &str| Ok(())).await?;
        let office = self.tokens().office.as_ref().map(|office| office.number.clone());
        office.ok_or_else(|| Failure::Mismatch("office".to_owned()))
    }

    /// Asks for the data of a route until it is there or there is no hope.
    pub(crate) async fn ask<T: DeserializeOwned>(
        &self,
        build: impl Fn(&Connection) -> RequestBuilder,
    ) -> Result<T, Failure> {
        self.retried(async |token: &str| {
            let request = build(&self.connection).bearer_auth(token);
            self.connection.answer(request, 0, self.pause.now()).await
        })
        .await
    }

    /// Does something with an access token until it is done or there is no hope. It must be safe to do
    /// it again.
    pub(crate) async fn retried<T>(
        &self,
        mut attempt: impl AsyncFnMut(&str) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut tries = Tries::new(self.policy);
        loop {
            let failure = match self.token().await {
                Ok(token) => match attempt(&token).await {
                    Ok(done) => return Ok(done),
                    Err(failure) => {
                        if failure.remedy() == Remedy::LogIn {
                            self.drop_access(&token);
                        }
                        failure
                    }
                },
                Err(failure) => failure,
            };
            match tries.failed(&failure) {
                Next::Try(wait) if wait.is_zero() => {}
                Next::Try(wait) => self.pause.pause(wait).await?,
                Next::GiveUp => return Err(failure),
            }
        }
    }

    /// An access token: that of the session, else a refreshed one, else that of a login.
    async fn token(&self) -> Result<String, Failure> {
        if let Some(access) = self.tokens().access.clone() {
            return Ok(access);
        }
        // It works once: whatever comes of it, it is not used again.
        let refresh = self.tokens().refresh.take();
        if let Some(refresh_token) = refresh {
            match self.post(&["v1", "token", "refresh"], &RefreshRequest { refresh_token }).await {
                Ok(session) => return Ok(self.keep(session)),
                // The session is over, which a login mends. Anything else will show at the login, too.
                Err(_) => self.tokens().refresh = None,
            }
        }
        let step: StepAnswer = self.post(&["v1", "login", "personal"], &login(&self.personal, None)).await?;
        let session = self.post(&["v1", "login", "office"], &login(&self.office, Some(step.step_token))).await?;
        Ok(self.keep(session))
    }

    async fn post<T: DeserializeOwned>(&self, route: &[&str], body: &impl Serialize) -> Result<T, Failure> {
        let request = self.connection.request(Method::POST, route).json(body);
        self.connection.answer(request, 0, self.pause.now()).await
    }

    fn keep(&self, session: SessionAnswer) -> String {
        let SessionAnswer { access_token, refresh_token, office, expires_in: _, refresh_expires_in: _ } = session;
        let mut tokens = self.tokens();
        tokens.access = Some(access_token.clone());
        tokens.refresh = Some(refresh_token);
        tokens.office = Some(office);
        access_token
    }

    fn drop_access(&self, token: &str) {
        let mut tokens = self.tokens();
        if tokens.access.as_deref() == Some(token) {
            tokens.access = None;
        }
    }

    fn tokens(&self) -> MutexGuard<'_, Tokens> {
        // Each is set by itself, so that a panic leaves none half set.
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn login(account: &Account, step_token: Option<String>) -> LoginRequest {
    LoginRequest { user_id: account.user.clone(), password: account.password.clone(), step_token }
}
