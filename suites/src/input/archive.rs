//! Reads zip archives entry by entry, trusting nothing that their headers say. Knows names, sizes and
//! what is refused; writes nothing to disk.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufReader, Read};

use encoding_rs::SHIFT_JIS;
use renkei_validator::text::Message;
use zip::read::{Config, ZipFileEntry};
use zip::result::ZipError;
// The plain `ZipArchive` keeps one entry of those that share a name, silently, and all headers in memory.
use zip::unstable::read::ZipIterable;
use zip::{CompressionMethod, ZipReadOptions};

use super::place::{Place, Readable};
use super::stream::Kit;
use super::{Inputs, Limits, Origin, Run, Source, Stop, folder, shown};
use crate::lang;

/// How a file is packed, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    /// It is no archive.
    None,
    /// An archive that can be opened.
    Zip,
    /// An archive that cannot.
    Other,
}

/// Bit 11 of the general purpose flags: the name is UTF-8 (APPNOTE.TXT 4.4.4).
const NAME_IS_UTF8: u16 = 1 << 11;

/// How a file of that name is packed.
pub(super) fn packing(name: &str) -> Packing {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
    match extension.as_str() {
        "zip" => Packing::Zip,
        "7z" | "bz2" | "cab" | "gz" | "lha" | "lzh" | "rar" | "tar" | "tbz" | "tgz" | "txz" | "xz" | "zst" => {
            Packing::Other
        }
        _ => Packing::None,
    }
}

/// Whether an archive of that name can be opened.
pub(super) fn is_zip(name: &str) -> bool {
    packing(name) == Packing::Zip
}

/// Why an archive of another kind is not looked into.
pub(super) fn other_packing() -> Message {
    Message::pair(
        "この形式の書庫は開けません（zipだけを開けます）",
        "an archive of a kind that cannot be opened; only zip can",
    )
}

/// Judges the entries of an archive.
pub(super) fn judge(inputs: &mut Inputs, place: &Place, name: &str, named: bool, run: &Run<'_>, kit: &mut Kit) {
    let limits = run.limits;
    let (mut archive, mut content) = match open(place) {
        Ok(opened) => opened,
        Err(error) => return inputs.missed.blocking(name, reason(&error), named),
    };
    if archive.len() > limits.entries {
        return inputs.missed.blocking(name, too_many_entries(archive.len(), limits.entries), named);
    }
    let entries = match archive.files() {
        Ok(entries) => entries,
        Err(error) => return inputs.missed.blocking(name, reason(&error), named),
    };
    let mut left = limits.unpacked;
    let mut names = BTreeSet::new();
    // Whether the limit was reached: of the rest, no more than the names are looked at.
    let mut is_over = false;
    for (index, entry) in entries.enumerate() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => return inputs.missed.blocking(name, reason(&error), named),
        };
        let inner = decode_name(entry.name_raw(), entry.flags().as_u16() & NAME_IS_UTF8 != 0);
        let full = format!("{name}/{}", shown(inner.as_bytes()));
        if is_over {
            inputs.missed.unread.push(full.into());
            continue;
        }
        let refuse = |inputs: &mut Inputs, why| {
            inputs.missed.blocking(&full, why, false);
            inputs.missed.unread.push(full.as_str().into());
        };
        if let Some(why) = refusal(&inner) {
            refuse(inputs, why);
            continue;
        }
        if entry.is_dir() || inner.ends_with('/') {
            continue;
        }
        if inner.split('/').any(folder::is_hidden) {
            inputs.missed.hidden(&full);
            continue;
        }
        if !names.insert(inner.clone()) {
            refuse(inputs, Message::pair("書庫の中に同じ名前が2つあります", "the archive has this name twice"));
            continue;
        }
        if let Some(why) = unreadable(&entry, &inner) {
            refuse(inputs, why);
            continue;
        }
        let packed = entry.compressed_size();
        let mut reader = match entry.with_reader(&mut content, ZipReadOptions::new()) {
            Ok(reader) => Entry(reader),
            Err(error) => {
                refuse(inputs, reason(&error));
                continue;
            }
        };
        let check = kit.check(full.as_str(), run.options);
        let source = Source::Entry { archive: place.clone(), index };
        let from = Origin { name: &full, named: false, source, spare: None, bytes: 0 };
        let mut meter = |bytes| {
            left = left.checked_sub(bytes).ok_or(Stop::Limit)?;
            Ok(())
        };
        let stopped = inputs.judge(&mut reader, check, from, &mut meter, kit);
        if stopped.is_some() {
            inputs.missed.blocking(name, too_large(limits, &inner), named);
            inputs.missed.unread.push(full.into());
            is_over = true;
        }
        run.progress.advance(packed);
    }
}

/// What an entry holds does not come out of it.
#[derive(Debug)]
pub(crate) struct Damaged;

impl std::fmt::Display for Damaged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("damaged within the archive")
    }
}

impl std::error::Error for Damaged {}

/// What comes out of an entry. What the library says of damage is told as [`Damaged`]; a failure of the
/// disk, which has a number, stays what it is.
struct Entry<R>(R);

impl<R: Read> Read for Entry<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::Other
                if error.raw_os_error().is_none() =>
            {
                io::Error::new(io::ErrorKind::InvalidData, Damaged)
            }
            _ => error,
        })
    }
}

/// Reads entries once more, those that something is wanted of. What cannot be read is passed over.
pub(super) fn read_again<T>(place: &Place, mut wanted: BTreeMap<usize, T>, take: &mut dyn FnMut(&mut dyn Read, T)) {
    let Ok((mut archive, mut content)) = open(place) else { return };
    let Ok(entries) = archive.files() else { return };
    for (index, entry) in entries.enumerate() {
        let Some(wanted) = wanted.remove(&index) else { continue };
        let Ok(mut reader) = entry.and_then(|entry| entry.with_reader(&mut content, ZipReadOptions::new())) else {
            continue;
        };
        take(&mut reader, wanted);
    }
}

