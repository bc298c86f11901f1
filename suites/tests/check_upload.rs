//! What is posted to the page that checks files, honest and hostile, byte by byte.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod check_desk;
mod common;

use std::io::Write as _;
use std::net::Shutdown;

use check_desk::{Desk, Part, file};
use common::{RESULT, TABLE6, clean, folder, result, table6, table6_with_fault};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const DELETION: &str = "DLTPLAN_202610_9970100013_43_9970100021_11_20260929083000.CSV";

/// The user of the first row of 第6表, as it stands on a page.
const NAME: &str = "見本　連子";

fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn a_rejected_file_is_explained_masked_and_with_values_only_when_asked() {
    let desk = Desk::open("");
    let parts = [file(TABLE6, &table6_with_fault())];
    let masked = desk.check(&parts);
    assert_eq!((masked.status, masked.header("content-type")), (200, "text/html; charset=utf-8"));
    let page = masked.text();
    assert!(page.contains("cell/date-does-not-exist") && page.contains("不適合"));
    assert!(page.contains("まず直すところ") && page.contains("月の日数とうるう年を確かめ"));
    // A day says nothing of a person; a name does.
    assert!(page.contains("20261032") && !page.contains(NAME));
    let shown = desk.check(&[&[Part::field("values", "shown")], &parts[..]].concat()).text();
    assert!(shown.contains(NAME) && shown.contains("値をそのまま表示しています"));
    // Nothing of it is remembered.
    assert_eq!(desk.check(&parts).text(), page);
    let english = desk.in_english().check(&parts).text();
    assert!(english.contains("<html lang=\"en\">"));
}

#[test]
fn the_policy_of_the_report_lets_nothing_in_and_nothing_out() {
    let answer = Desk::open("").check(&[file(TABLE6, &table6_with_fault())]);
    let policy = answer.header("content-security-policy");
    let parts: Vec<&str> = policy.split("; ").collect();
    let [default, style, script, base, form, ancestors, sandbox] = parts[..] else { panic!("{policy}") };
    assert_eq!(
        [default, base, form, ancestors, sandbox],
        [
            "default-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'self'",
            "sandbox allow-scripts"
        ]
    );
    assert!(style.starts_with("style-src 'sha256-") && script.starts_with("script-src 'sha256-"), "{policy}");
    // What stands in the page itself says the same.
    let own = parts[..5].join("; ").replace('\'', "&#39;");
    assert!(answer.text().contains(&own) || answer.text().contains(&parts[..5].join("; ")), "{own}");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
}

#[test]
fn the_page_sends_its_form_here_and_frames_nothing_else() {
    let desk = Desk::open("");
    let page = desk.get("/check");
    assert_eq!(
        page.header("content-security-policy"),
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; \
         img-src 'self'; frame-ancestors 'none'; base-uri 'none'; frame-src 'self'"
    );
    let text = page.text();
    assert!(text.contains("ファイルも結果も保存せず"));
    for inline in ["style=", "<style", "onclick", "javascript:", "http://", "https://"] {
        assert!(!text.contains(inline), "{inline}");
    }
    let waiting = desk.get("/check/report");
    assert_eq!(waiting.status, 200);
    assert!(waiting.header("content-security-policy").contains("frame-ancestors 'self'"));
    assert!(waiting.text().contains("結果はここに表示されます"));
    assert!(desk.get("/").text().contains("href=\"/check\""));
}

#[test]
fn a_single_file_is_judged_alone_and_files_of_a_folder_form_sets() {
    let desk = Desk::open("").in_english();
    assert!(desk.check(&[file(RESULT, &result())]).text().contains("1 file</span>"));
    let set: Vec<(String, Vec<u8>)> = std::fs::read_dir(clean("202407-table"))
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap()))
        .collect();
    assert_eq!(set.len(), 3);
    let parts: Vec<Part> = set.iter().map(|(name, bytes)| file(&format!("out/{name}"), bytes)).collect();
    let page = desk.check(&parts).text();
    assert!(page.contains("1 set</span>") && page.contains("Valid"), "{page}");
    let entries: Vec<(&str, &[u8])> = set.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let page = desk.check(&[file("out.zip", &zipped(&entries))]).text();
    assert!(page.contains("1 set</span>") && page.contains(&format!("out.zip/{TABLE6}")), "{page}");
}

