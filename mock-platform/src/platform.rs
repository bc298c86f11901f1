//! One platform: its parts, as handlers share them. Knows what there is; decides nothing.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::accounts::Sessions;
use crate::clock::Clock;
use crate::faults::{Engine, Fired};
use crate::inspect::Inspector;
use crate::journal::{Event, Journal};
use crate::pki::Authority;
use crate::post::Gate;
use crate::settings::Settings;
use crate::store::Store;
use crate::tls::Ledger;
use crate::tls::ledger::{Handshake, Outcome};
use crate::world::{Seed, World};

/// The parts of a platform.
#[derive(Debug)]
pub struct Platform {
    /// Its time.
    pub clock: Clock,
    /// What can be set.
    pub settings: Settings,
    /// What was accepted.
    pub store: Store,
    /// What happened.
    pub journal: Journal,
    /// Who takes part.
    pub world: World,
    /// The world that a reset goes back to.
    pub seed: Seed,
    /// Who is logged in.
    pub sessions: Sessions,
    /// Who makes certificates, and whose are accepted.
    pub authority: Arc<Authority>,
    /// Where the authority is kept, with what it has revoked.
    pub authority_folder: PathBuf,
    /// What became of each handshake.
    pub ledger: Arc<Ledger>,
    /// What goes wrong.
    pub faults: Engine,
    /// The content check, where there is one.
    pub gate: Option<Arc<dyn Gate>>,
    /// Who judges files on a page, where there is somebody.
    pub inspector: Option<Arc<dyn Inspector>>,
    /// Bytes of request bodies that may be held now.
    pub body_memory: Arc<Semaphore>,
    /// Where snapshots lie.
    pub snapshots: PathBuf,
    /// The URL of the API, where it is served.
    pub url: Option<String>,
}

/// The name of the authority's folder in the platform's.
pub(crate) const AUTHORITY: &str = "authority";

/// What a platform is put together from.
#[derive(Debug)]
pub struct Base {
    /// Its time.
    pub clock: Clock,
    /// What can be set.
    pub settings: Settings,
    /// What was accepted.
    pub store: Store,
    /// What happened.
    pub journal: Journal,
    /// Who takes part.
    pub world: World,
    /// The world that a reset goes back to.
    pub seed: Seed,
    /// Who makes certificates, and whose are accepted.
    pub authority: Arc<Authority>,
    /// Where everything lies.
    pub folder: PathBuf,
}

impl Platform {
    /// Puts a platform together: nobody is logged in, nothing goes wrong, and no content is checked.
    pub fn new(base: Base) -> Platform {
        let Base { clock, settings, store, journal, world, seed, authority, folder } = base;
        Platform {
            sessions: Sessions::new(&settings),
            ledger: Arc::new(ledger(settings.ledger_length, journal.clone())),
            faults: engine(journal.clone()),
            gate: None,
            inspector: None,
            body_memory: Arc::new(Semaphore::new(settings.most_body_memory.min(Semaphore::MAX_PERMITS))),
            authority_folder: folder.join(AUTHORITY),
            snapshots: folder.join("snapshots"),
            url: None,
            clock,
            settings,
            store,
            journal,
            world,
            seed,
            authority,
        }
    }

    /// Writes down what happened.
    pub fn note(&self, event: &Event) {
        // The journal counts what it could not write, and says so as soon as it can write again.
        let _ = self.journal.write(event);
    }
}

/// An engine whose faults are written into the journal before they strike.
fn engine(journal: Journal) -> Engine {
    Engine::new(move |fired: &Fired| {
        // The journal counts what it could not write.
        let _ = journal.write(&Event::Fault {
            step: fired.step.to_string(),
            fault: fired.fault.kind().word().to_owned(),
            route: Some(fired.route.to_owned()),
            connection: fired.connection,
            office: fired.office.clone(),
        });
    })
}

fn ledger(length: usize, journal: Journal) -> Ledger {
    Ledger::observed(length, move |handshake| {
        // The journal counts what it could not write.
        let _ = journal.write(&told(handshake));
    })
}

/// A handshake or a connection that was closed, as the journal tells of it.
fn told(handshake: &Handshake) -> Event {
    // Reasons and failures are written as their codes, such as `not_yet_valid`.
    let code = |value: serde_json::Result<serde_json::Value>| {
        value.ok().and_then(|value| value["code"].as_str().map(str::to_owned))
    };
    let shown = handshake.shown.as_ref();
    let (protocol, refusal, alert) = match &handshake.outcome {
        Outcome::Established { version, .. } => (Some((*version).to_owned()), None, None),
        Outcome::Refused { reason, alert } => (None, code(serde_json::to_value(reason)), Some(alert.to_string())),
        Outcome::Failed { failure } => (None, code(serde_json::to_value(failure)), None),
        Outcome::Scripted => (None, Some("scripted".to_owned()), None),
        Outcome::Closed { reason } => {
            return Event::Closed {
                connection: handshake.connection,
                serial: shown.map(|shown| shown.serial.clone()),
                refusal: code(serde_json::to_value(reason)).unwrap_or_default(),
            };
        }
    };
    Event::Handshake {
        connection: handshake.connection,
        protocol,
        subject: shown.map(|shown| shown.subject.clone()),
        issuer: shown.map(|shown| shown.issuer.clone()),
        serial: shown.map(|shown| shown.serial.clone()),
        refusal,
        alert,
    }
}
