//! How much room a disk has. Knows the operating system; knows nothing of what is to be written.

use std::path::Path;

/// What is known of the disk that a folder is on, or will be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Room {
    /// Bytes that this user may still write.
    pub(crate) free: u64,
    /// Bytes that are given to a file at a time.
    pub(crate) block: u64,
}

/// The room beside a folder, which need not exist. `None` where the operating system does not tell.
pub(crate) fn beside(out: &Path) -> Option<Room> {
    let out = std::path::absolute(out).ok()?;
    let above = out.parent().unwrap_or(&out);
    let folder = above.ancestors().find(|folder| folder.is_dir())?;
    let stats = fs4::statvfs(folder).ok()?;
    Some(Room { free: stats.available_space(), block: stats.allocation_granularity() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_room_beside_a_folder_that_is_not_there_is_that_of_the_folder_above() {
        let temp = tempfile::tempdir().unwrap();
        let room = beside(&temp.path().join("no/such/folder")).unwrap();
        assert_eq!(room.block, beside(temp.path()).unwrap().block);
        assert!(room.block.is_power_of_two(), "{room:?}");
    }
}
