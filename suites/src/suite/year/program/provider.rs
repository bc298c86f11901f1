//! What a provider's program does with what is entered: results go to the office whose plan it is, and are
//! deleted there when they are taken back. Knows who is to have what; writes no file.

use renkei_validator::text::Message;

use super::Program;
use crate::suite::year::record::{Matter, Set};

/// Takes what was entered, for the receiver of the set.
pub(super) fn enter(program: &Program<'_>, set: &Set) -> Result<(), Message> {
    for (key, body) in set.records.iter().filter(|(key, _)| key.matter == Matter::Result) {
        program.store.put(key, body)?;
        program.store.share(key, &set.from, &set.to, body.version)?;
    }
    set.deletions.iter().filter(|key| key.matter == Matter::Result).try_for_each(|key| program.store.forget(key))
}
