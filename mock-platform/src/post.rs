//! Deliveries: what file names tell, which files may travel together, and in which order a delivery is
//! judged. Knows names, offices and the sending units of the standard; knows neither HTTP nor disk, and
//! looks into a file no further than its CSV version.
//!
//! That destination and kind are told by names, that combinations are checked, that both sides must use
//! the system and that one office does not send to itself is known of the real system. How strict it is
//! is not: what is decided here beyond that is an assumption, named where it is made and listed in
//! `docs/PLATFORM.md`.

mod attempt;
pub mod combine;
pub mod judge;
pub mod name;
mod offices;
pub mod recognise;

use std::fmt;

use renkei_validator::text::Message;
use time::Date;

use crate::deviations::Deviations;
use crate::model::OfficeNumber;
use crate::settings::Settings;

pub(crate) use offices::Offices;

pub use judge::{Accepted, AcceptedFile, Content, Delivery, Offer, judge};
pub use recognise::recognise;

/// The offices, as deliveries need to know them.
pub trait Directory: Send + Sync {
    /// The office of a number.
    fn office(&self, number: &OfficeNumber) -> Option<Listed>;

    /// The registered office whose number is nearest to one that does not exist, for "did you mean".
    fn nearest(&self, number: &OfficeNumber) -> Option<OfficeNumber>;
}

/// An office, as deliveries need to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// 事業所名
    pub name: String,
    /// サービス種類コード of all it takes part with.
    pub service_types: Vec<String>,
    /// Whether it may use the system.
    pub standing: Standing,
}

/// Whether an office may use the system today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It never applied: it is not registered.
    None,
    /// Its licence is good.
    Valid,
    /// The term of its licence is over.
    Expired,
}

/// What the caller checks of the content of files, for a platform that lets only clean files through.
pub trait Gate: Send + Sync {
    /// Judges the files of a delivery by name and bytes.
    ///
    /// # Errors
    /// What is wrong with them.
    fn judge(&self, files: &[(&str, &[u8])]) -> Result<(), Message>;
}

impl fmt::Debug for dyn Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gate")
    }
}

/// What deliveries are judged by.
#[derive(Clone, Copy)]
pub struct Terms<'a> {
    /// Limits, and the day version 3 stops.
    pub settings: &'a Settings,
    /// The offices.
    pub directory: &'a dyn Directory,
    /// Today, by the platform's clock.
    pub today: Date,
    /// How this request's outcome is bent.
    pub deviations: &'a Deviations,
}

/// Joins the parts of an enumeration, in Japanese and in English.
fn listed(parts: &[String]) -> Message {
    Message::pair(parts.join("、"), parts.join(", "))
}

/// A text as it is shown in a message: not too long, and without characters that would disturb it.
pub(crate) fn shown(text: &str) -> String {
    const MOST: usize = 120;
    let mut shown = String::new();
    for (at, c) in text.chars().enumerate() {
        if at == MOST {
            shown.push('…');
            break;
        }
        if name::disturbs(c) { shown.extend(c.escape_unicode()) } else { shown.push(c) }
    }
    shown
}
