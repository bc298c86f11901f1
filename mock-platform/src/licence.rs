//! Stand-in for the merge: gives the handlers of deliveries what they ask for, and nothing else.
#![allow(missing_docs)]
use crate::model::Office;
use time::Date;
pub enum LicenceState {
    None,
    Valid { until: Date },
    Expired { until: Date },
}
pub fn state(o: &Office, today: Date) -> LicenceState {
    match &o.licence {
        None => LicenceState::None,
        Some(l) if l.until >= today => LicenceState::Valid { until: l.until },
        Some(l) => LicenceState::Expired { until: l.until },
    }
}
