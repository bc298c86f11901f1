//! Reads file names. Total: any name gives a value. Knows the shapes of all versions; judges nothing.

use crate::spec::{Kind, Segment, Version, grammar, parse_date};

/// What a file is, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// A CSV file of the standard, or meant as one.
    Data,
    /// The image of UPKIHON.
    Image,
    /// Anything that may travel beside them: a PDF, a note.
    Attachment,
}

/// The kind that a name begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NamedKind {
    /// Exactly an identifier of the standard.
    Known(Kind),
    /// Not one, but surely meant as one.
    Nearest {
        /// What the name says.
        written: String,
        /// What it must mean.
        kind: Kind,
    },
    /// Nothing like one.
    Unknown {
        /// What the name says.
        written: String,
    },
}

/// A file name taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileName {
    /// The name without folders.
    pub text: String,
    /// Its kind.
    pub kind: NamedKind,
    /// The parts found, each with its role.
    pub parts: Vec<(Segment, String)>,
    /// Parts that the shape has and the name has not, or has empty.
    pub missing: Vec<Segment>,
    /// Parts that no role fits.
    pub extra: Vec<String>,
    /// Whether the shape that fits best is the one with service type codes (202407).
    pub with_types: bool,
    /// What follows the last dot; `CSV.txt` where a program has added that.
    pub extension: Option<String>,
}

impl FileName {
    /// Takes a name apart. Folders before it are ignored.
    pub fn parse(path: &str) -> FileName {
        let text = FileName::base(path);
        let (stem, extension) = split_extension(text);
        let (kind, rest) = split_kind(stem);
        let mut name = FileName {
            text: text.to_owned(),
            kind,
            parts: Vec::new(),
            missing: Vec::new(),
            extra: Vec::new(),
            with_types: true,
            extension: extension.map(str::to_owned),
        };
        let Some(kind) = name.meant_kind() else { return name };
        let parts: Vec<&str> = rest.map_or(Vec::new(), |rest| rest.split('_').collect());
        // The newer shape is taken where both fit alike. Most names fit one of the two exactly.
        let shapes = [(Version::V202407, true), (Version::V202208, false)];
        let shapes = shapes.map(|(version, with_types)| (grammar(version, kind), with_types));
        let shapes = || shapes.iter().filter_map(|(grammar, with_types)| Some((&(*grammar)?.segments, *with_types)));
        let exact = shapes().find_map(|(segments, with_types)| Some((exactly(segments, &parts)?, with_types)));
        let nearest = || shapes().map(|(segments, with_types)| (align(segments, &parts), with_types));
        let Some((best, with_types)) = exact.or_else(|| nearest().min_by_key(|(shape, _)| shape.cost)) else {
            return name;
        };
        name.parts = best.parts;
        name.missing = best.missing;
        name.extra = best.extra;
        name.with_types = with_types;
        name
    }

    /// A name without the folders before it.
    pub fn base(path: &str) -> &str {
        path.rsplit(['/', '\\']).next().unwrap_or(path)
    }

    /// The kind it has or is surely meant to have.
    pub fn meant_kind(&self) -> Option<Kind> {
        match &self.kind {
            NamedKind::Known(kind) | NamedKind::Nearest { kind, .. } => Some(*kind),
            NamedKind::Unknown { .. } => None,
        }
    }

    /// The version whose shape fits best; the newest of those that share it.
    pub fn version_by_shape(&self) -> Version {
        if self.with_types { Version::V202407 } else { Version::V202208 }
    }

    /// A part by its role.
    pub fn part(&self, segment: Segment) -> Option<&str> {
        self.parts.iter().find(|(role, _)| *role == segment).map(|(_, text)| text.as_str())
    }

