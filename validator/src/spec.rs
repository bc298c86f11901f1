//! The tables of the standard: versions, kinds, items, codes, file names, sending units.
//! Knows the text of `validator/spec/`; knows no file and no rule.
//!
//! The tables are embedded and parsed once. A test reads every one of them and holds it to its
//! double entry in `totals.csv`, so that parsing cannot fail in a released program.

pub mod keys;
mod load;
mod model;
mod units;

pub use load::{code_table, grammar, is_rental, kinds_of, service_type, service_types, table, tables, versions_known};
pub use model::{
    Certainty, Cite, CodeTable, Condition, Grammar, Item, ItemType, Key, Kind, KnownVersion, Length, MonthSegment,
    Required, Segment, ServiceType, Table, Version, parse_date,
};
pub use units::{Member, Party, Unit, units};

/// The documents that the tables and rules cite.
#[derive(Clone, Debug)]
pub struct Source {
    /// Short name, used in cites.
    pub id: String,
    /// Official title.
    pub title_ja: String,
    /// Who issued it.
    pub issuer: String,
    /// ISO date, or part of one; empty where unknown.
    pub dated: String,
    /// Where it is; empty where it has no address of its own.
    pub url: String,
}

/// All sources, in the order of `sources.csv`.
pub fn sources() -> &'static [Source] {
    load::sources()
}

/// The source of that id.
pub fn source(id: &str) -> Option<&'static Source> {
    sources().iter().find(|source| source.id == id)
}
