//! The world's offices as a [`Directory`]. Knows where they are; decides nothing.

use time::Date;

use super::{Directory, Listed, Standing};
use crate::licence::{self, LicenceState};
use crate::model::OfficeNumber;
use crate::platform::Platform;
use crate::world::World;

/// The offices of a platform, today.
pub(crate) struct Offices<'a> {
    world: &'a World,
    today: Date,
}

impl Offices<'_> {
    /// Those of a platform.
    pub(crate) fn of(platform: &Platform) -> Offices<'_> {
        Offices { world: &platform.world, today: platform.clock.today() }
    }
}

impl Directory for Offices<'_> {
    fn office(&self, number: &OfficeNumber) -> Option<Listed> {
        let office = self.world.office(number)?;
        let standing = match licence::state(&office, self.today) {
            LicenceState::None => Standing::None,
            LicenceState::Valid { .. } => Standing::Valid,
            LicenceState::Expired { .. } => Standing::Expired,
        };
        Some(Listed { name: office.name.clone(), service_types: office.service_types.clone(), standing })
    }

    fn nearest(&self, number: &OfficeNumber) -> Option<OfficeNumber> {
        // Two slips in ten characters; more is another number.
        const MOST: usize = 2;
        let registered = self
            .world
            .offices()
            .into_iter()
            .filter(|office| !matches!(licence::state(office, self.today), LicenceState::None));
        let distance = |other: &OfficeNumber| strsim::osa_distance(number.as_str(), other.as_str());
        let near = registered.map(|office| (distance(&office.number), office.number.clone())).min()?;
        (near.0 <= MOST).then_some(near.1)
    }
}
