//! What is missing in a delivery, and what stands apart though it belongs to something.
//! Knows units and names; judges nothing.
//!
//! One misplaced file leaves two units with a gap. Here the two are brought together, so that one
//! defect makes one finding.

use std::collections::BTreeMap;

use crate::check::FileJudgement;
use crate::name::{FileName, is_timestamp};
use crate::numbers::{OfficeNumber, office_number};
use crate::rule::{DeliveryView, SetKey};
use crate::spec::{Kind, Member, Party, Segment, Unit, Version, service_type};
use crate::units::{Formed, formed, is_readable};

/// Something wrong with the way files make up units.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Gap<'a> {
    /// A unit lacks a file that is nowhere in the delivery.
    Missing {
        /// The file that needs it.
        file: &'a FileJudgement,
        /// What it needs.
        member: Member,
        /// The unit of both.
        unit: &'static Unit,
    },
    /// The file makes a unit with another one whose timestamp differs.
    Timestamp {
        /// The one that stands apart.
        file: &'a FileJudgement,
        /// The first of those it belongs to.
        other: &'a FileJudgement,
    },
    /// The file makes a unit with another one whose sender or receiver differs.
    Office {
        /// The one that stands apart.
        file: &'a FileJudgement,
        /// The first of those it belongs to.
        other: &'a FileJudgement,
    },
    /// The file is of another unit than those it shares a timestamp with.
    Stranger {
        /// The file.
        file: &'a FileJudgement,
        /// The first of the others.
        other: &'a FileJudgement,
        /// Whether the file's own unit is there as a whole.
        whole: bool,
    },
    /// The file is of another month than the unit it shares a timestamp with. Not for UPHOSOKU.
    Misdated {
        /// The file.
        file: &'a FileJudgement,
        /// The first of the others.
        other: &'a FileJudgement,
    },
}

/// What is missing in a delivery and what stands apart, in order of sets. Looked for once.
pub(crate) fn gaps<'d, 'a>(delivery: &'d DeliveryView<'a>) -> &'d [Gap<'a>] {
    delivery.gaps.get_or_init(|| find_gaps(delivery))
}

fn find_gaps<'a>(delivery: &DeliveryView<'a>) -> Vec<Gap<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    for view in &delivery.sets {
        let group = |formed: &Formed<'a>| Group { keys: vec![view.key.clone()], formed: formed.clone() };
        groups.extend(formed(view).iter().map(group));
    }
    let mut gaps = Vec::new();
    join(&mut groups, &mut gaps);
    let (mut loose, mut unread) = (delivery.loose.clone(), delivery.unread.clone());
    let mut neighbours: BTreeMap<&SetKey, Vec<&Group<'a>>> = BTreeMap::new();
    for group in &groups {
        for key in &group.keys {
            neighbours.entry(key).or_default().push(group);
        }
    }
    for group in &groups {
        if let Some(stranger) = stranger(group, &neighbours) {
            gaps.push(stranger);
            continue;
        }
        if is_copy(group, &neighbours) {
            continue;
        }
        let (unit, files) = (group.formed.unit, &group.formed.files);
        let misdated = files.iter().filter(|file| file.kind != Some(Kind::Uphosoku) && group.formed.is_misdated(file));
        gaps.extend(misdated.map(|file| Gap::Misdated { file, other: files[0] }));
        let mut is_lost = |member: &Member| {
            let file = |file: &&FileJudgement| may_be(file, member.kind, &group.keys);
            let name = |name: &FileName| may_be_named(name, member.kind, &group.keys);
            take(&mut loose, file) || take(&mut unread, name)
        };
        match group.formed.base() {
            Some(file) => {
                let missing = group.formed.missing().filter(|member| !is_lost(member));
                gaps.extend(missing.map(|member| Gap::Missing { file, member, unit }));
            }
            // Without the base nobody can say what else it would need.
            None => {
                let base = unit.members.iter().find(|member| member.base).filter(|base| !is_lost(base));
                gaps.extend(base.map(|&member| Gap::Missing { file: files[0], member, unit }));
            }
        }
    }
    gaps
}

/// A unit whose files may come from several sets.
#[derive(Debug)]
struct Group<'a> {
    keys: Vec<SetKey>,
    formed: Formed<'a>,
}

