//! Stand-in for the merge: gives the handlers of deliveries what they ask for, and nothing else.
#![allow(missing_docs)]
#[derive(Clone, Debug)]
pub struct Peer {
    pub connection: u64,
    pub control: crate::wire::Control,
}
