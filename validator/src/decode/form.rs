//! Forms of file that are no text, by how they begin. Knows first bytes; knows no encoding.

use crate::text::Text;

/// A form of file that is no CSV, told by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// ZIP, and what is packed so, such as the newer files of Excel
    Zip,
    /// The older files of Excel and Word
    Compound,
    /// gzip
    Gzip,
    /// PDF
    Pdf,
    /// HTML
    Html,
    /// Nothing but zeros, as a crash can leave
    Zeros,
}

impl Form {
    const STARTS: [(&'static [u8], Form); 6] = [
        (b"PK\x03\x04", Form::Zip),
        (b"\xD0\xCF\x11\xE0", Form::Compound),
        (b"\x1F\x8B\x08", Form::Gzip),
        (b"%PDF-", Form::Pdf),
        (b"<!doctype html", Form::Html),
        (b"<html", Form::Html),
    ];

    /// The form that some first bytes are of, with the number of those that tell it.
    pub(super) fn of(lead: &[u8]) -> Option<(Form, usize)> {
        let begins = |start: &[u8]| lead.get(..start.len()).is_some_and(|lead| lead.eq_ignore_ascii_case(start));
        Form::STARTS.iter().find(|(start, _)| begins(start)).map(|(start, form)| (*form, start.len()))
    }

    /// What people call it.
    pub fn title(self) -> Text {
        let (ja, en) = match self {
            Form::Zip => ("ZIP（Excelのxlsxを含む）", "a ZIP archive, such as an xlsx file of Excel"),
            Form::Compound => ("旧形式のExcelやWordのファイル", "an older file of Excel or Word"),
            Form::Gzip => ("gzip", "a gzip file"),
            Form::Pdf => ("PDF", "a PDF"),
            Form::Html => ("HTML", "an HTML page"),
            Form::Zeros => ("00だけの内容", "nothing but zeros"),
        };
        Text { ja, en }
    }
}