    /// What part the file plays, whenever it was written and wherever it lies: its name without folder,
    /// timestamp and extension. `UPPLAN_202610_9970100013_43_9970100021_11`
    pub fn role(&self) -> String {
        let (stem, _) = split_extension(&self.text);
        // What stands in its place and is too short for one is told apart by the name.
        match self.part(Segment::Timestamp).filter(|part| part.len() >= 8) {
            Some(timestamp) => stem.rsplitn(2, timestamp).collect::<Vec<_>>(),
            None => vec![stem],
        }
        .into_iter()
        .rev()
        .map(|part| part.trim_matches('_'))
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("_")
    }

    /// Whether it is the name of an image, with all its parts.
    pub fn is_image(&self) -> bool {
        self.kind == NamedKind::Known(Kind::UpkihonImage)
            && self.missing.is_empty()
            && self.extra.is_empty()
            && self.extension.as_deref().is_some_and(|extension| extension.eq_ignore_ascii_case("jpg"))
    }

    /// What the file is.
    pub fn nature(&self) -> Nature {
        match self.meant_kind() {
            Some(Kind::UpkihonImage) => Nature::Image,
            Some(_) => Nature::Data,
            None if self.extension.as_deref().is_some_and(|e| e.eq_ignore_ascii_case("csv")) => Nature::Data,
            None => Nature::Attachment,
        }
    }
}

/// Identifiers that real software has been seen to write, too far from the right ones to be guessed.
const ALIASES: &[(&str, Kind)] = &[("DLTBET", Kind::Upsikyu)];

/// Whether it is a ファイル連番: the 14 digits of a day of the calendar and a time.
pub(crate) fn is_timestamp(text: &[u8]) -> bool {
    if text.len() != 14 || !text.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let (day, time) = text.split_at(8);
    let below = |at: usize, tens: u8| time[at] < tens;
    let hour = below(0, b'2') || (time[0] == b'2' && time[1] <= b'3');
    parse_date(day).is_some() && hour && below(2, b'6') && below(4, b'6')
}

/// The name before its extension, and that. What programs add to one that is there belongs to it.
fn split_extension(text: &str) -> (&str, Option<&str>) {
    let Some((stem, extension)) = text.rsplit_once('.') else { return (text, None) };
    let is = |text: &str, one: &str| text.eq_ignore_ascii_case(one);
    match stem.rsplit_once('.') {
        Some((stem, inner)) if is(inner, "csv") && (is(extension, "txt") || is(extension, "csv")) => {
            (stem, Some(&text[stem.len() + 1..]))
        }
        Some(_) | None => (stem, Some(extension)),
    }
}

fn split_kind(stem: &str) -> (NamedKind, Option<&str>) {
    let known = Kind::ALL
        .iter()
        .filter(|kind| stem.strip_prefix(kind.name()).is_some_and(|rest| rest.is_empty() || rest.starts_with('_')))
        .max_by_key(|kind| kind.name().len());
    if let Some(kind) = known {
        return (NamedKind::Known(*kind), stem[kind.name().len()..].strip_prefix('_'));
    }
    // Kinds may hold one underscore: try the longer reading first.
    let cuts: Vec<usize> = stem.match_indices('_').map(|(i, _)| i).chain([stem.len()]).take(2).collect();
    for &cut in cuts.iter().rev() {
        let written = &stem[..cut];
        if let Some(kind) = nearest(written) {
            return (NamedKind::Nearest { written: written.to_owned(), kind }, stem.get(cut + 1..));
        }
    }
    let cut = cuts.first().copied().unwrap_or(stem.len());
    (NamedKind::Unknown { written: stem[..cut].to_owned() }, None)
}

fn nearest(written: &str) -> Option<Kind> {
    let upper = written.to_ascii_uppercase();
    if let Some((_, kind)) = ALIASES.iter().find(|(alias, _)| *alias == upper) {
        return Some(*kind);
    }
    if upper.len() < 5 {
        return None;
    }
    let (distance, kind) =
        Kind::ALL.iter().map(|kind| (strsim::damerau_levenshtein(&upper, kind.name()), *kind)).min()?;
    // "UPPLAN2026" is no typing slip: allow one in four letters.
    (distance * 4 <= upper.len().min(kind.name().len()) + 1).then_some(kind)
}

