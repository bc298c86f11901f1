//! Stand-in for the merge: gives the handlers of deliveries what they ask for, and nothing else.
#![allow(missing_docs)]
use crate::{clock::Clock, journal::Journal, post::Gate, settings::Settings, store::Store, world::World};
use std::sync::Arc;
use tokio::sync::Semaphore;
#[derive(Debug)]
pub struct Platform {
    pub clock: Clock,
    pub settings: Settings,
    pub store: Store,
    pub journal: Journal,
    pub world: World,
    pub gate: Option<Arc<dyn Gate>>,
    pub body_memory: Arc<Semaphore>,
}