type Opened = (ZipIterable<BufReader<Box<dyn Readable>>>, BufReader<Box<dyn Readable>>);

/// The archive's directory, and a second reader for its content.
fn open(place: &Place) -> Result<Opened, ZipError> {
    let archive = ZipIterable::try_new(BufReader::new(place.open()?.0), Config::default())?;
    Ok((archive, BufReader::new(place.open()?.0)))
}

/// The name of an entry. Tools of Japanese Windows write CP932 without saying so; those of a Mac
/// write UTF-8 without saying so. Windows PowerShell has `\` between folders, where the format wants `/`.
fn decode_name(raw: &[u8], flagged: bool) -> String {
    match std::str::from_utf8(raw) {
        Ok(text) if flagged || is_surely_utf8(text) => text.replace('\\', "/"),
        Ok(_) | Err(_) => match SHIFT_JIS.decode_without_bom_handling_and_without_replacement(raw) {
            Some(text) => text.replace('\\', "/"),
            None => shown(raw),
        },
    }
}

/// Two bytes that are valid UTF-8 may as well be two half-width kana; three are hardly anything else
/// than a kana or kanji in UTF-8.
fn is_surely_utf8(text: &str) -> bool {
    text.chars().all(|character| character.len_utf8() != 2)
}

/// Whether a name would lead out of the folder it is in.
pub(super) fn leads_elsewhere(name: &str) -> bool {
    let drive = name.as_bytes().get(1) == Some(&b':') && name.as_bytes()[0].is_ascii_alphabetic();
    name.is_empty()
        || drive
        || name.starts_with('/')
        || name.contains(['\\', '\0'])
        || name.split('/').any(|part| part == "..")
}

fn refusal(name: &str) -> Option<Message> {
    leads_elsewhere(name).then(|| {
        Message::pair(
            "書庫の外を指しうる名前（..、絶対パス、ドライブ名、\\）のため読み取りません",
            "refused: the name may lead out of the archive (.., an absolute path, a drive, a backslash)",
        )
    })
}

/// Why the content of an entry cannot be read.
fn unreadable(entry: &ZipFileEntry<'_>, name: &str) -> Option<Message> {
    if entry.encrypted() {
        return Some(Message::pair("暗号化されています", "encrypted"));
    }
    if entry.is_symlink() {
        return Some(Message::pair(
            "書庫の中のシンボリックリンクはたどりません",
            "a symbolic link inside an archive is not followed",
        ));
    }
    if packing(name) != Packing::None {
        return Some(Message::pair("書庫の中の書庫は開きません", "an archive inside an archive is not opened"));
    }
    match entry.compression() {
        CompressionMethod::Stored | CompressionMethod::Deflated => None,
        other => Some(Message::pair(
            format!("圧縮方式 {other} には対応していません"),
            format!("the compression method {other} is not supported"),
        )),
    }
}

fn too_many_entries(entries: usize, most: usize) -> Message {
    Message::pair(
        format!("書庫の中のファイルが多すぎます（{entries}個。上限は{most}個）"),
        format!("the archive has too many entries: {entries}, where {most} are the limit"),
    )
}

fn too_large(limits: &Limits, at: &str) -> Message {
    let (most, set_by, at) = (limits.unpacked, limits.unpacked_by, shown(at.as_bytes()));
    Message::pair(
        format!("展開した大きさが上限（{most}バイト、{set_by}）を超えるため、{at} から先を読み取っていません"),
        format!("more than {most} bytes come out of it ({set_by}), so it was not read from {at} on"),
    )
}

fn reason(error: &ZipError) -> Message {
    if let ZipError::Io(error) = error {
        let why = lang::io_reason(error);
        return Message::pair(format!("読み取れません: {}", why.ja), format!("cannot be read: {}", why.en));
    }
    Message::pair(
        "ZIPファイルとして読み取れません。途中で切れているか、別の形式のファイルです",
        format!("cannot be read as a ZIP archive: it is cut off, or a file of another format ({error})"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_what_their_writers_meant() {
        assert_eq!(decode_name("計画.CSV".as_bytes(), true), "計画.CSV");
        assert_eq!(decode_name("計画.CSV".as_bytes(), false), "計画.CSV");
        assert_eq!(decode_name(b"\x8C\x76\x89\xE6.CSV", false), "計画.CSV");
        // ﾃｱ in CP932 is ñ in UTF-8.
        assert_eq!(decode_name(b"\xC3\xB1.CSV", false), "ﾃｱ.CSV");
        // 表 ends in the byte of a backslash.
        assert_eq!(decode_name(b"\x95\x5C/a.CSV", false), "表/a.CSV");
        assert_eq!(decode_name("受信\\計画.CSV".as_bytes(), true), "受信/計画.CSV");
        assert_eq!(decode_name(b"\x95\x5C\\\x8C\x76.CSV", false), "表/計.CSV");
        assert_eq!(decode_name(b"\xFF\x80\xA0", false), "\\xFF\\x80\\xA0");
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for name in ["../a.CSV", "a/../../b", "/etc/passwd", "C:/a", "c:a", "a\\b", "..", "", "a\0b"] {
            assert!(refusal(name).is_some(), "{name}");
        }
        for name in ["a.CSV", "a/b.CSV", "..a/b..", "表/a.CSV"] {
            assert!(refusal(name).is_none(), "{name}");
        }
    }
}
