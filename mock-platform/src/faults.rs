//! What goes wrong, as told: faults, their cards, plans of them, and the engine that says which one
//! strikes. Knows connections, operations and responses; knows no office, no delivery and no chance:
//! the same plan and the same events give the same faults.
//!
//! - [`Fault`] is the closed list, [`Card`] says everything that is said of one;
//! - [`Plan`] is a TOML file of steps `on`, `nth`, `fault`;
//! - [`Engine`] counts events and answers which fault strikes one;
//! - [`with_faults`] is the layer around the routes, and the engine is the [`crate::tls::Greeter`] of
//!   the accept loop.

mod answer;
mod bend;
pub mod card;
pub mod catalogue;
pub mod engine;
pub mod fault;
mod greeter;
mod layer;
pub mod operation;
pub mod plan;

pub use card::{Card, Executed, Layer, Places, card};
pub use engine::{Engine, Fired, Status, StepStatus};
pub use fault::{Fault, Kind, Parameter};
pub use layer::with_faults;
pub use operation::{On, Operation};
pub(crate) use plan::nearest;
pub use plan::{Flaw, Flaws, Nth, Plan, Step};
