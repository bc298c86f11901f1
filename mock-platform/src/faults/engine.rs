//! Counts events and says which fault strikes one. Knows a plan and its counters; does nothing to a
//! connection itself.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use utoipa::ToSchema;

use super::fault::Fault;
use super::operation::{On, Operation};
use super::plan::{Plan, Step};
use crate::model::OfficeNumber;

/// The faults of a platform. Copies share one plan.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    observer: Box<dyn Fn(&Fired) + Send + Sync>,
}

#[derive(Default)]
struct State {
    plan: Plan,
    /// One for each step of the plan.
    counters: Vec<Counter>,
}

#[derive(Clone, Copy, Default)]
struct Counter {
    seen: u64,
    fired: u64,
    gave_way: u64,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("status", &self.status()).finish()
    }
}

/// A fault that strikes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fired {
    /// The step of the plan, from 1.
    pub step: usize,
    /// With what.
    pub fault: Fault,
    /// What is struck: an operation's id, or `connect`.
    pub route: &'static str,
    /// The number of the connection.
    pub connection: u64,
    /// Whose certificate the connection shows, where that is known.
    pub office: Option<OfficeNumber>,
}

/// How far a plan has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Status {
    /// Its steps, in their order.
    pub steps: Vec<StepStatus>,
    /// The numbers of steps that have not fired.
    pub never_fired: Vec<usize>,
}

/// How far a step has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StepStatus {
    /// Its number, from 1.
    pub step: usize,
    /// Its line in the plan, from 1.
    pub line: usize,
    /// What it waits for.
    pub on: &'static str,
    /// Which of these events it strikes: `2`, `2..4` or `every`.
    pub nth: String,
    /// Whose events only.
    pub office: Option<OfficeNumber>,
    /// The name of its fault.
    pub fault: &'static str,
    /// Events that it waited for.
    pub seen: u64,
    /// Events that it struck.
    pub fired: u64,
    /// Events that it would have struck, had not an earlier step.
    pub gave_way: u64,
}

impl Engine {
    /// An engine without a plan. The observer is told of each fault before it strikes, in the order of
    /// events; it is called while no other event is judged, so it must be quick and must not ask the
    /// engine.
    pub fn new(observer: impl Fn(&Fired) + Send + Sync + 'static) -> Engine {
        Engine { shared: Arc::new(Shared { state: Mutex::default(), observer: Box::new(observer) }) }
    }

    /// Puts a plan into force, with all its counters at zero, and tells how far the one before came.
    /// Every event is judged by the one or by the other.
    pub fn replace(&self, plan: Plan) -> Status {
        let counters = vec![Counter::default(); plan.steps().len()];
        let old = std::mem::replace(&mut *self.state(), State { plan, counters });
        old.status()
    }

    /// How far the plan has come.
    pub fn status(&self) -> Status {
        self.state().status()
    }

    /// What the plan in force was read from.
    pub fn text(&self) -> String {
        self.state().plan.text().to_owned()
    }

    /// The fault that strikes a new connection.
    pub fn on_connect(&self, connection: u64) -> Option<Fault> {
        self.event(On::Connect, connection, None)
    }

    /// The fault that strikes a request.
    pub fn on_request(&self, operation: Operation, connection: u64, office: Option<&OfficeNumber>) -> Option<Fault> {
        self.event(On::Operation(operation), connection, office)
    }

