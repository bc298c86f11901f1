//! Forms of the page as fields and files, and folders that a person names, within limits. Knows no case.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use axum::extract::multipart::{Multipart, MultipartError};
use renkei_validator::name::{FileName, Nature};
use renkei_validator::text::Message;

use crate::suite::compare::Named;

/// Bytes that one form may have.
pub(crate) const MOST_BYTES: usize = 64 << 20;
/// Fields and files.
const MOST_FIELDS: usize = 200_000;
const MOST_FILES: usize = 500;

/// A form that was sent.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    pub(crate) texts: BTreeMap<String, String>,
    pub(crate) files: Vec<Named>,
}

impl Fields {
    /// Reads a form, to its end even where it is too much: a browser that is answered while it still sends shows
    /// a broken connection and no page.
    pub(crate) async fn read(mut form: Multipart) -> Result<Fields, Message> {
        let mut fields = Fields::default();
        let mut room = Some(MOST_BYTES);
        while let Some(mut field) = form.next_field().await.map_err(unread)? {
            let name = field.name().unwrap_or_default().to_owned();
            let file = field.file_name().map(last_part);
            let mut content = Vec::new();
            while let Some(chunk) = field.chunk().await.map_err(unread)? {
                room = room.and_then(|room| room.checked_sub(chunk.len()));
                if room.is_some() {
                    content.extend_from_slice(&chunk);
                }
            }
            if room.is_none() {
                fields = Fields::default();
                continue;
            }
            match file {
                // A file input without a file is sent with an empty name.
                Some(file) if file.is_empty() => {}
                Some(file) => fields.files.push((file, content)),
                None => {
                    // Forms send line ends as CR LF.
                    let text = String::from_utf8(content).map_err(|_| unreadable())?.replace("\r\n", "\n");
                    fields.texts.entry(name).or_insert(text);
                }
            }
            if fields.texts.len() > MOST_FIELDS || fields.files.len() > MOST_FILES {
                room = None;
            }
        }
        room.map(|_| fields).ok_or_else(too_much)
    }

    /// A field; empty where there is none.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.texts.get(name).map_or("", String::as_str)
    }
}

/// The files of a folder, as a person names it.
pub(crate) fn folder(named: &str) -> Result<Vec<Named>, Message> {
    // Explorer copies paths with quotes around them.
    let path = Path::new(named.trim().trim_matches('"'));
    let trouble = |error: std::io::Error| {
        let (name, why) = (path.display(), crate::lang::io_reason(&error));
        Message::pair(format!("{name} を読み取れません: {}", why.ja), format!("cannot read {name}: {}", why.en))
    };
    if !path.is_absolute() {
        return Err(Message::pair(
            "フォルダーは、ドライブまたは / から始まるパスで指定してください",
            "name the folder by its whole path",
        ));
    }
    if path.is_file() {
        let name = path.display();
        return Err(Message::pair(
            format!("{name} はファイルです。それが入っているフォルダーを指定してください"),
            format!("{name} is a file; name the folder that holds it"),
        ));
    }
    let (mut wanted, mut strays, mut folders) = (Vec::new(), Strays::default(), false);
    for entry in std::fs::read_dir(path).map_err(trouble)? {
        let entry = entry.map_err(trouble)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let about = entry.metadata().map_err(trouble)?;
        folders |= about.is_dir();
        if about.is_dir() || is_of_the_desktop(&name) {
            continue;
        }
        if !about.is_file() || FileName::parse(&name).nature() == Nature::Attachment {
            strays.add(name);
        } else if wanted.len() < MOST_FILES {
            wanted.push((name, entry.path(), about.len()));
        } else {
            return Err(too_much());
        }
    }
    // Nothing is read of a folder that was named by mistake: what else lies there is nobody's business here.
    if let Some(why) = strays.why(path) {
        return Err(why);
    }
    if wanted.iter().map(|(_, _, bytes)| bytes).sum::<u64>() > MOST_BYTES as u64 {
        return Err(too_much());
    }
    wanted.sort();
    match (wanted.is_empty(), folders) {
        (true, true) => Err(Message::pair(
            "フォルダーにファイルがありません。中のフォルダーは調べないので、ファイルのあるフォルダーを指定してください",
            "there is no file in the folder, and folders in it are not looked into; name the one with the files",
        )),
        (true, false) => Err(Message::pair("フォルダーにファイルがありません", "there is no file in the folder")),
        (false, _) => {
            wanted.into_iter().map(|(name, path, _)| Ok((name, std::fs::read(path).map_err(trouble)?))).collect()
        }
    }
}

