//! One platform: its parts, as handlers share them. Knows what there is; decides nothing.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::accounts::Sessions;
use crate::clock::Clock;
use crate::faults::Engine;
use crate::journal::{Event, Journal};
use crate::pki::Authority;
use crate::post::Gate;
use crate::settings::Settings;
use crate::store::Store;
use crate::tls::Ledger;
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
    /// Bytes of request bodies that may be held now.
    pub body_memory: Arc<Semaphore>,
    /// Where snapshots lie.
    pub snapshots: PathBuf,
}

impl Platform {
    /// Writes down what happened.
    pub fn note(&self, event: &Event) {
        // The journal counts what it could not write, and says so as soon as it can write again.
        let _ = self.journal.write(event);
    }
}
