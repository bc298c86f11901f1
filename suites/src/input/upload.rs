//! Selects files that are in memory, such as those of a form. Trusts none of their names; opens nothing.

use std::collections::BTreeMap;

use bytes::Bytes;
use renkei_validator::text::Message;

use super::place::Place;
use super::selection::{Root, Selection, Task};
use super::{archive, folder, shown};

impl Selection {
    /// Takes files with the names that a browser gave them, with `/` between folders. Several files,
    /// those of a folder and those of an archive are judged as sets, too; a single one is judged as a CSV
    /// file, whatever its name says.
    pub(crate) fn of_uploads(files: Vec<(String, Bytes)>) -> Selection {
        let in_folder = files.iter().any(|(name, _)| name.contains('/'));
        let alone = files.len() == 1 && !in_folder;
        let mut selection = Selection { grouped: !alone, ..Selection::default() };
        let mut kept: BTreeMap<String, Bytes> = BTreeMap::new();
        for (number, (name, bytes)) in files.into_iter().enumerate() {
            let name_shown = shown(name.as_bytes());
            if let Some(why) = refusal(&name) {
                selection.missed.blocking(&name_shown, why, false);
                continue;
            }
            // What systems put into folders is nobody's input; what somebody picks by itself is.
            if name.contains('/') && name.split('/').any(folder::is_hidden) {
                selection.missed.hidden(&name_shown);
                continue;
            }
            match kept.get(&name_shown) {
                // A file that is given twice is judged once.
                Some(before) if *before == bytes => continue,
                Some(_) => {
                    selection.missed.blocking(&name_shown, twice(), false);
                    continue;
                }
                None => kept.insert(name_shown.clone(), bytes.clone()),
            };
            let place = Place::Memory { number, bytes };
            match archive::packing(&name) {
                archive::Packing::None => {
                    let name = name_shown.into();
                    selection.roots.push(Root::Task(Task::File { place, name, named: alone }));
                }
                archive::Packing::Zip => {
                    selection.grouped = true;
                    let name = name_shown.into();
                    selection.roots.push(Root::Task(Task::Archive { place, name, named: false }));
                }
                archive::Packing::Other => {
                    selection.missed.blocking(&name_shown, archive::other_packing(), false);
                }
            }
        }
        selection
    }

    /// How many archives there are.
    pub(crate) fn archives(&self) -> usize {
        self.roots.iter().filter(|root| matches!(root, Root::Task(Task::Archive { .. }))).count()
    }
}

/// Why a name is refused. Nothing is written anywhere, but reports name folders, and sets are told apart
/// by them.
fn refusal(name: &str) -> Option<Message> {
    archive::leads_elsewhere(name).then(|| {
        Message::pair(
            "フォルダーの外を指しうる名前（..、絶対パス、ドライブ名、\\）のため読み取りません",
            "refused: the name may lead out of its folder (.., an absolute path, a drive, a backslash)",
        )
    })
}

fn twice() -> Message {
    Message::pair("同じ名前で内容の違うファイルがあります", "there is another file of this name with other content")
}

#[cfg(test)]
mod tests {
    use renkei_validator::Options;

    use super::super::{Limits, judge};
    use super::*;
    use crate::progress::Progress;

    const NAME: &str = "DLTPLAN_202610_9970100013_43_9970100021_11_20260929083000.CSV";
    const ROW: &[u8] = b"202407,990010,0000000101,202610\r\n";

    /// Names of what is judged, and what is not with its reason, after the files were selected.
    fn selected(files: &[(&str, &[u8])]) -> (bool, Vec<String>, Vec<(String, String)>) {
        let files = files.iter().map(|(name, bytes)| ((*name).to_owned(), Bytes::copy_from_slice(bytes)));
        let selection = Selection::of_uploads(files.collect());
        let grouped = selection.forms_sets();
        let limits = Limits { unpacked: 1 << 20, unpacked_by: "--max-unpacked", entries: 10, threads: None };
        let inputs = judge(selection, &Options::default(), &limits, &Progress::unseen());
        let judged = inputs.files.iter().map(|(file, _)| file.name.to_string()).collect();
        let missed = inputs.missed.not_checked.iter();
        let missed = missed.map(|entry| (entry.what.en.clone(), entry.why.en.clone())).collect();
        (grouped, judged, missed)
    }

    #[test]
    fn a_single_file_is_judged_alone_and_several_form_sets() {
        assert_eq!(selected(&[(NAME, ROW)]), (false, vec![NAME.to_owned()], vec![]));
        let inside = format!("a/{NAME}");
        assert_eq!(selected(&[(&inside, ROW)]), (true, vec![inside.clone()], vec![]));
        let both = vec![NAME.to_owned(), inside.clone()];
        assert_eq!(selected(&[(NAME, ROW), (&inside, ROW)]), (true, both, vec![]));
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused_and_said() {
        for name in ["../a.CSV", "a/../../b.CSV", "/etc/passwd", "C:/a.CSV", "C:\\fakepath\\a.CSV", "a\0.CSV", ".."] {
            let (_, judged, missed) = selected(&[(name, ROW), (NAME, ROW)]);
            assert_eq!(judged, [NAME], "{name}");
            let [(_, why)] = &missed[..] else { panic!("{missed:?}") };
            let expected = "refused: the name may lead out of its folder (.., an absolute path, a drive, a backslash)";
            assert_eq!(why, expected, "{name}");
        }
    }

    #[test]
    fn what_systems_put_into_folders_is_passed_over() {
        let named = format!("a/{NAME}");
        let (_, judged, missed) =
            selected(&[("a/.DS_Store", b"x"), ("a/Thumbs.db", b"x"), (".hidden/b.CSV", b"x"), (&named, ROW)]);
        assert_eq!(judged, [named]);
        let hidden = |name: &str| (name.to_owned(), "hidden, so not an input".to_owned());
        assert_eq!(missed, [hidden("a/.DS_Store"), hidden("a/Thumbs.db"), hidden(".hidden/b.CSV")]);
    }

    #[test]
    fn a_name_that_comes_twice_is_judged_once_or_said() {
        assert_eq!(selected(&[(NAME, ROW), (NAME, ROW)]), (true, vec![NAME.to_owned()], vec![]));
        let missed = vec![(NAME.to_owned(), "there is another file of this name with other content".to_owned())];
        assert_eq!(selected(&[(NAME, ROW), (NAME, b"")]), (true, vec![NAME.to_owned()], missed));
    }
}
