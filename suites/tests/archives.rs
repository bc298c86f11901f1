//! Zip archives, honest and hostile.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops where it cannot go on, and says why it is skipped"
)]

mod common;

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use common::{
    RESULT, TABLE6, blocking, check_json, clean, folder, inputs, not_checked, replaced, result, table6,
    table6_with_fault,
};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Writes an archive of stored or deflated entries.
fn archive(path: &Path, method: CompressionMethod, entries: &[(&str, &[u8])]) {
    let mut zip = ZipWriter::new(File::create(path).unwrap());
    for (name, bytes) in entries {
        zip.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
}

/// Replaces bytes wherever they stand in an archive: in local headers and in the directory.
fn patch(path: &Path, from: &[u8], to: &[u8]) {
    assert_eq!(from.len(), to.len());
    let mut bytes = fs::read(path).unwrap();
    let mut patched = 0;
    for at in 0..=bytes.len() - from.len() {
        if bytes[at..].starts_with(from) {
            bytes[at..at + to.len()].copy_from_slice(to);
            patched += 1;
        }
    }
    assert!(patched > 0, "nothing was patched");
    fs::write(path, bytes).unwrap();
}

/// The clean set of 第6表 and 第7表, as entries of a folder `set`.
fn clean_set() -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(clean("202407-table"))
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            (format!("set/{}", entry.file_name().to_str().unwrap()), fs::read(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    assert_eq!(files.len(), 3);
    files
}

fn borrowed(files: &[(String, Vec<u8>)]) -> Vec<(&str, &[u8])> {
    files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect()
}

#[test]
fn the_files_of_an_archive_form_sets() {
    let folder = folder();
    let files = clean_set();
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        archive(&folder.path().join("a.zip"), method, &borrowed(&files));
        for path in ["a.zip", "."] {
            let report = check_json(folder.path(), [path]).code_is(0).report();
            assert_eq!(report["sets"], 1);
            let prefix = if path == "." { "./a.zip" } else { "a.zip" };
            let expected: Vec<String> = files.iter().map(|(name, _)| format!("{prefix}/{name}")).collect();
            assert_eq!(inputs(&report), expected);
        }
    }
}

#[test]
fn what_a_set_rule_says_of_a_row_in_an_archive_comes_with_its_excerpt() {
    let folder = folder();
    let mut files = clean_set();
    let table7 = files.iter_mut().find(|(name, _)| name.contains("UPSIKYU")).unwrap();
    table7.1 = replaced(&table7.1, b",0000000101,", b",0000000109,");
    archive(&folder.path().join("a.zip"), CompressionMethod::Deflated, &borrowed(&files));
    let report = check_json(folder.path(), ["a.zip"]).report();
    for finding in report["findings"].as_array().unwrap() {
        assert_eq!(finding["bytes"].is_null(), finding["excerpt"].is_null(), "{finding}");
    }
}

#[test]
fn names_that_lead_out_of_the_archive_are_refused_and_the_rest_is_judged() {
    let folder = folder();
    let path = folder.path().join("a.zip");
    let table6 = table6_with_fault();
    archive(
        &path,
        CompressionMethod::Stored,
        &[
            ("xx/up.CSV", b"x"),
            ("Xabsolute.CSV", b"x"),
            ("C+/drive.CSV", b"x"),
            ("++-backslash.CSV", b"x"),
            ("b+c.CSV", b"x"),
            (TABLE6, &table6),
        ],
    );
    for (from, to) in [
        (&b"xx/up"[..], &b"../up"[..]),
        (b"Xabsolute", b"/absolute"),
        (b"C+/drive", b"C:/drive"),
        (b"++-back", b"..\\back"),
        (b"b+c", b"b\\c"),
    ] {
        patch(&path, from, to);
    }
    let report = check_json(folder.path(), ["a.zip"]).code_is(3).report();
    assert_eq!(inputs(&report), [format!("a.zip/{TABLE6}"), "a.zip/b/c.CSV".to_owned()]);
    assert_eq!(report["totals"]["by_rule"]["cell/date-does-not-exist"], 1);
    let mut refused: Vec<&str> = blocking(&report).into_iter().map(|(what, _)| what).collect();
    refused.sort_unstable();
    assert_eq!(refused, ["a.zip/../backslash.CSV", "a.zip/../up.CSV", "a.zip//absolute.CSV", "a.zip/C:/drive.CSV"]);
    assert!(blocking(&report).iter().all(|(_, why)| why.starts_with("refused: ")));
}

#[test]
fn a_bomb_is_stopped_by_the_bytes_that_come_out_of_it() {
    let folder = folder();
    let path = folder.path().join("bomb.zip");
    let zeros = vec![b'0'; 32 << 20];
    let table6 = table6();
    archive(&path, CompressionMethod::Deflated, &[(TABLE6, &table6), ("zeros.CSV", &zeros), ("after.CSV", b"x")]);
    assert!(fs::metadata(&path).unwrap().len() < 1 << 20);
    let outcome = check_json(folder.path(), ["bomb.zip", "--max-unpacked", "1MiB"]).code_is(3);
    let report = outcome.report();
    assert_eq!(inputs(&report), [format!("bomb.zip/{TABLE6}")]);
    let expected = "more than 1048576 bytes come out of it (--max-unpacked), so it was not read from zeros.CSV on";
    assert_eq!(blocking(&report), [("bomb.zip", expected)]);
    // The same limit from the configuration.
    fs::write(folder.path().join("renkei.toml"), "max_unpacked = \"1MiB\"").unwrap();
    check_json(folder.path(), ["bomb.zip"]).code_is(3);
}

#[test]
fn what_was_not_read_of_an_archive_is_not_missing_from_its_set() {
    let folder = folder();
    let path = folder.path().join("a.zip");
    let (files, zeros) = (clean_set(), vec![b'0'; 2 << 20]);
    let is_missed = |entries: &[(&str, &[u8])]| {
        archive(&path, CompressionMethod::Deflated, entries);
        let report = check_json(folder.path(), ["a.zip", "--max-unpacked", "1MiB"]).report();
        let mut rules = report["findings"].as_array().unwrap().iter().map(|finding| finding["rule"].as_str().unwrap());
        (blocking(&report).len(), rules.any(|rule| rule == "set/companion-missing"))
    };
    let mut entries = borrowed(&files);
    let last = entries.pop().unwrap();
    assert_eq!(is_missed(&entries), (0, true));
    // The limit is reached before the last one.
    entries.extend([("zeros.CSV", zeros.as_slice()), last]);
    assert_eq!(is_missed(&entries), (1, false));
    // The last one itself is refused, as it is said to be packed in a way that nobody knows.
    entries.remove(entries.len() - 2);
    archive(&path, CompressionMethod::Stored, &entries);
    let name = last.0.as_bytes();
    let mut bytes = fs::read(&path).unwrap();
    let directory = bytes.windows(name.len()).rposition(|window| window == name).unwrap() - 46;
    bytes[directory + 10] = 77;
    fs::write(&path, bytes).unwrap();
    let report = check_json(folder.path(), ["a.zip"]).code_is(3).report();
    assert_eq!(blocking(&report).len(), 1);
    assert!(!report["findings"].to_string().contains("set/companion-missing"), "{}", report["findings"]);
}

#[test]
fn a_size_that_lies_is_not_believed() {
    let folder = folder();
    let path = folder.path().join("a.zip");
    let bytes = vec![b'0'; 123_457];
    archive(&path, CompressionMethod::Deflated, &[("zeros.CSV", &bytes), (TABLE6, &table6())]);
    patch(&path, &123_457_u32.to_le_bytes(), &7_u32.to_le_bytes());
    let report = check_json(folder.path(), ["a.zip"]).code_is(3).report();
    assert_eq!(blocking(&report).len(), 1, "{report}");
    assert_eq!(inputs(&report), [format!("a.zip/{TABLE6}")]);
}

#[test]
fn a_damaged_entry_is_told_and_the_rest_is_judged() {
    let folder = folder();
    let path = folder.path().join("a.zip");
    let table6 = table6();
    archive(&path, CompressionMethod::Stored, &[("damaged.CSV", b"some bytes"), (TABLE6, &table6)]);
    patch(&path, b"some bytes", b"same bytes");
    let report = check_json(folder.path(), ["a.zip"]).code_is(3).report();
    assert_eq!(inputs(&report), [format!("a.zip/{TABLE6}")]);
    let why = "cannot be read: it is damaged within the archive";
    assert_eq!(blocking(&report)[0], ("a.zip/damaged.CSV", why));
    // A stream that cannot be unpacked: its first block is of a kind that there is not.
    archive(&path, CompressionMethod::Deflated, &[("damaged.CSV", &b"some bytes ".repeat(9)), (TABLE6, &table6)]);
    let mut bytes = fs::read(&path).unwrap();
    let content = 30 + "damaged.CSV".len();
    bytes[content] |= 6;
    fs::write(&path, bytes).unwrap();
    let report = check_json(folder.path(), ["a.zip"]).code_is(3).report();
    assert_eq!(inputs(&report), [format!("a.zip/{TABLE6}")]);
    assert_eq!(blocking(&report)[0], ("a.zip/damaged.CSV", why));
}

#[test]
fn an_archive_inside_an_archive_is_not_opened() {
    let folder = folder();
    let inner = folder.path().join("inner.zip");
    archive(&inner, CompressionMethod::Stored, &[(TABLE6, b"x")]);
    let inner = fs::read(inner).unwrap();
    archive(
        &folder.path().join("outer.zip"),
        CompressionMethod::Stored,
        &[("inner.zip", &inner), ("b.7z", b"x"), (TABLE6, &table6())],
    );
    let report = check_json(folder.path(), ["outer.zip"]).code_is(3).report();
    let why = "an archive inside an archive is not opened";
    assert_eq!(blocking(&report), [("outer.zip/b.7z", why), ("outer.zip/inner.zip", why)]);
}

#[test]
fn an_encrypted_entry_and_an_unknown_compression_are_told() {
    let folder = folder();
    let path = folder.path().join("a.zip");
    archive(&path, CompressionMethod::Stored, &[("secret.CSV", b"x"), ("packed.CSV", b"x"), (TABLE6, &table6())]);
    let mut bytes = fs::read(&path).unwrap();
    // APPNOTE.TXT 4.3.7 and 4.3.12: flags and method stand at 6 and 8 of a local header, at 8 and 10
    // of a directory entry; the name at 30 and 46.
    for (name, flag, method) in [(&b"secret.CSV"[..], 1, 0), (b"packed.CSV", 0, 14)] {
        for at in 0..bytes.len() {
            let local = bytes[at..].starts_with(b"PK\x03\x04") && bytes[at + 30..].starts_with(name);
            let central = bytes[at..].starts_with(b"PK\x01\x02") && bytes[at + 46..].starts_with(name);
            if local || central {
                let flags = at + if local { 6 } else { 8 };
                bytes[flags] |= flag;
                bytes[flags + 2] = method;
            }
        }
    }
    fs::write(&path, bytes).unwrap();
    let report = check_json(folder.path(), ["a.zip"]).code_is(3).report();
    let blocked = blocking(&report);
    assert_eq!(blocked.len(), 2, "{blocked:?}");
    assert!(blocked.contains(&("a.zip/secret.CSV", "encrypted")), "{blocked:?}");
    assert!(
        blocked.iter().any(|(what, why)| *what == "a.zip/packed.CSV" && why.contains("not supported")),
        "{blocked:?}"
    );
}

#[test]
fn a_name_that_stands_twice_is_judged_once_and_told() {
    let folder = folder();
    let path = folder.path().join("a.zip");
    archive(&path, CompressionMethod::Stored, &[("a.CSV", b"x"), ("b.CSV", b"y")]);
    patch(&path, b"b.CSV", b"a.CSV");
    let report = check_json(folder.path(), ["a.zip"]).code_is(3).report();
    assert_eq!(inputs(&report), ["a.zip/a.CSV"]);
    assert_eq!(blocking(&report), [("a.zip/a.CSV", "the archive has this name twice")]);
}

#[test]
fn names_in_cp932_are_read() {
    let folder = folder();
    let path = folder.path().join("a.zip");
    let name = format!("abcd/{RESULT}");
    let result = result();
    archive(&path, CompressionMethod::Stored, &[(&name, &result)]);
    // 計画 in CP932.
    patch(&path, b"abcd/", b"\x8C\x76\x89\xE6/");
    let report = check_json(folder.path(), ["a.zip"]).code_is(0).report();
    assert_eq!(inputs(&report), [format!("a.zip/計画/{RESULT}")]);
}

#[test]
fn what_a_mac_adds_to_an_archive_does_not_block() {
    let folder = folder();
    let result = result();
    let entries = [(RESULT, result.as_slice()), ("__MACOSX/._x.CSV", b"x"), (".DS_Store", b"x")];
    archive(&folder.path().join("a.zip"), CompressionMethod::Stored, &entries);
    let report = check_json(folder.path(), ["a.zip"]).code_is(0).report();
    assert_eq!(inputs(&report), [format!("a.zip/{RESULT}")]);
    let hidden = not_checked(&report, false);
    assert!(hidden.contains(&("a.zip/.DS_Store", "hidden, so not an input")), "{hidden:?}");
    assert!(hidden.contains(&("a.zip/__MACOSX/._x.CSV", "hidden, so not an input")), "{hidden:?}");
}

#[test]
fn an_empty_archive_holds_nothing_to_check() {
    let folder = folder();
    archive(&folder.path().join("a.zip"), CompressionMethod::Stored, &[]);
    check_json(folder.path(), ["a.zip"]).code_is(4);
}

#[test]
fn what_is_no_archive_is_told() {
    let folder = folder();
    for bytes in [&b""[..], b"no zip at all", b"PK\x03\x04 and then nothing"] {
        fs::write(folder.path().join("a.zip"), bytes).unwrap();
        let outcome = check_json(folder.path(), ["a.zip"]).code_is(3);
        let told = "error: a.zip: cannot be read as a ZIP archive: it is cut off, or a file of another format (";
        assert!(outcome.err.starts_with(told), "{}", outcome.err);
        let report = outcome.report();
        let why = &report["not_checked"][0]["why"]["ja"];
        assert_eq!(why, "ZIPファイルとして読み取れません。途中で切れているか、別の形式のファイルです");
    }
}