struct Alignment {
    cost: u32,
    parts: Vec<(Segment, String)>,
    missing: Vec<Segment>,
    extra: Vec<String>,
}

const LEFT_OUT: u32 = 2;
const MISFIT: u32 = 3;
/// More than leaving out both the segment and the part.
const NEVER: u32 = 2 * LEFT_OUT + 1;

/// The parts with their roles, where there is one for each and it looks like that.
fn exactly(segments: &[Segment], parts: &[&str]) -> Option<Alignment> {
    let pairs = || segments.iter().zip(parts);
    let fits = segments.len() == parts.len() && pairs().all(|(segment, part)| fit(*segment, part) == 0);
    let parts = || pairs().map(|(segment, part)| (*segment, (*part).to_owned())).collect();
    fits.then(|| Alignment { cost: 0, parts: parts(), missing: vec![], extra: vec![] })
}

/// The cheapest way to give the parts their roles.
fn align(segments: &[Segment], parts: &[&str]) -> Alignment {
    // A name of hundreds of parts is no name; the table below stays small.
    let parts: Vec<&str> = parts[..parts.len().min(32)].iter().rev().copied().collect();
    // Laid out from the end, so that the way back goes from the start: of two readings that cost the
    // same, the one that fills the earlier segments is taken.
    let segments: Vec<Segment> = segments.iter().rev().copied().collect();
    let (rows, columns) = (segments.len() + 1, parts.len() + 1);
    let mut costs = vec![vec![0_u32; columns]; rows];
    for row in 0..rows {
        for column in 0..columns {
            costs[row][column] = match (row, column) {
                (0, column) => column as u32 * LEFT_OUT,
                (row, 0) => row as u32 * LEFT_OUT,
                (row, column) => (costs[row - 1][column - 1] + fit(segments[row - 1], parts[column - 1]))
                    .min(costs[row - 1][column] + LEFT_OUT)
                    .min(costs[row][column - 1] + LEFT_OUT),
            };
        }
    }
    let mut best = Alignment { cost: costs[rows - 1][columns - 1], parts: vec![], missing: vec![], extra: vec![] };
    let (mut row, mut column) = (rows - 1, columns - 1);
    while row > 0 || column > 0 {
        let here = costs[row][column];
        if row > 0 && column > 0 && here == costs[row - 1][column - 1] + fit(segments[row - 1], parts[column - 1]) {
            match parts[column - 1] {
                "" => best.missing.push(segments[row - 1]),
                text => best.parts.push((segments[row - 1], text.to_owned())),
            }
            row -= 1;
            column -= 1;
        } else if row > 0 && here == costs[row - 1][column] + LEFT_OUT {
            best.missing.push(segments[row - 1]);
            row -= 1;
        } else {
            best.extra.push(parts[column - 1].to_owned());
            column -= 1;
        }
    }
    best
}