    fn event(&self, event: On, connection: u64, office: Option<&OfficeNumber>) -> Option<Fault> {
        let mut state = self.state();
        let (index, fault) = state.judge(event, office)?;
        let fired = Fired { step: index + 1, fault, route: event.word(), connection, office: office.cloned() };
        (self.shared.observer)(&fired);
        Some(fault)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Counts an event in all steps that wait for it; the first that strikes it is answered.
    fn judge(&mut self, event: On, office: Option<&OfficeNumber>) -> Option<(usize, Fault)> {
        let mut struck = None;
        for (index, (step, counter)) in self.plan.steps().iter().zip(&mut self.counters).enumerate() {
            if !waits_for(step, event, office) {
                continue;
            }
            counter.seen += 1;
            if !step.nth.strikes(counter.seen) {
                continue;
            }
            if struck.is_some() {
                counter.gave_way += 1;
            } else {
                counter.fired += 1;
                struck = Some((index, step.fault));
            }
        }
        struck
    }

    fn status(&self) -> Status {
        let steps: Vec<StepStatus> = self
            .plan
            .steps()
            .iter()
            .zip(&self.counters)
            .enumerate()
            .map(|(index, (step, counter))| StepStatus {
                step: index + 1,
                line: step.line,
                on: step.on.word(),
                nth: step.nth.to_string(),
                office: step.office.clone(),
                fault: step.fault.kind().word(),
                seen: counter.seen,
                fired: counter.fired,
                gave_way: counter.gave_way,
            })
            .collect();
        let never_fired = steps.iter().filter(|step| step.fired == 0).map(|step| step.step).collect();
        Status { steps, never_fired }
    }
}

fn waits_for(step: &Step, event: On, office: Option<&OfficeNumber>) -> bool {
    let this_event = match (step.on, event) {
        (On::Any, On::Operation(_)) => true,
        (on @ (On::Connect | On::Any | On::Operation(_)), event) => on == event,
    };
    this_event && step.office.as_ref().is_none_or(|wanted| Some(wanted) == office)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: &str = r#"
[[step]]
on = "send"
nth = 2
fault = "status-500"

[[step]]
on = "any"
nth = 2
times = 2
fault = "acknowledgement-lost"

[[step]]
on = "send"
nth = 1
office = "9970100013"
fault = "maintenance"

[[step]]
on = "connect"
nth = 2
fault = "reset-on-connect"
"#;

    fn engine() -> (Engine, Arc<Mutex<Vec<Fired>>>) {
        let fired = Arc::new(Mutex::new(Vec::new()));
        let observed = fired.clone();
        (Engine::new(move |one| observed.lock().unwrap().push(one.clone())), fired)
    }

    #[test]
    fn the_first_step_in_the_file_wins_and_the_others_still_count() {
        let (engine, fired) = engine();
        engine.replace(Plan::parse(PLAN.as_bytes()).unwrap());
        let office = OfficeNumber::parse("9970100013").unwrap();
        assert_eq!(engine.on_connect(1), None);
        assert_eq!(engine.on_request(Operation::Send, 1, None), None);
        assert_eq!(engine.on_request(Operation::Send, 1, Some(&office)), Some(Fault::Status500));
        assert_eq!(engine.on_request(Operation::Home, 1, None), Some(Fault::AcknowledgementLost));
        assert_eq!(engine.on_request(Operation::Home, 1, None), None);
        let status = engine.status();
        let counts: Vec<_> = status.steps.iter().map(|step| (step.seen, step.fired, step.gave_way)).collect();
        assert_eq!(counts, [(2, 1, 0), (4, 1, 1), (1, 0, 1), (1, 0, 0)]);
        assert_eq!(status.never_fired, [3, 4]);
        assert_eq!(status.steps.iter().map(|step| step.nth.as_str()).collect::<Vec<_>>(), ["2", "2..3", "1", "2"]);
        assert_eq!(
            *fired.lock().unwrap(),
            [
                Fired { step: 1, fault: Fault::Status500, route: "send", connection: 1, office: Some(office) },
                Fired { step: 2, fault: Fault::AcknowledgementLost, route: "home", connection: 1, office: None },
            ]
        );
    }

    #[test]
    fn a_new_plan_begins_to_count_anew_and_tells_what_the_old_one_left() {
        let (engine, _) = engine();
        engine.replace(Plan::parse(PLAN.as_bytes()).unwrap());
        assert_eq!(engine.on_request(Operation::Send, 1, None), None);
        let left = engine.replace(Plan::parse(PLAN.as_bytes()).unwrap());
        assert_eq!(left.never_fired, [1, 2, 3, 4]);
        assert_eq!(left.steps[0].seen, 1);
        assert_eq!(engine.on_request(Operation::Send, 1, None), None);
        assert_eq!(engine.on_request(Operation::Send, 1, None), Some(Fault::Status500));
        engine.replace(Plan::none());
        assert_eq!(engine.on_request(Operation::Send, 1, None), None);
        assert_eq!(engine.status(), Status { steps: Vec::new(), never_fired: Vec::new() });
    }

    #[test]
    fn any_means_requests_and_not_connections() {
        let (engine, _) = engine();
        engine.replace(Plan::parse(b"[[step]]\non = \"any\"\nnth = \"every\"\nfault = \"status-500\"\n").unwrap());
        assert_eq!(engine.on_connect(1), None);
        for operation in Operation::ALL {
            assert_eq!(engine.on_request(*operation, 1, None), Some(Fault::Status500));
        }
        assert_eq!(engine.status().steps[0].fired, Operation::ALL.len() as u64);
    }

    #[test]
    fn threads_together_are_struck_exactly_as_often_as_the_plan_says() {
        let (engine, fired) = engine();
        engine
            .replace(Plan::parse(b"[[step]]\non = \"home\"\nnth = 100\ntimes = 50\nfault = \"status-500\"\n").unwrap());
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..100).filter(|_| engine.on_request(Operation::Home, 1, None).is_some()).count());
            }
        });
        assert_eq!(fired.lock().unwrap().len(), 50);
        assert_eq!(engine.status().steps[0].seen, 400);
    }
}