/// What desktops put into folders by themselves.
fn is_of_the_desktop(name: &str) -> bool {
    name.starts_with('.') || ["thumbs.db", "desktop.ini"].contains(&name.to_ascii_lowercase().as_str())
}

/// Files of a folder that no export is: the first of them by name, and how many there are.
#[derive(Default)]
struct Strays {
    first: BTreeSet<String>,
    all: usize,
}

impl Strays {
    fn add(&mut self, name: String) {
        const SHOWN: usize = 3;
        self.all += 1;
        self.first.insert(name);
        if self.first.len() > SHOWN {
            self.first.pop_last();
        }
    }

    fn why(&self, folder: &Path) -> Option<Message> {
        let more = self.all.checked_sub(self.first.len()).filter(|_| self.all > 0)?;
        let names: Vec<&str> = self.first.iter().map(String::as_str).collect();
        let (folder, names) = (folder.display(), names.join(", "));
        let (ja, en) = match more {
            0 => (String::new(), String::new()),
            more => (format!(" ほか{more}件"), format!(" and {more} more")),
        };
        Some(Message::pair(
            format!(
                "{folder} には、出力したCSVや画像ではないファイルがあります（{names}{ja}）。フォルダーが違わないか確かめてください。ソフトが出力したものなら、ファイルを選んで渡してください。何も受け取っていません"
            ),
            format!(
                "{folder} holds files that are no exported CSV or image ({names}{en}); is it the right folder? If your \
                 software wrote them, choose the files instead. Nothing was taken"
            ),
        ))
    }
}

/// Some browsers send a path; the name is its last part.
fn last_part(name: &str) -> String {
    name.rsplit(['/', '\\']).next().unwrap_or_default().chars().filter(|c| !c.is_control()).collect()
}

fn unread(_: MultipartError) -> Message {
    unreadable()
}

fn unreadable() -> Message {
    Message::pair("送信された内容を読み取れません", "what was sent cannot be read")
}

fn too_much() -> Message {
    let most = MOST_BYTES >> 20;
    Message::pair(
        format!("一度に渡せるのは、{MOST_FILES}ファイル、{most} MiBまでです"),
        format!("at most {MOST_FILES} files and {most} MiB can be handed over at once"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_their_last_parts() {
        for (sent, name) in [
            ("A.CSV", "A.CSV"),
            ("C:\\fakepath\\A.CSV", "A.CSV"),
            ("../../etc/passwd", "passwd"),
            ("a\u{0}b.CSV", "ab.CSV"),
            ("..", ".."),
            ("", ""),
        ] {
            assert_eq!(last_part(sent), name);
        }
    }

    #[test]
    fn a_folder_gives_its_files_in_order_and_nothing_else() {
        let root = tempfile::tempdir().unwrap();
        for name in ["B.CSV", "A.CSV", ".hidden", "Thumbs.db", "desktop.ini"] {
            std::fs::write(root.path().join(name), name).unwrap();
        }
        std::fs::create_dir(root.path().join("C.CSV")).unwrap();
        let quoted = format!("  \"{}\" ", root.path().display());
        let names: Vec<String> = folder(&quoted).unwrap().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["A.CSV", "B.CSV"]);
        for wrong in ["", "relative/path", "/there/is/no/such/folder"] {
            assert!(folder(wrong).is_err(), "{wrong}");
        }
        let empty = tempfile::tempdir().unwrap();
        let why = |path: &Path| folder(&path.display().to_string()).unwrap_err().en;
        assert_eq!(why(empty.path()), "there is no file in the folder");
        std::fs::create_dir(empty.path().join("out")).unwrap();
        assert!(why(empty.path()).contains("name the one with the files"));
        let file = root.path().join("A.CSV");
        assert_eq!(why(&file), format!("{} is a file; name the folder that holds it", file.display()));
    }

    #[test]
    fn nothing_is_taken_of_a_folder_with_other_things_in_it() {
        let root = tempfile::tempdir().unwrap();
        let put = |name: &str| std::fs::write(root.path().join(name), name).unwrap();
        let named = root.path().display().to_string();
        // What software writes under names that are not quite right is judged.
        ["UPPLAN_1.CSV", "UPKHON_2", "計画書.csv", "UPKIHON_IMAGE_3.jpg"].into_iter().for_each(put);
        assert_eq!(folder(&named).unwrap().len(), 4);
        put("passwd");
        let told = format!("{named} holds files that are no exported CSV or image (passwd); is it the right folder?");
        assert!(folder(&named).unwrap_err().en.starts_with(&told));
        ["shadow", "hosts", "group", "fstab"].into_iter().for_each(put);
        assert!(folder(&named).unwrap_err().en.contains(" image (fstab, group, hosts and 2 more); "));
    }
}
