//! Names that no file may have: what is told here leads out of its folder, cannot be made on Windows, or does not
//! show what it is. Knows names; knows no grammar.

use renkei_validator::text::Message;

use crate::post::shown;
use crate::refusal::{Business, Nearest, Refusal};

/// The most bytes of a name, as file systems have it.
const MOST_BYTES: usize = 255;

/// Why no file may bear a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    /// None at all.
    Empty,
    /// Longer than file systems take.
    TooLong,
    /// It names a folder.
    Folder,
    /// A character that is not shown, or that turns the text round.
    Character,
    /// A character that Windows does not take in names.
    Forbidden,
    /// A name that Windows keeps for a device.
    Device,
    /// A dot or a space at its end, which Windows drops, or a space at its beginning.
    Edge,
}

/// Control characters, and marks that make a name look like another.
pub(crate) fn disturbs(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{FFFC}'..='\u{FFFF}')
}

/// Whether Windows takes the name for a device, whatever its ending is.
pub(crate) fn is_device(text: &str) -> bool {
    let stem = text.split('.').next().unwrap_or(text).trim_end();
    let numbered = |prefix: &str| {
        let (head, no) = stem.split_at_checked(prefix.len()).unwrap_or_default();
        let mut chars = no.chars();
        head.eq_ignore_ascii_case(prefix)
            && matches!(chars.next(), Some('0'..='9' | '¹' | '²' | '³'))
            && chars.next().is_none()
    };
    ["CON", "PRN", "AUX", "NUL"].iter().any(|name| stem.eq_ignore_ascii_case(name))
        || numbered("COM")
        || numbered("LPT")
}

/// Why no file may bear it; `None` for a name that a file may have.
pub(super) fn unfit(text: &str) -> Option<Unfit> {
    if text.is_empty() {
        Some(Unfit::Empty)
    } else if text.len() > MOST_BYTES {
        Some(Unfit::TooLong)
    } else if text.contains(['/', '\\']) || text == "." || text == ".." {
        Some(Unfit::Folder)
    } else if text.contains(disturbs) {
        Some(Unfit::Character)
    } else if text.contains(['<', '>', ':', '"', '|', '?', '*']) {
        Some(Unfit::Forbidden)
    } else if is_device(text) {
        Some(Unfit::Device)
    } else if text.ends_with(['.', ' ', '\u{3000}']) || text.starts_with([' ', '\u{3000}']) {
        Some(Unfit::Edge)
    } else {
        None
    }
}

impl Unfit {
    /// What is said of it, with the bare name where only folders are too much.
    pub(super) fn refusal(self, text: &str) -> Refusal {
        let (ja, en) = match self {
            Unfit::Empty => ("ファイル名がありません。", "A file has no name."),
            Unfit::TooLong => ("ファイル名は255バイトまでです。", "A file name has at most 255 bytes."),
            Unfit::Folder => ("ファイル名にフォルダーを含めることはできません。", "A file name holds no folder."),
            Unfit::Character => (
                "ファイル名に制御文字など、表示されない文字があります。",
                "A file name holds a control character or another one that is not shown.",
            ),
            Unfit::Forbidden => (
                "ファイル名に、Windowsで使えない記号があります。",
                "A file name holds a character that Windows does not take.",
            ),
            Unfit::Device => (
                "ファイル名が、Windowsの予約されている名前です。",
                "A file has a name that Windows keeps for a device.",
            ),
            Unfit::Edge => (
                "ファイル名の先頭または末尾に、空白やピリオドがあります。",
                "A file name begins or ends with a space, or ends with a dot.",
            ),
        };
        let text = shown(text);
        let nearest = match self {
            Unfit::Folder => without_folder(&text),
            Unfit::Empty | Unfit::TooLong | Unfit::Character | Unfit::Forbidden | Unfit::Device | Unfit::Edge => None,
        };
        Refusal {
            nearest,
            ..Refusal::with(
                Business::NameNotStandard,
                Message::pair(format!("{ja}「{text}」"), format!("{en} `{text}`")),
            )
        }
    }
}

fn without_folder(text: &str) -> Option<Nearest> {
    let bare = text.rsplit(['/', '\\']).next().filter(|bare| unfit(bare).is_none())?;
    let difference = Message::pair("フォルダーの部分が余分です。", "The folders are too much.").into();
    Some(Nearest { accepted: vec![bare.to_owned()], difference })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> (Business, Option<(Vec<String>, String)>) {
        let refusal = unfit(text).unwrap_or_else(|| panic!("{text:?}")).refusal(text);
        (refusal.why, refusal.nearest.map(|nearest| (nearest.accepted, nearest.difference.ja)))
    }

    #[test]
    fn no_name_leads_out_of_its_folder_or_to_a_device() {
        let folder = |bare: &str| {
            let difference = "フォルダーの部分が余分です。".to_owned();
            (Business::NameNotStandard, Some((vec![bare.to_owned()], difference)))
        };
        assert_eq!(refused("../x.pdf"), folder("x.pdf"));
        assert_eq!(refused("..\\..\\x.pdf"), folder("x.pdf"));
        assert_eq!(refused("C:\\x.pdf"), folder("x.pdf"));
        assert_eq!(refused("/etc/x.pdf"), folder("x.pdf"));
        for text in [
            "",
            ".",
            "..",
            "x/",
            "a/..",
            "x\0.pdf",
            "x\n.pdf",
            "x\u{7f}.pdf",
            "x\u{85}.pdf",
            "x\u{202e}fdp.pdf",
            "x\u{200b}.pdf",
            "a:b.pdf",
            "a|b.pdf",
            "a*.pdf",
            "CON.pdf",
            "nul.txt.pdf",
            "com1.pdf",
            "LPT³.pdf",
            "aux .pdf",
            "x.pdf.",
            "x.pdf ",
            " x.pdf",
        ] {
            assert_eq!(refused(text), (Business::NameNotStandard, None), "{text:?}");
        }
        for text in ["COM.pdf", "COM10.pdf"] {
            assert_eq!(unfit(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_shown_of_a_name_disturbs_no_message() {
        assert_eq!(shown("a\u{202e}b\0"), "a\\u{202e}b\\u{0}");
        assert_eq!(shown(&"x".repeat(121)), format!("{}…", "x".repeat(120)));
    }
}