#[test]
fn nothing_of_a_check_is_left_on_the_disk() {
    let desk = Desk::open("");
    let before = desk.everything();
    assert!(!before.is_empty());
    let bomb = zipped(&[(TABLE6, &table6_with_fault())]);
    for parts in [vec![file(TABLE6, &table6_with_fault())], vec![file("a.zip", &bomb)]] {
        assert_eq!(desk.check(&parts).status, 200);
    }
    let after = desk.everything();
    assert_eq!(after.keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
    for (path, bytes) in &after {
        for mark in [TABLE6, "20261032"] {
            assert!(!bytes.windows(mark.len()).any(|window| window == mark.as_bytes()), "{}", path.display());
        }
    }
}

#[test]
fn the_memory_of_a_check_is_given_back() {
    // Room for one request of forty megabytes, and half of another.
    let desk = Desk::open("most_body_memory = 62914560");
    let large = file(DELETION, &"202407,990010,0000000101,202610\r\n".repeat(40_000_000 / 33).into_bytes());
    for _ in 0..3 {
        assert_eq!(desk.check(std::slice::from_ref(&large)).status, 200);
    }
}

#[test]
fn forty_megabytes_of_faults_make_a_small_report_with_exact_counts() {
    let desk = Desk::open("");
    let rows = 40_000_000 / 33;
    // A month that does not exist, in each row.
    let bytes: Vec<u8> = (0..rows).flat_map(|i| format!("202407,990010,{i:010},202613\r\n").into_bytes()).collect();
    assert!(bytes.len() > 39_999_000);
    let answer = desk.check(&[file(DELETION, &bytes)]);
    assert_eq!(answer.status, 200);
    assert!(answer.body.len() < 5_000_000, "{}", answer.body.len());
    assert!(answer.text().contains("1,212,121"), "the count of rows is on the page");
    let many: Vec<Part> = (0..1_500).map(|i| file(&format!("{i}/{DELETION}"), &bytes[..3_300])).collect();
    let answer = desk.check(&many);
    assert_eq!(answer.status, 200);
    assert!(answer.body.len() < 5_000_000, "{}", answer.body.len());
    assert!(answer.text().contains("150,000"), "the count of rows is on the page");
}

#[test]
fn names_that_lead_elsewhere_are_told_and_touch_nothing() {
    let desk = Desk::open("").in_english();
    let before = desk.everything().into_keys().collect::<Vec<_>>();
    for name in ["../../x.CSV", "/tmp/x.CSV", "C:\\fakepath\\x.CSV", "a/../../x.CSV", "..\\x.CSV", "//host/x.CSV"] {
        let page = desk.check(&[file(name, &table6())]).text();
        assert!(page.contains("the name may lead out of its folder"), "{name}: {page}");
        assert!(page.contains("Incomplete"), "{name}");
    }
    let page = desk.check(&[file("a.zip", &zipped(&[("../../x.CSV", &table6())]))]).text();
    assert!(page.contains("the name may lead out of the archive"));
    assert_eq!(desk.everything().into_keys().collect::<Vec<_>>(), before);
    let markup = desk.check(&[file("<script>alert(1)</script>'&.CSV", &table6())]).text();
    assert!(!markup.contains("<script>alert") && markup.contains("&#60;script&#62;alert(1)"));
}

#[test]
fn a_name_that_is_no_utf8_is_refused() {
    let desk = Desk::open("");
    // 表.CSV in Shift_JIS
    let answer = desk.check(&[Part::raw(b"name=\"file\"; filename=\"\x95\x5c.CSV\"", &table6())]);
    assert_eq!(answer.status, 400);
    assert!(answer.text().contains("ファイル名がUTF-8ではありません。"));
    assert!(answer.header("content-security-policy").contains("frame-ancestors 'self'"));
}

#[test]
fn a_zip_bomb_is_stopped_at_the_limit() {
    let desk = Desk::open("most_check_unpacked = 8388608\nmost_check_files = 20").in_english();
    let zeros = vec![0; 64 << 20];
    let bomb = zipped(&[("bomb.CSV", &zeros)]);
    assert!(bomb.len() < 200_000, "{}", bomb.len());
    let page = desk.check(&[file("bomb.zip", &bomb)]).text();
    assert!(page.contains("more than 8388608 bytes come out of it (most_check_unpacked)"), "{page}");
    assert!(page.contains("Incomplete"));
    // The limit is one of all archives together.
    let page = desk.check(&[file("a.zip", &bomb), file("b.zip", &bomb)]).text();
    assert!(page.contains("more than 4194304 bytes come out of it (most_check_unpacked)"), "{page}");
    let names: Vec<String> = (0..21).map(|i| format!("{i}.CSV")).collect();
    let entries: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    let page = desk.check(&[file("many.zip", &zipped(&entries))]).text();
    assert!(page.contains("the archive has too many entries: 21, where 20 are the limit"), "{page}");
    // Nor is a zip inside a zip opened.
    let page = desk.check(&[file("outer.zip", &zipped(&[("bomb.zip", &bomb)]))]).text();
    assert!(page.contains("an archive inside an archive is not opened"), "{page}");
}

#[test]
fn too_many_files_and_too_many_bytes_are_told_with_the_setting() {
    let desk = Desk::open("most_check_files = 3\nmost_check_bytes = 1048576");
    let small = file(DELETION, b"202407,990010,0000000101,202610\r\n");
    let numbered = |i: usize| file(&format!("{i}/{DELETION}"), b"202407,990010,0000000101,202610\r\n");
    assert_eq!(desk.check(&(0..3).map(numbered).collect::<Vec<_>>()).status, 200);
    let answer = desk.check(&(0..4).map(numbered).collect::<Vec<_>>());
    assert_eq!(answer.status, 413);
    assert!(answer.text().contains("3ファイルまでです（設定 most_check_files）"), "{}", answer.text());
    let exactly = desk.check(&[file("a.CSV", &vec![b'x'; 1 << 20])]);
    assert_eq!(exactly.status, 200);
    for parts in [
        vec![file("a.CSV", &vec![b'x'; (1 << 20) + 1])],
        vec![file("a.CSV", &vec![b'x'; 1 << 20]), small],
        vec![file("a.CSV", &vec![b'x'; 6 << 20])],
    ] {
        let answer = desk.check(&parts);
        assert_eq!(answer.status, 413);
        assert!(answer.text().contains("合わせて1 MiBまでです（設定 most_check_bytes）"), "{}", answer.text());
    }
    // What is far too large is not even read.
    let answer = desk.announce(1 << 40);
    assert_eq!(answer.status, 413);
}

#[test]
fn other_content_types_and_broken_bodies_are_refused() {
    let desk = Desk::open("");
    for (media_type, status) in [
        ("application/x-www-form-urlencoded", 415),
        ("text/plain", 415),
        ("application/zip", 415),
        ("multipart/mixed; boundary=xx", 415),
        ("multipart/form-data", 400),
    ] {
        assert_eq!(desk.post(media_type, &[], b"token=x").status, status, "{media_type}");
    }
    let body = desk.body(&[file(TABLE6, &table6())]);
    let form = "multipart/form-data; boundary=xx";
    assert_eq!(desk.post(form, &[], &body).status, 200);
    assert_eq!(desk.post(form, &[], &body[..body.len() - 9]).status, 400, "without its end");
    assert_eq!(desk.post(form, &[], b"").status, 400, "empty");
    assert_eq!(desk.check(&[Part::field("values", "all")]).status, 400);
    assert_eq!(desk.check(&[Part::field("note", &"x".repeat(1_025))]).status, 413);
    let fields: Vec<Part> = (0..20).map(|i| Part::field(&format!("f{i}"), "x")).collect();
    assert_eq!(desk.check(&fields).status, 413);
}

#[test]
fn where_nothing_is_chosen_that_is_told() {
    let desk = Desk::open("");
    // As browsers send two fields in which nothing was chosen.
    let answer = desk.check(&[file("", b""), file("", b"")]);
    assert_eq!(answer.status, 422);
    assert!(answer.text().contains("ファイルが選ばれていません。"));
    assert_eq!(desk.check(&[]).status, 422);
    let answer = desk.check(&[file("a/photo.jpg", b"x"), file("a/.DS_Store", b"x")]);
    assert_eq!(answer.status, 422);
    assert!(answer.text().contains("検査するCSVファイルがありません。"));
}

#[test]
fn posts_of_other_sites_and_foreign_forms_are_refused() {
    let desk = Desk::open("");
    let body = desk.body(&[file(TABLE6, &table6())]);
    let form = "multipart/form-data; boundary=xx";
    let here = format!("http://{}", desk.address());
    assert_eq!(desk.post(form, &[("Origin", &here)], &body).status, 200);
    for origin in ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost"] {
        assert_eq!(desk.post(form, &[("Origin", origin)], &body).status, 403, "{origin}");
    }
    // A name that was made to point here.
    assert_eq!(desk.post_to("evil.example", form, &[], &body).status, 403);
    for token in ["", "0", &desk.another().token] {
        let answer = desk.post(form, &[], &desk.body_with(token, &[file(TABLE6, &table6())]));
        assert_eq!(answer.status, 403, "{token}");
        assert!(answer.text().contains("この画面は古くなっています。"), "{token}");
    }
    assert_eq!(desk.request("DELETE", "/check/report").status, 405);
}

#[test]
fn a_body_that_does_not_come_is_not_waited_for_long() {
    let desk = Desk::open("body_time = 1");
    let body = desk.body(&[file(TABLE6, &table6())]);
    let mut stream = desk.begin("multipart/form-data; boundary=xx", body.len(), &[]);
    stream.write_all(&body[..body.len() / 2]).unwrap();
    let answer = check_desk::answer(&mut stream);
    assert_eq!(answer.status, 408);
    // A browser that goes away leaves the page as it was.
    let mut stream = desk.begin("multipart/form-data; boundary=xx", body.len(), &[]);
    stream.write_all(&body[..body.len() / 2]).unwrap();
    stream.shutdown(Shutdown::Both).unwrap();
    assert_eq!(desk.check(&[file(TABLE6, &table6())]).status, 200);
    assert!(folder().path().exists());
}