/// Brings together what makes one unit but for a part of the names.
fn join<'a>(groups: &mut Vec<Group<'a>>, gaps: &mut Vec<Gap<'a>>) {
    let links = links(groups);
    // Where a group went; a group that went nowhere stands for itself.
    let mut home: Vec<usize> = (0..groups.len()).collect();
    let mut held: Vec<Option<Group<'a>>> = groups.drain(..).map(Some).collect();
    for Link { a, b, by, .. } in links {
        let find = |mut at: usize| {
            while home[at] != at {
                at = home[at];
            }
            at
        };
        let (a, b) = (find(a), find(b));
        if a == b || !held[a].as_ref().zip(held[b].as_ref()).is_some_and(|(a, b)| a.formed.fits(&b.formed)) {
            continue;
        }
        let (Some(one), Some(two)) = (held[a].take(), held[b].take()) else { continue };
        let (apart, mut main, at) = if stands_apart(&one, &two) { (one, two, b) } else { (two, one, a) };
        let other = main.formed.files[0];
        for &file in &apart.formed.files {
            match by {
                By::Timestamp => gaps.push(Gap::Timestamp { file, other }),
                By::Office => gaps.push(Gap::Office { file, other }),
                By::Name => {}
            }
        }
        main.formed.absorb(apart.formed);
        main.keys.extend(apart.keys);
        (home[a], home[b]) = (at, at);
        held[at] = Some(main);
    }
    groups.extend(held.into_iter().flatten());
}

/// The smaller one, or the later one, or the one without base.
fn stands_apart(one: &Group<'_>, two: &Group<'_>) -> bool {
    let weight = |group: &Group<'_>| {
        let timestamp = group.keys[0].timestamp.clone();
        (group.formed.files.len(), std::cmp::Reverse(timestamp), group.formed.base().is_some())
    };
    weight(one) < weight(two)
}

/// What two groups differ in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum By {
    Timestamp,
    Office,
    /// A part that is malformed in one of them: the rules about names say so.
    Name,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Link {
    /// Same offices before same timestamp, near before far.
    cost: (u8, u64),
    a: usize,
    b: usize,
    by: By,
}

/// How many incomplete groups behind one are looked at. What belongs together was written within
/// minutes; and a folder of thousands of broken sets must not cost millions of comparisons.
const NEIGHBOURS: usize = 32;

