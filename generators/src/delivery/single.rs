//! The rows of one kind for all users of a planning office, as one office would send them of
//! everybody: what a single huge file is made of.

use renkei_validator::bind::YearMonth;
use renkei_validator::spec::Kind;
use renkei_validator::spec::Version;

use super::client::Client;
use super::{Address, Courier, DeliveryError, End, Purpose};
use crate::encode::{self, Beside};
use crate::model::{Office, Trade};

use super::sets::Round;

/// The office that a single file is from: the first that plans.
fn sender<'a>(courier: &Courier<'a>) -> Option<&'a Office> {
    courier.population.managers().next()
}

/// The name of a single file; `None` where there can be no such file.
///
/// # Errors
///
/// A month that cannot be written.
pub fn single_name(courier: &Courier<'_>, kind: Kind, month: YearMonth) -> Result<Option<String>, DeliveryError> {
    let version = courier.version(month)?;
    let offices = courier.population.offices();
    let to_center = match kind {
        // A file of results from many offices is one that is passed on to a centre, which the names
        // of older versions do not tell.
        Kind::Upjsk if version == Version::V202407 => true,
        Kind::Upplan | Kind::Upsikyu | Kind::Uphosoku | Kind::Up1kyo | Kind::Up2kyo => false,
        Kind::Up3kyo if version == Version::V202407 => false,
        Kind::Upjsk
        | Kind::Up3kyo
        | Kind::Dlt1kyo
        | Kind::Dltplan
        | Kind::Dltjsk
        | Kind::Upkihon
        | Kind::Dltkihon
        | Kind::UpkihonSub1
        | Kind::UpkihonSub2
        | Kind::Upyobo
        | Kind::Dltyobo
        | Kind::UpyoboSub
        | Kind::UpkihonImage => return Ok(None),
    };
    let receiver = offices.iter().find(|office| match office.trade {
        Trade::CommunityCenter => to_center,
        Trade::Service(_) => !to_center,
        Trade::CareManagement => false,
    });
    let (Some(from), Some(to)) = (sender(courier).map(End::of), receiver.map(End::of)) else { return Ok(None) };
    let at = courier.timestamp(month, Purpose::Tables, from, to);
    Ok(Some(Address { version, from, to, at }.name(kind, &month.to_string(), 0)?))
}

/// The rows of one planning office's users in a single file.
///
/// # Errors
///
/// A month that cannot be written.
pub fn single_rows(
    courier: &Courier<'_>,
    kind: Kind,
    manager: &Office,
    month: YearMonth,
) -> Result<Vec<u8>, DeliveryError> {
    let version = courier.version(month)?;
    let clients = Client::all(courier.population, manager, month, version);
    let round = Round { courier: *courier, manager: sender(courier).unwrap_or(manager), month, version };
    let mut out = Vec::new();
    for client in &clients {
        match kind {
            Kind::Up1kyo | Kind::Up2kyo | Kind::Up3kyo if client.is_prevention() => {}
            Kind::Up1kyo => out.append(&mut round.care_plan(Purpose::Plan, &[client])?.swap_remove(0).bytes),
            Kind::Up2kyo => out.append(&mut round.care_plan(Purpose::Plan, &[client])?.swap_remove(1).bytes),
            Kind::Up3kyo => out.append(&mut round.care_plan(Purpose::Plan, &[client])?.swap_remove(2).bytes),
            Kind::Upjsk => {
                let sheet = round.sheet(client, round.manager, Purpose::Forwarded.made_on(month));
                let (before, by) = (client.facts.stay_days_before, round.manager);
                encode::result(&mut out, &sheet, month, before, by, client.done.iter())?;
            }
            Kind::Upplan | Kind::Upsikyu | Kind::Uphosoku => {
                let sheet = round.sheet(client, round.manager, Purpose::Tables.made_on(month));
                let (facts, tables) = (&client.facts, &client.first);
                if kind == Kind::Upplan {
                    encode::table6(&mut out, &sheet, month, facts.stay_days_before, &tables.visits)?;
                } else if kind == Kind::Upsikyu {
                    encode::table7(&mut out, &sheet, month, &tables.ledger)?;
                } else {
                    let types = &tables.type_units();
                    let beside = Beside::Tables { month, over: tables.over(), types, stay_days: tables.stay_days() };
                    let certification = &facts.certification;
                    encode::supplement(&mut out, &sheet, beside, certification, facts.level, facts.limits())?;
                }
            }
            Kind::Dlt1kyo
            | Kind::Dltplan
            | Kind::Dltjsk
            | Kind::Upkihon
            | Kind::Dltkihon
            | Kind::UpkihonSub1
            | Kind::UpkihonSub2
            | Kind::Upyobo
            | Kind::Dltyobo
            | Kind::UpyoboSub
            | Kind::UpkihonImage => {}
        }
    }
    Ok(out)
}
