//! One platform: its parts, as handlers share them. Knows what there is; does nothing.

use std::sync::Arc;

use crate::accounts::Sessions;
use crate::clock::Clock;
use crate::journal::Journal;
use crate::pki::Authority;
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
    pub authority: Arc<Authority>,
}
