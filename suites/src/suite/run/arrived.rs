//! Whether all that was sent has arrived, once each and whole: at the platform, and in the inbox of the software.
//! Knows lines of the journal, digests and bytes; how the software came there is told in [`journal`](super::journal).

use std::collections::{BTreeMap, BTreeSet};

use encoding_rs::SHIFT_JIS;
use renkei_mock_platform::journal::{Delivered, DeliveredFile, Event, Line};
use renkei_validator::text::{Message, Text};
use sha2::{Digest, Sha256};

use super::evidence::{Evidence, hexadecimal};
use super::journal::fail;
use super::{Ended, Setting};
use crate::suite::compare::Named;

const ACCEPTED: Text = Text { ja: "受け付けた送信", en: "a delivery that was accepted" };

type Digests = BTreeMap<String, String>;

fn digests<'f>(files: impl Iterator<Item = &'f Named>) -> Digests {
    files.map(|(name, bytes)| (name.clone(), hexadecimal(&Sha256::digest(bytes)))).collect()
}

fn of_delivery(delivered: &Delivered) -> Digests {
    delivered.files.iter().map(|file| (file.name.clone(), file.sha256.clone())).collect()
}

/// Each of these deliveries was accepted once, and no other.
pub(super) fn once_each(
    setting: &Setting<'_>,
    names: &[String],
    lines: &[&Line],
    evidence: &mut Evidence<'_>,
) -> Result<(), Ended> {
    let mut accepted: Vec<&Delivered> = Vec::new();
    for line in lines {
        if let Event::Accepted(delivered) = &line.event {
            evidence.line(ACCEPTED, line.seq);
            accepted.push(delivered);
        }
    }
    for name in names {
        let Some(made) = setting.givens.get(name) else { continue };
        let wanted = digests(made.files.iter());
        let (own, others): (Vec<_>, Vec<_>) =
            accepted.into_iter().partition(|delivered| of_delivery(delivered) == wanted);
        match own.len() {
            0 => return not_whole(name, &made.files, &others, lines),
            1 => {}
            times => {
                return fail(
                    format!("送信フォルダーの「{name}」が{times}回送信されました"),
                    format!("\"{name}\" of the outbox was delivered {times} times"),
                );
            }
        }
        accepted = others;
    }
    match accepted.first() {
        Some(delivered) => {
            let names: Vec<&str> = delivered.files.iter().map(|file| file.name.as_str()).collect();
            let names = names.join(", ");
            fail(
                format!("送ってはいけないものが送信されました: {names}"),
                format!("something else was delivered: {names}"),
            )
        }
        None => Ok(()),
    }
}

/// What has become of a delivery of which no whole one was accepted.
fn not_whole(name: &str, files: &[Named], accepted: &[&Delivered], lines: &[&Line]) -> Result<(), Ended> {
    let of = |delivered: &Delivered, file: &str| delivered.files.iter().any(|one| one.name == file);
    let alike = |delivered: &&&Delivered| files.iter().filter(|(file, _)| of(delivered, file)).count();
    let Some(nearest) = accepted.iter().max_by_key(alike).filter(|nearest| alike(nearest) > 0) else {
        let (ja, en) = last_answer(lines).map_or_else(Default::default, |told| {
            (format!("（最後の応答: {told}）"), format!(" (the last answer: {told})"))
        });
        return fail(
            format!("送信フォルダーの「{name}」が送信されていません{ja}"),
            format!("\"{name}\" of the outbox was not delivered{en}"),
        );
    };
    if let Some((file, _)) = files.iter().find(|(file, _)| !of(nearest, file)) {
        return fail(
            format!("送信フォルダーの「{name}」のうち、{file} が送信されていません"),
            format!("{file} of \"{name}\" in the outbox was not delivered with the rest"),
        );
    }
    let other = |one: &&DeliveredFile| {
        let own = files.iter().find(|(file, _)| *file == one.name);
        own.is_none_or(|(_, bytes)| hexadecimal(&Sha256::digest(bytes)) != one.sha256)
    };
    let Some(DeliveredFile { name: file, bytes: sent, .. }) = nearest.files.iter().find(other) else {
        return fail(
            format!("送信フォルダーの「{name}」が、そのままでは送信されていません"),
            format!("\"{name}\" of the outbox was not delivered as it lies there"),
        );
    };
    match files.iter().find(|(name, _)| name == file) {
        Some((_, bytes)) => {
            let lay = bytes.len();
            fail(
                format!("送信された {file} の内容が、送信フォルダーのものと違います（{lay}バイトが{sent}バイトに）"),
                format!("{file} was delivered with other bytes than it has in the outbox ({lay} bytes became {sent})"),
            )
        }
        None => fail(
            format!("送信フォルダーの「{name}」にないファイル {file} が、一緒に送信されました"),
            format!("{file} was delivered with \"{name}\" of the outbox, and is not in it"),
        ),
    }
}

