//! What the tables of the standard say of each item, in the form that rows are written by. Knows
//! lengths and forms; restates nothing.

use std::sync::LazyLock;

use renkei_validator::spec::{Condition, Item, ItemType, Kind, Length, Required, Table, Version, tables};

/// A kind in a version.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) table: &'static Table,
    pub(super) columns: Vec<Column>,
}

/// An item.
#[derive(Debug)]
pub(super) struct Column {
    /// Whether it is free text, which is quoted.
    pub(super) is_text: bool,
    /// The fewest and the most bytes of what stands in it.
    pub(super) length: (usize, usize),
    pub(super) is_required: bool,
    /// What always stands in it; mostly nothing.
    pub(super) fixed: &'static str,
}

static LAYOUTS: LazyLock<Vec<Option<Layout>>> = LazyLock::new(|| {
    let kinds = Version::ALL.into_iter().flat_map(|version| Kind::ALL.iter().map(move |kind| (version, *kind)));
    kinds.map(|(version, kind)| Some(Layout::of(version, tables(version, kind).last()?))).collect()
});

/// The layout of a kind. Where an item may be missing altogether, the one without it is the last.
pub(super) fn layout(version: Version, kind: Kind) -> Option<&'static Layout> {
    // Versions and kinds are numbered in the order of their lists.
    LAYOUTS.get(version as usize * Kind::ALL.len() + kind as usize)?.as_ref()
}

impl Layout {
    fn of(version: Version, table: &'static Table) -> Layout {
        Layout { table, columns: table.items.iter().map(|item| Column::of(version, item)).collect() }
    }
}

impl Column {
    fn of(version: Version, item: &'static Item) -> Column {
        // 前月までの利用日数 is printed with 2 and was corrected to 5 in between.
        let up_to = item.condition(|c| if let Condition::UpTo(most) = c { Some(*most) } else { None });
        let length = match item.length {
            Length::Free => (0, usize::MAX),
            Length::Exactly(wanted) => (wanted, wanted),
            Length::AtMost(most) => (0, most.max(up_to.unwrap_or(0))),
        };
        let fixed = item.condition(|c| if let Condition::Is(value) = c { Some(value.as_str()) } else { None });
        Column {
            is_text: item.form == ItemType::Text,
            length,
            is_required: item.required == Required::Yes && !item.has(&Condition::FreeOnSumRows),
            fixed: if item.form == ItemType::Version { version.value() } else { fixed.unwrap_or("") },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_layout_stands_at_its_own_place() {
        for version in Version::ALL {
            for kind in Kind::ALL {
                let own = tables(version, *kind).last().map(|table| (table.kind, table.items.len()));
                let found = layout(version, *kind).map(|layout| (layout.table.kind, layout.columns.len()));
                assert_eq!(found, own, "{version} {kind}");
            }
        }
    }
}