/// What it costs to read a part as a segment: nothing where it looks like one.
fn fit(segment: Segment, part: &str) -> u32 {
    let digits = part.bytes().all(|b| b.is_ascii_digit());
    let alnum = part.bytes().all(|b| b.is_ascii_alphanumeric());
    let likely = match segment {
        _ if part.is_empty() => return 1,
        // "43" where a receiver belongs: the receiver is left out, not written in two characters.
        Segment::SenderOffice | Segment::ReceiverOffice if alnum && part.len() == 2 => return NEVER,
        Segment::TargetMonth => digits && part.len() == 6,
        Segment::SenderOffice | Segment::ReceiverOffice => alnum && (7..=12).contains(&part.len()),
        Segment::SenderServiceType | Segment::ReceiverServiceType => alnum && part.len() <= 3,
        Segment::Timestamp => digits && part.len() >= 8,
        Segment::Branch => digits && part.len() <= 5,
    };
    if likely { 0 } else { MISFIT }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_either_shape_is_taken_apart() {
        let new = FileName::parse("x/UPPLAN_202610_9970100016_43_9970100024_11_20261001090000.CSV");
        assert_eq!(new.kind, NamedKind::Known(Kind::Upplan));
        assert!(new.with_types && new.missing.is_empty() && new.extra.is_empty());
        assert_eq!(new.part(Segment::ReceiverServiceType), Some("11"));
        let old = FileName::parse("UPPLAN_202412_9970100016_9970100024_20241201090000.CSV");
        assert!(!old.with_types && old.missing.is_empty() && old.extra.is_empty());
    }

    #[test]
    fn an_extension_behind_another_one_is_no_part_of_the_timestamp() {
        let name = FileName::parse("UP1KYO_9970100016_43_9970100024_11_20261001090000.csv.txt");
        assert_eq!(name.part(Segment::Timestamp), Some("20261001090000"));
        assert_eq!(name.extension.as_deref(), Some("csv.txt"));
        assert_eq!(name.role(), "UP1KYO_9970100016_43_9970100024_11");
    }

    #[test]
    fn a_month_in_a_name_without_month_is_extra() {
        let name = FileName::parse("DLT1KYO_202412_9970100016_9970100024_20241201090000.CSV");
        assert_eq!(name.extra, ["202412"]);
        assert!(!name.with_types);
    }

    #[test]
    fn an_empty_part_is_missing() {
        let name = FileName::parse("UPJSK_202610_9970100016_11___20261001090000.CSV");
        assert_eq!(name.missing, [Segment::ReceiverOffice, Segment::ReceiverServiceType]);
        assert!(name.extra.is_empty());
    }

    #[test]
    fn a_service_type_is_not_taken_for_an_office() {
        let name = FileName::parse("UP1KYO_9970100016_43_20261001090000.CSV");
        assert_eq!(name.missing, [Segment::ReceiverOffice, Segment::ReceiverServiceType]);
        assert_eq!(name.part(Segment::SenderServiceType), Some("43"));
        assert!(name.with_types && name.extra.is_empty());
    }

    #[test]
    fn a_role_is_the_name_without_folder_timestamp_and_extension() {
        for (path, role) in [
            (
                "2026/10/UPPLAN_202610_9970100013_43_9970100021_11_20260928101500.CSV",
                "UPPLAN_202610_9970100013_43_9970100021_11",
            ),
            ("UP1KYO_9970100013_9970100021_20241201090000.csv", "UP1KYO_9970100013_9970100021"),
            (
                "UPKIHON_IMAGE_9970100013_43_9970100021_11_20260928101500_2.jpg",
                "UPKIHON_IMAGE_9970100013_43_9970100021_11_2",
            ),
            ("UPJSK_202610_9970100021_11.CSV", "UPJSK_202610_9970100021_11"),
            ("メモ.pdf", "メモ"),
            (".CSV", ""),
            ("", ""),
        ] {
            assert_eq!(FileName::parse(path).role(), role, "{path}");
        }
    }

    #[test]
    fn near_misses_are_recognised() {
        for (text, kind) in [
            ("UPKHON_9970100016_43_9970100024_11_20261001090000.CSV", Kind::Upkihon),
            ("DLTBET_202610_9970100016_43_9970100024_11_20261001090000.CSV", Kind::Upsikyu),
            ("upplan_202610_9970100016_43_9970100024_11_20261001090000.CSV", Kind::Upplan),
            ("UPKIHNO_SUB1_9970100016_43_9970100024_11_20261001090000.CSV", Kind::UpkihonSub1),
        ] {
            assert_eq!(FileName::parse(text).meant_kind(), Some(kind), "{text}");
        }
        assert_eq!(FileName::parse("請求書.pdf").nature(), Nature::Attachment);
        assert_eq!(FileName::parse("data.csv").nature(), Nature::Data);
    }
}