/// What the platform answered to the last request that was to send something.
fn last_answer(lines: &[&Line]) -> Option<String> {
    let mut code = None;
    let mut answer = None;
    for line in lines {
        match &line.event {
            // It is told before the request that it answers.
            Event::Refused { route, code: refused, .. } if SEND.contains(&route.as_str()) => {
                code = Some(refused.clone())
            }
            Event::Request { route, status, .. } if SEND.contains(&route.as_str()) => {
                answer = Some(code.take().unwrap_or_else(|| format!("HTTP {status}")));
            }
            _ => {}
        }
    }
    answer
}

/// The routes by which deliveries are sent.
const SEND: [&str; 2] = ["/v1/deliveries", "/v1/deliveries/bulk"];

/// Each of these lies in the inbox once, whole, and nothing else.
pub(super) fn in_inbox(setting: &Setting<'_>, names: &[String], received: &[Named]) -> Result<(), Ended> {
    let mut left: Vec<&Named> = received.iter().collect();
    for name in names {
        let Some(made) = setting.givens.get(name) else { continue };
        for file in &made.files {
            let before = left.len();
            left.retain(|other| other.1 != file.1 || !is_named(&other.0, &file.0));
            match before - left.len() {
                0 => {
                    return match received.iter().find(|other| is_named(&other.0, &file.0)) {
                        Some((_, got)) => {
                            let how = altered(&file.1, got);
                            fail(
                                format!("受信した {} の内容が、送信されたものと違います（{}）", file.0, how.ja),
                                format!("{} in the inbox is not what was sent ({})", file.0, how.en),
                            )
                        }
                        None => fail(format!("{} を受信していません", file.0), format!("{} was not fetched", file.0)),
                    };
                }
                1 => {}
                times => {
                    return fail(
                        format!("{} が{times}つ受信フォルダーにあります", file.0),
                        format!("{} lies in the inbox {times} times", file.0),
                    );
                }
            }
        }
    }
    match left.first() {
        Some((name, _)) => fail(
            format!("受信フォルダーに余分なファイル {name} があります"),
            format!("{name} should not be in the inbox"),
        ),
        None => Ok(()),
    }
}

/// What has become of the bytes of a file, where programs often do so.
fn altered(sent: &[u8], got: &[u8]) -> Message {
    let (sent_bytes, got_bytes) = (sent.len(), got.len());
    let plain = |text: &str| text.replace('\r', "");
    let text = || plain(&SHIFT_JIS.decode_without_bom_handling(sent).0);
    let utf8 = std::str::from_utf8(got).map(|got| plain(got.trim_start_matches('\u{FEFF}')));
    let (ja, en) = match () {
        () if sent.starts_with(got) => ("途中で終わっています", "it breaks off"),
        () if without_returns(sent) == without_returns(got) => ("改行が変わっています", "its line breaks are others"),
        () if utf8.is_ok_and(|got| got == text()) => ("文字コードがUTF-8になっています", "it has become UTF-8"),
        () => ("ほかの内容です", "it says something else"),
    };
    Message::pair(
        format!("{ja}。{sent_bytes}バイトが{got_bytes}バイトに"),
        format!("{en}; {sent_bytes} bytes became {got_bytes}"),
    )
}

fn without_returns(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().filter(|byte| *byte != b'\r').collect()
}

/// Whether a file may be a received one of that name: clients may number what they would write over.
fn is_named(stored: &str, sent: &str) -> bool {
    let stem = |name: &str| name.rsplit_once('.').map_or(name.to_owned(), |(stem, _)| stem.to_owned());
    stored == sent || stem(stored).starts_with(&stem(sent))
}