/// Pairs of incomplete groups that may belong together, the likeliest first.
fn links(groups: &[Group<'_>]) -> Vec<Link> {
    let mut near: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for (index, group) in groups.iter().enumerate().filter(|(_, group)| is_incomplete(&group.formed)) {
        let SetKey { sender, receiver, timestamp } = &group.keys[0];
        near.entry((&sender.0, &receiver.0)).or_default().push(index);
        near.entry((timestamp, "")).or_default().push(index);
    }
    let mut links = Vec::new();
    for mut indices in near.into_values() {
        indices.sort_by_key(|&index| &groups[index].keys[0].timestamp);
        for (i, &a) in indices.iter().enumerate() {
            for &b in indices[i + 1..].iter().take(NEIGHBOURS) {
                let (one, two) = (&groups[a], &groups[b]);
                if let Some((by, cost)) = difference(&one.keys[0], &two.keys[0])
                    && one.formed.fits(&two.formed)
                    && are_akin(&one.formed, &two.formed)
                {
                    links.push(Link { cost, a, b, by });
                }
            }
        }
    }
    links.sort();
    links
}

fn is_incomplete(formed: &Formed<'_>) -> bool {
    let pictured = formed.base().is_some_and(|base| !base.facts.images.is_empty());
    formed.base().is_none()
        || formed.missing().next().is_some()
        || pictured && formed.file(Kind::UpkihonImage).is_none()
}

/// Whether somebody stands in both, or may do so.
fn are_akin(one: &Formed<'_>, two: &Formed<'_>) -> bool {
    let read = |formed: &Formed<'_>| formed.files.iter().any(|file| is_readable(file));
    let common = |a: &FileJudgement, b: &FileJudgement| a.facts.people().any(|(person, _)| b.facts.has(person));
    !read(one) || !read(two) || one.files.iter().any(|a| two.files.iter().any(|b| common(a, b)))
}

/// In what the names of two groups differ, where that is one thing only.
fn difference(one: &SetKey, two: &SetKey) -> Option<(By, (u8, u64))> {
    let same = |a: &End, b: &End| a.0 == b.0 && (a.1 == b.1 || a.1.is_none() || b.1.is_none());
    let (sender, receiver) = (same(&one.sender, &two.sender), same(&one.receiver, &two.receiver));
    let swapped = same(&one.sender, &two.receiver) && same(&one.receiver, &two.sender);
    match (sender && receiver, one.timestamp == two.timestamp) {
        // Only names without service types can be this near and yet apart.
        (true, true) => Some((By::Name, (0, 0))),
        (true, false) => {
            let number = |key: &SetKey| key.timestamp.parse::<u64>().unwrap_or(u64::MAX);
            let sound = [one, two].iter().all(|key| is_timestamp(key.timestamp.as_bytes()));
            Some((if sound { By::Timestamp } else { By::Name }, (0, number(one).abs_diff(number(two)))))
        }
        (false, true) if sender || receiver || swapped => {
            let sound = (sender || is_sound(&one.sender) && is_sound(&two.sender))
                && (receiver || is_sound(&one.receiver) && is_sound(&two.receiver))
                && [one, two].iter().all(|key| key.sender.0 != key.receiver.0);
            Some((if sound { By::Office } else { By::Name }, (1, u64::from(swapped))))
        }
        (false, true | false) => None,
    }
}

/// 事業所番号 and サービス種類コード, as a name gives them.
type End = (String, Option<String>);

fn is_sound((office, service): &End) -> bool {
    let exchanged =
        |code: &String| Party::of(code).is_some() && service_type(Version::V202407, code.as_bytes()) != Some(false);
    office_number(office.as_bytes()) == OfficeNumber::Sound && service.as_ref().is_none_or(exchanged)
}

/// A group that shares its set with a larger one of another unit.
fn stranger<'a>(group: &Group<'a>, neighbours: &BTreeMap<&SetKey, Vec<&Group<'a>>>) -> Option<Gap<'a>> {
    let [key] = &group.keys[..] else { return None };
    let delete = |group: &Group<'_>| group.formed.unit.base().is_delete();
    let weight = |group: &Group<'_>| (group.formed.base().is_some(), group.formed.files.len());
    let others = neighbours.get(key)?.iter().copied().filter(|other| delete(other) == delete(group));
    // The first of the heaviest.
    let main = others.reduce(|main, other| if weight(other) > weight(main) { other } else { main })?;
    if std::ptr::eq(main, group) || main.formed.combines_with(&group.formed) {
        return None;
    }
    let whole = !is_incomplete(&group.formed);
    Some(Gap::Stranger { file: group.formed.files[0], other: main.formed.files[0], whole })
}

/// Whether a group has the names of another one with something behind the timestamp, as copies beside their
/// originals have: the rules about names say so, and the originals have what the copies lack.
fn is_copy(group: &Group<'_>, neighbours: &BTreeMap<&SetKey, Vec<&Group<'_>>>) -> bool {
    let [key] = &group.keys[..] else { return false };
    let originals = key.original().and_then(|original| neighbours.get(&original));
    originals.is_some_and(|others| others.iter().any(|other| other.formed.unit.name == group.formed.unit.name))
}

/// Whether a file that belongs to no set may be the missing one.
fn may_be(file: &FileJudgement, kind: Kind, keys: &[SetKey]) -> bool {
    match file.kind {
        Some(known) => known == kind && keys.iter().any(|key| is_near(key, |segment| file.part(segment))),
        None => keys.iter().any(|key| file.base_name().contains(&key.timestamp)),
    }
}

/// Likewise a file of which the name is all that is known.
fn may_be_named(name: &FileName, kind: Kind, keys: &[SetKey]) -> bool {
    name.meant_kind() == Some(kind) && keys.iter().any(|key| is_near(key, |segment| name.part(segment)))
}

fn is_near<'a>(key: &SetKey, part: impl Fn(Segment) -> Option<&'a str>) -> bool {
    let has = |segment: Segment, text: &str| part(segment) == Some(text);
    has(Segment::SenderOffice, &key.sender.0)
        || has(Segment::ReceiverOffice, &key.receiver.0)
        || has(Segment::Timestamp, &key.timestamp)
}

/// Takes the first that is wanted, if there is one.
fn take<T>(all: &mut Vec<T>, is_wanted: impl Fn(&T) -> bool) -> bool {
    let found = all.iter().position(is_wanted);
    found.map(|found| all.remove(found)).is_some()
}

#[cfg(test)]
mod tests {
    use crate::draft::Draft;
    use crate::name::FileName;
    use crate::spec::{Kind, Segment};
    use crate::{Options, check_sets, judge};

    /// Rule and kind of all findings of the sets that a sample forms after an edit.
    fn found(sample: &str, edit: impl Fn(&mut Draft) -> Option<()>) -> Vec<String> {
        let mut draft = Draft::sample(sample).unwrap();
        edit(&mut draft).unwrap();
        let sets = judge(&draft.to_files(), &Options::default()).sets;
        let kind = |name: &str| FileName::parse(name).meant_kind().unwrap().name();
        sets.findings.kept.iter().map(|f| format!("{} {}", f.rule.id, kind(&f.at.file))).collect()
    }

