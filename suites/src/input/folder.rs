//! Walks a folder. Knows links, hidden files and what is no regular file; opens nothing.

use std::path::{Path, PathBuf};

use renkei_validator::text::Message;
use walkdir::{DirEntry, WalkDir};

use super::name_of;
use super::selection::Walk;

/// Goes through the files of a folder, sorted by name, links followed.
pub(super) fn walk(folder: &Path, walk: &mut Walk<'_>) {
    // The folder that is gone through, after those that it lies in.
    let mut within: Vec<PathBuf> = Vec::new();
    let mut entries = WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter();
    while let Some(entry) = entries.next() {
        let depth = entry.as_ref().map_or_else(walkdir::Error::depth, DirEntry::depth);
        for left in within.drain(depth.min(within.len())..).rev() {
            walk.leave(&left);
        }
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let path = error.path().unwrap_or(folder);
                let named = path == folder;
                let name = name_of(path);
                match (error.loop_ancestor(), error.io_error()) {
                    (None, Some(error)) => walk.missed.unreadable(&name, error, named),
                    (_, _) => walk.missed.blocking(&name, links_in_a_circle(), named),
                }
                continue;
            }
        };
        let is_folder = entry.file_type().is_dir();
        if entry.depth() > 0 && is_hidden(&entry.file_name().to_string_lossy()) {
            walk.missed.hidden(&name_of(entry.path()));
            if is_folder {
                entries.skip_current_dir();
            }
        } else if is_folder {
            within.push(entry.into_path());
        } else if entry.file_type().is_file() {
            let length = || entry.metadata().map_or(0, |metadata| metadata.len());
            let bytes = if walk.lengths { length() } else { 0 };
            walk.add_file(entry.into_path(), bytes, false);
        } else {
            let why = Message::pair("通常のファイルではありません", "not a regular file");
            walk.missed.blocking(&name_of(entry.path()), why, false);
        }
    }
    for left in within.iter().rev() {
        walk.leave(left);
    }
}

/// What systems put beside a person's files without being asked.
pub(crate) fn is_hidden(name: &str) -> bool {
    name.starts_with('.')
        || ["thumbs.db", "desktop.ini", "__macosx"].iter().any(|hidden| name.eq_ignore_ascii_case(hidden))
}

fn links_in_a_circle() -> Message {
    Message::pair("シンボリックリンクが循環しています", "a symbolic link leads back to its own folder")
}