/// Every file of an entry that is 済 lies in the inbox with the bytes that were sent.
pub(super) fn fetched_whole(lines: &[Line], received: &[Named]) -> Result<(), Ended> {
    let have = digests_of(received);
    let deliveries: BTreeMap<&str, &Delivered> = lines
        .iter()
        .filter_map(|line| match &line.event {
            Event::Accepted(delivered) => Some((delivered.delivery.as_str(), delivered)),
            _ => None,
        })
        .collect();
    for line in lines {
        let Event::Fetched { delivery, complete: true, .. } = &line.event else { continue };
        let files = deliveries.get(delivery.as_str()).map(|delivered| &delivered.files);
        if let Some(file) = files.into_iter().flatten().find(|file| !have.contains(&file.sha256)) {
            return fail(
                format!("{} は済になっていますが、受信フォルダーに揃っていません", file.name),
                format!("{} is marked as fetched, and is not whole in the inbox", file.name),
            );
        }
    }
    Ok(())
}

fn digests_of(files: &[Named]) -> BTreeSet<String> {
    files.iter().map(|(_, bytes)| hexadecimal(&Sha256::digest(bytes))).collect()
}

#[cfg(test)]
mod tests {
    use renkei_mock_platform::model::OfficeNumber;
    use time::OffsetDateTime;

    use super::*;

    fn why(verdict: Result<(), Ended>) -> String {
        match verdict {
            Err(Ended::Fail(why)) => why.en,
            _ => panic!("it is a failure"),
        }
    }

    #[test]
    fn what_is_lacking_of_a_delivery_is_told() {
        let file = |name: &str, text: &str| (name.to_owned(), text.as_bytes().to_vec());
        let office = |number| OfficeNumber::parse(number).expect("it is one");
        let delivered = |files: &[Named]| Delivered {
            delivery: "S1".to_owned(),
            key: "a".to_owned(),
            sender: office("9970100013"),
            receiver: office("9970100021"),
            copies: 1,
            files: files
                .iter()
                .map(|(name, bytes)| DeliveredFile {
                    name: name.clone(),
                    bytes: bytes.len() as u64,
                    sha256: hexadecimal(&Sha256::digest(bytes)),
                })
                .collect(),
        };
        let files = [file("A.CSV", "1\r\n"), file("B.jpg", "2")];
        let other = delivered(&[file("C.CSV", "3")]);
        let told = |sent: &[Named]| why(not_whole("plan", &files, &[&other, &delivered(sent)], &[]));
        let line = |event| Line { seq: 1, at: OffsetDateTime::UNIX_EPOCH, event };
        let request = |status| {
            let (method, route) = ("POST".to_owned(), "/v1/deliveries".to_owned());
            line(Event::Request { connection: 1, office: None, method, route, status })
        };
        let refused = line(Event::Refused {
            route: "/v1/deliveries".to_owned(),
            office: None,
            code: "CPM-D04".to_owned(),
            key: None,
            content: None,
        });
        let nothing = |lines: &[&Line]| why(not_whole("plan", &files, &[&other], lines));
        assert_eq!(nothing(&[]), "\"plan\" of the outbox was not delivered");
        assert_eq!(nothing(&[&request(413)]), "\"plan\" of the outbox was not delivered (the last answer: HTTP 413)");
        assert_eq!(
            nothing(&[&request(500), &refused, &request(200)]),
            "\"plan\" of the outbox was not delivered (the last answer: CPM-D04)"
        );
        assert_eq!(told(&files[..1]), "B.jpg of \"plan\" in the outbox was not delivered with the rest");
        assert_eq!(
            told(&[file("A.CSV", "1\n"), files[1].clone()]),
            "A.CSV was delivered with other bytes than it has in the outbox (3 bytes became 2)"
        );
        assert_eq!(
            told(&[files[0].clone(), files[1].clone(), file("D.pdf", "4")]),
            "D.pdf was delivered with \"plan\" of the outbox, and is not in it"
        );
    }

    #[test]
    fn what_programs_do_to_files_is_told() {
        let sent = SHIFT_JIS.encode("見本,花子\r\n").0.into_owned();
        let told = |got: &[u8]| altered(&sent, got).en;
        assert_eq!(told(&sent[..4]), "it breaks off; 11 bytes became 4");
        assert_eq!(told(&without_returns(&sent)), "its line breaks are others; 11 bytes became 10");
        assert_eq!(told("\u{FEFF}見本,花子\n".as_bytes()), "it has become UTF-8; 11 bytes became 17");
        assert_eq!(told(b"nothing of it"), "it says something else; 11 bytes became 13");
    }
}
