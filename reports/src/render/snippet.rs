//! Lays out a part of a row with carets under its mark. Knows the columns of a terminal; knows no
//! rule and no language.
//!
//! Characters of ambiguous width count as one column, as terminals do unless told otherwise.

use unicode_width::UnicodeWidthChar;

use crate::model::ExcerptText;
use crate::safe::safe;

/// How many columns of a row are shown.
const COLUMNS: usize = 100;
/// How many of them the mark may take.
const MARK: usize = 60;

/// A line and where its mark stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Snippet {
    /// What is shown of the row.
    pub(crate) line: String,
    /// Columns before the mark.
    pub(crate) indent: usize,
    /// Columns of the mark, at least one: a mark of no length points between two characters.
    pub(crate) mark: usize,
}

impl Snippet {
    /// The line of carets.
    pub(crate) fn carets(&self) -> String {
        " ".repeat(self.indent) + &"^".repeat(self.mark)
    }
}

/// Cuts an excerpt to the width of a page, around its mark.
pub(crate) fn snippet(excerpt: &ExcerptText) -> Snippet {
    let marked = fit(&safe(&excerpt.marked), MARK);
    let (before, after) = (safe(&excerpt.before), safe(&excerpt.after));
    let room = COLUMNS - width(&marked);
    // Either side may use what the other does not need.
    let left = room.saturating_sub(width(&after)).max(room / 2);
    let before = ending(&before, left, excerpt.cut.before);
    let after = beginning(&after, room.saturating_sub(width(&before)), excerpt.cut.after);
    Snippet { indent: width(&before), mark: width(&marked).max(1), line: format!("{before}{marked}{after}") }
}

/// The beginning of a text, with … where it goes on.
pub(crate) fn fit(text: &str, columns: usize) -> String {
    beginning(text, columns, false)
}

/// The columns a text takes.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// A text filled up with spaces to so many columns.
pub(crate) fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

fn beginning(text: &str, columns: usize, goes_on: bool) -> String {
    let whole = columns.saturating_sub(usize::from(goes_on));
    let (room, goes_on) = if width(text) <= whole { (whole, goes_on) } else { (columns.saturating_sub(1), true) };
    let mut used = 0;
    let kept = text.chars().take_while(|&c| {
        used += char_width(c);
        used <= room
    });
    let mut kept: String = kept.collect();
    if goes_on {
        kept.push('…');
    }
    kept
}

fn ending(text: &str, columns: usize, goes_on: bool) -> String {
    let backwards: String = text.chars().rev().collect();
    beginning(&backwards, columns, goes_on).chars().rev().collect()
}

fn char_width(c: char) -> usize {
    c.width().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Cut;

    fn excerpt(before: &str, marked: &str, after: &str, cut: (bool, bool)) -> ExcerptText {
        ExcerptText {
            before: before.to_owned(),
            marked: marked.to_owned(),
            after: after.to_owned(),
            cut: Cut { before: cut.0, after: cut.1 },
        }
    }

    #[test]
    fn carets_stand_under_full_width_and_half_width_text() {
        let shown = snippet(&excerpt("表,ｶﾞ,①,", "髙﨑", ",A", (false, false)));
        assert_eq!(shown.line, "表,ｶﾞ,①,髙﨑,A");
        // 表 takes two columns, ｶ and ﾞ one each, ① one.
        assert_eq!(shown.carets(), "        ^^^^");
    }

    #[test]
    fn a_mark_of_no_length_is_one_caret() {
        assert_eq!(snippet(&excerpt("〇〇,", "", ",2", (false, false))).carets(), "     ^");
        assert_eq!(snippet(&excerpt("〇〇", "", "", (false, false))).carets(), "    ^");
    }

    #[test]
    fn a_long_row_is_cut_around_the_mark_to_the_width_of_a_page() {
        let shown = snippet(&excerpt(&"〇".repeat(80), "12", &"＃".repeat(80), (false, false)));
        assert!(width(&shown.line) <= COLUMNS, "{}", width(&shown.line));
        assert!(shown.line.starts_with("…〇") && shown.line.ends_with("＃…"));
        assert_eq!((shown.indent, shown.mark), (49, 2));
        let before_mark: String = shown.line.chars().take_while(|&c| c != '1').collect();
        assert_eq!(width(&before_mark), shown.indent);
    }

    #[test]
    fn the_short_side_leaves_its_room_to_the_long_one() {
        let shown = snippet(&excerpt("1,", "2", &",3".repeat(80), (false, false)));
        assert_eq!((shown.indent, width(&shown.line)), (2, COLUMNS));
        let shown = snippet(&excerpt(&"3,".repeat(80), "2", "", (false, false)));
        assert_eq!((shown.indent, width(&shown.line)), (COLUMNS - 1, COLUMNS));
    }

    #[test]
    fn a_cut_excerpt_says_so_on_both_sides() {
        assert_eq!(snippet(&excerpt("1,", "2", ",3", (true, true))).line, "…1,2,3…");
        assert_eq!(snippet(&excerpt("1,", "2", ",3", (true, true))).indent, 3);
    }

    #[test]
    fn a_long_mark_is_cut() {
        let shown = snippet(&excerpt("1,", &"あ".repeat(100), ",3", (false, false)));
        assert_eq!(shown.mark, 59);
        assert_eq!(shown.line, format!("1,{}…,3", "あ".repeat(29)));
    }

    #[test]
    fn control_characters_do_not_reach_the_line() {
        assert_eq!(snippet(&excerpt("\x1B[31m", "\r", "\u{202E}", (false, false))).line, "␛[31m␍\u{FFFD}");
    }
}