    fn rename(draft: &mut Draft, kind: Kind, segment: Segment, part: &str) -> Option<()> {
        draft.rename(kind, segment, part).map(|_| ())
    }

    fn remove(draft: &mut Draft, kind: Kind) -> Option<()> {
        draft.files.remove(draft.index(kind)?);
        Some(())
    }

    #[test]
    fn a_timestamp_of_its_own_for_every_file_leaves_all_but_one_apart() {
        let found = found("202407-table", |draft| {
            rename(draft, Kind::Upsikyu, Segment::Timestamp, "20260928101501")?;
            rename(draft, Kind::Uphosoku, Segment::Timestamp, "20260928101502")
        });
        assert_eq!(found, ["set/timestamp-differs UPHOSOKU", "set/timestamp-differs UPSIKYU"]);
    }

    #[test]
    fn a_file_that_could_not_be_read_is_not_missing_and_fills_one_gap() {
        let options = Options::default();
        let mut draft = Draft::sample("202407-table").unwrap();
        let name = draft.files[draft.index(Kind::Uphosoku).unwrap()].name.to_string();
        remove(&mut draft, Kind::Uphosoku).unwrap();
        let files = judge(&draft.to_files(), &options).files;
        let missing = |unread: &[&str]| {
            let sets = check_sets(&files.iter().collect::<Vec<_>>(), unread, &options);
            sets.findings.kept.iter().map(|f| f.rule.id).collect::<Vec<_>>()
        };
        let other = format!("elsewhere/{name}");
        assert_eq!(missing(&[&name]), [""; 0]);
        assert_eq!(missing(&[]), ["set/companion-missing"]);
        assert_eq!(missing(&[&other]), ["set/companion-missing"]);
        assert_eq!(missing(&[&name.replace("UPHOSOKU", "UP1KYO")]), ["set/companion-missing"]);
        assert_eq!(
            missing(&["UPHOSOKU_202610_9970100099_43_9970100088_11_20260101000000.CSV"]),
            ["set/companion-missing"]
        );
    }

    #[test]
    fn a_copy_beside_its_original_lacks_nothing() {
        let found = found("202407-table", |draft| {
            let mut copy = draft.files[draft.index(Kind::Upplan)?].clone();
            copy.name = copy.name.replace(".CSV", " (1).CSV");
            draft.files.push(copy);
            Some(())
        });
        assert_eq!(found, [""; 0]);
    }

    #[test]
    fn the_smaller_group_stands_apart_even_if_it_holds_the_base() {
        let found = found("202407-plan", |draft| rename(draft, Kind::Up1kyo, Segment::Timestamp, "20260915092959"));
        assert_eq!(found, ["set/timestamp-differs UP1KYO"]);
    }

    #[test]
    fn of_two_groups_of_one_size_the_later_stands_apart() {
        let found = found("202407-plan", |draft| {
            rename(draft, Kind::Up1kyo, Segment::Timestamp, "20260915100000")?;
            rename(draft, Kind::Up2kyo, Segment::Timestamp, "20260915100000")
        });
        assert_eq!(found, ["set/timestamp-differs UP1KYO", "set/timestamp-differs UP2KYO"]);
    }

    #[test]
    fn what_is_nowhere_is_missing_beside_what_stands_apart() {
        let found = found("202407-plan", |draft| {
            remove(draft, Kind::Up3kyo)?;
            rename(draft, Kind::Uphosoku, Segment::Timestamp, "20260915093001")
        });
        assert_eq!(found, ["set/companion-missing UP1KYO", "set/timestamp-differs UPHOSOKU"]);
    }

    #[test]
    fn a_malformed_part_of_a_name_is_left_to_the_rules_about_names() {
        for (segment, part) in [
            (Segment::Timestamp, "20260931101500"),
            (Segment::Timestamp, "202609281015000"),
            (Segment::ReceiverOffice, "997010002"),
            (Segment::ReceiverOffice, "9970100013"),
            (Segment::ReceiverServiceType, "33"),
            (Segment::SenderServiceType, "99"),
        ] {
            let found = found("202407-table", |draft| rename(draft, Kind::Upplan, segment, part));
            assert_eq!(found, Vec::<String>::new(), "{part}");
        }
    }

