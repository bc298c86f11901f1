//! One platform: its parts, as handlers share them. Knows what there is; does nothing.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::accounts::Sessions;
use crate::certificates::Issuer;
use crate::clock::Clock;
use crate::journal::Journal;
use crate::post::Gate;
use crate::settings::Settings;
use crate::store::Store;
use crate::world::World;

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
    /// Who is logged in.
    pub sessions: Sessions,
    /// Who makes certificates.
    pub issuer: Arc<dyn Issuer>,
    /// What the caller checks of the content of files.
    pub gate: Option<Arc<dyn Gate>>,
    /// Bytes of request bodies that may be kept: `most_body_memory` of the settings.
    pub body_memory: Arc<Semaphore>,
}
