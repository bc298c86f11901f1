//! Rules about files that travel together.

mod companion_missing;
mod companion_unexpected;
mod delete_mixed_with_update;
mod image_named_but_absent;
mod image_present_but_unnamed;
mod office_differs;
mod plan_date_differs;
mod role_may_not_send;
mod supplement_month_wrong;
mod table7_contradicts_table6;
mod timestamp_differs;
mod user_missing_in_base;
mod user_missing_in_companion;
mod version_differs;

use crate::check::FileJudgement;
use crate::draft::{Draft, DraftFile};
use crate::name::FileName;
use crate::rule::{Citation, Rule};
use crate::spec::keys::upplan;
use crate::spec::{Kind, Segment, Version, grammar};

pub(super) static RULES: &[&Rule] = &[
    &companion_missing::RULE,
    &companion_unexpected::RULE,
    &timestamp_differs::RULE,
    &office_differs::RULE,
    &user_missing_in_base::RULE,
    &user_missing_in_companion::RULE,
    &plan_date_differs::RULE,
    &supplement_month_wrong::RULE,
    &table7_contradicts_table6::RULE,
    &image_named_but_absent::RULE,
    &image_present_but_unnamed::RULE,
    &version_differs::RULE,
    &role_may_not_send::RULE,
    &delete_mixed_with_update::RULE,
];

/// Where the standard lists the files that are sent together.
const UNITS: &[Citation] = &[
    Citation { source: "v41", place: "2.4 送信するファイルの組" },
    Citation { source: "v41", place: "3.4 送信するファイルの組（介護予防）" },
];

/// Where the standard tells how files refer to each other.
const RELATIONS: &[Citation] =
    &[Citation { source: "v41", place: "2.6 出力単位" }, Citation { source: "v41l", place: "帳票間のリレーション" }];

/// A kind by both of its names.
fn ja(kind: Kind) -> String {
    match grammar(Version::V202407, kind) {
        Some(grammar) => format!("{kind}「{}」", grammar.name_ja),
        None => kind.name().to_owned(),
    }
}

/// The kind of a file by both of its names.
fn ja_of(file: &FileJudgement) -> String {
    file.kind.map_or_else(|| file.base_name().to_owned(), ja)
}

fn en_of(file: &FileJudgement) -> String {
    file.kind.map_or_else(|| file.base_name().to_owned(), |kind| kind.name().to_owned())
}

/// What the names of one set have in common.
const SHARED: [Segment; 5] = [
    Segment::SenderOffice,
    Segment::SenderServiceType,
    Segment::ReceiverOffice,
    Segment::ReceiverServiceType,
    Segment::Timestamp,
];

/// The file of a kind in the set that a file belongs to.
fn mate(draft: &Draft, file: usize, kind: Kind) -> Option<usize> {
    let own = FileName::parse(&draft.files.get(file)?.name);
    draft.files.iter().position(|other| {
        let name = FileName::parse(&other.name);
        name.meant_kind() == Some(kind) && SHARED.iter().all(|&segment| name.part(segment) == own.part(segment))
    })
}

/// The file that the file of a user, of a plan or of a month adds to.
fn base_of(draft: &Draft, file: usize) -> Option<usize> {
    [Kind::Up1kyo, Kind::Upplan].into_iter().find_map(|kind| mate(draft, file, kind))
}

/// A timestamp a few seconds away from that of a file.
fn other_second(draft: &Draft, file: usize) -> Option<String> {
    let mut timestamp = FileName::parse(&draft.files.get(file)?.name).part(Segment::Timestamp)?.to_owned();
    let last = timestamp.pop()?.to_digit(10)?;
    Some(format!("{timestamp}{}", (last + 1) % 10))
}

/// Gives a file the names that the set of another one has in common.
fn move_into_set(draft: &mut Draft, file: usize, host: usize) -> Option<()> {
    let host = FileName::parse(&draft.files.get(host)?.name);
    for segment in SHARED {
        draft.rename_file(file, segment, host.part(segment)?)?;
    }
    Some(())
}

/// Insurer and insured number of a row.
fn user(file: &DraftFile, row: usize) -> (Vec<u8>, Vec<u8>) {
    (file.get(row, upplan::INSURER_NUMBER).to_vec(), file.get(row, upplan::INSURED_NUMBER).to_vec())
}