    #[test]
    fn files_about_nobody_in_common_are_not_brought_together() {
        let found = found("202407-table", |draft| {
            use crate::spec::keys::upplan::INSURED_NUMBER;
            let file = draft.index(Kind::Uphosoku)?;
            for (row, number) in [&b"0000000901"[..], b"0000000902"].into_iter().enumerate() {
                draft.files[file].put(row, INSURED_NUMBER, number)?;
            }
            rename(draft, Kind::Uphosoku, Segment::Timestamp, "20260928101501")
        });
        assert_eq!(found, ["set/companion-missing UPHOSOKU", "set/companion-missing UPPLAN"]);
    }

    #[test]
    fn files_of_other_offices_on_both_sides_are_not_of_one_unit() {
        let found = found("202407-table", |draft| {
            rename(draft, Kind::Uphosoku, Segment::SenderOffice, "9970100039")?;
            rename(draft, Kind::Uphosoku, Segment::ReceiverOffice, "9970100047")
        });
        assert_eq!(found, ["set/companion-missing UPHOSOKU", "set/companion-missing UPPLAN"]);
    }

    #[test]
    fn a_lone_companion_misses_its_base_once() {
        let found = found("202407-table", |draft| remove(draft, Kind::Upplan));
        assert_eq!(found, ["set/companion-missing UPSIKYU"]);
    }

    #[test]
    fn a_plan_alone_misses_every_companion() {
        let found = found("202407-plan", |draft| {
            remove(draft, Kind::Up2kyo)?;
            remove(draft, Kind::Up3kyo)?;
            remove(draft, Kind::Uphosoku)
        });
        assert_eq!(found, ["set/companion-missing UP1KYO"; 3]);
    }

    #[test]
    fn a_prevention_plan_and_its_basic_information_are_one_unit_or_two() {
        let alone = [Kind::Upkihon, Kind::UpkihonSub1, Kind::UpkihonSub2, Kind::UpkihonImage];
        let plan = found("202407-prevention", |draft| alone.into_iter().try_for_each(|kind| remove(draft, kind)));
        assert_eq!(plan, Vec::<String>::new());
        let information = found("202407-prevention", |draft| {
            [Kind::Upyobo, Kind::UpyoboSub].into_iter().try_for_each(|kind| remove(draft, kind))
        });
        assert_eq!(information, Vec::<String>::new());
        let parts = found("202407-prevention", |draft| {
            [Kind::Upkihon, Kind::UpkihonImage].into_iter().try_for_each(|kind| remove(draft, kind))
        });
        assert_eq!(parts, ["set/companion-missing UPKIHON_SUB1"]);
    }

    #[test]
    fn an_image_without_its_base_is_a_lone_companion() {
        let found = found("202407-prevention", |draft| {
            let kinds = [Kind::Upkihon, Kind::UpkihonSub1, Kind::UpkihonSub2, Kind::Upyobo, Kind::UpyoboSub];
            kinds.into_iter().try_for_each(|kind| remove(draft, kind))
        });
        assert_eq!(found, ["set/companion-missing UPKIHON_IMAGE"]);
    }

    #[test]
    fn a_table_7_of_another_month_is_one_finding() {
        let whole = found("202407-table", |draft| {
            let file = draft.index(Kind::Upsikyu)?;
            for row in 0..draft.files[file].rows.len() {
                draft.files[file].put(row, crate::spec::keys::upsikyu::TARGET_MONTH, b"202609")?;
            }
            rename(draft, Kind::Upsikyu, Segment::TargetMonth, "202609")
        });
        assert_eq!(whole, ["set/companion-unexpected UPSIKYU"]);
        // Its rows contradict the name, which has a finding of its own.
        let named = found("202407-table", |draft| rename(draft, Kind::Upsikyu, Segment::TargetMonth, "202609"));
        assert_eq!(named, [""; 0]);
    }

    #[test]
    fn two_months_under_one_timestamp_are_told_apart() {
        let found = found("202407-table", |draft| {
            for file in draft.files.clone() {
                draft.files.push(file);
                draft.rename_file(draft.files.len() - 1, Segment::TargetMonth, "202611")?;
            }
            Some(())
        });
        assert_eq!(found, ["set/companion-unexpected UPPLAN"]);
    }

    #[test]
    fn a_week_table_is_missed_since_202407_only() {
        let aged = found("202407-plan", |draft| {
            remove(draft, Kind::Up3kyo)?;
            for file in &mut draft.files {
                file.name = file.name.replace("_43_", "_").replace("_11_", "_");
                for row in &mut file.rows {
                    row.cells[0] = b"202208".to_vec();
                }
            }
            Some(())
        });
        assert_eq!(aged, Vec::<String>::new());
    }
}
