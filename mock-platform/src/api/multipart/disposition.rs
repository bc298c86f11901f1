//! Reads what a part of a multipart body says of itself: its name and the name of its file. Knows headers;
//! knows no content.
//!
//! A file name is UTF-8, as RFC 7578 has it; `filename*` of RFC 5987 is read too, and must agree where
//! both are there. Encoded words of RFC 2047 are not decoded.

use super::bad;
use crate::api::respond::Failure;

/// What a part says of itself.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Disposition {
    pub(super) name: String,
    pub(super) file_name: Option<String>,
}

/// Reads its `Content-Disposition`, where it has one.
pub(super) fn disposition(value: Option<&[u8]>) -> Result<Disposition, Failure> {
    let malformed = || {
        bad("パートのContent-Dispositionが正しくありません。", "The Content-Disposition of a part is not well-formed.")
    };
    let value = std::str::from_utf8(value.ok_or_else(malformed)?)
        .map_err(|_| bad("ファイル名がUTF-8ではありません。", "A file name is not UTF-8."))?;
    let (kind, mut rest) = value.split_once(';').ok_or_else(malformed)?;
    if !kind.trim().eq_ignore_ascii_case("form-data") {
        return Err(malformed());
    }
    let (mut name, mut file_name, mut extended) = (None, None, None);
    while !rest.trim().is_empty() {
        let (key, value, after) = parameter(rest).ok_or_else(malformed)?;
        let is = |name: &str| key.eq_ignore_ascii_case(name);
        let place = if is("name") {
            &mut name
        } else if is("filename") {
            &mut file_name
        } else if is("filename*") {
            &mut extended
        } else {
            rest = after;
            continue;
        };
        if place.replace(value).is_some() {
            return Err(malformed());
        }
        rest = after;
    }
    let extended = extended.map(|value| extended_value(&value).ok_or_else(malformed)).transpose()?;
    let file_name = match (file_name, extended) {
        (Some(plain), Some(extended)) if plain != extended => {
            return Err(bad("filenameとfilename*が違います。", "`filename` and `filename*` differ."));
        }
        (plain, extended) => plain.or(extended),
    };
    Ok(Disposition { name: name.ok_or_else(malformed)?, file_name })
}

/// The first parameter of a header value: its key, its value, and what follows.
pub(super) fn parameter(text: &str) -> Option<(&str, String, &str)> {
    let (key, rest) = text.split_once('=')?;
    let key = key.trim();
    let rest = rest.trim_start();
    let (value, after) = match rest.strip_prefix('"') {
        Some(quoted) => unquoted(quoted)?,
        None => {
            let end = rest.find(';').unwrap_or(rest.len());
            (rest[..end].trim().to_owned(), &rest[end..])
        }
    };
    let after = after.trim_start();
    let after = if after.is_empty() { after } else { after.strip_prefix(';')? };
    (!key.is_empty() && !key.contains(['"', ' ', ';'])).then_some((key, value, after))
}

/// A quoted text after its opening quote, and what follows. A backslash escapes a quote or a backslash
/// and stands for itself before anything else, as browsers send paths.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let first = text.find(['"', '\\'])?;
    if text[first..].starts_with('"') {
        return Some((text[..first].to_owned(), &text[first + 1..]));
    }
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, &text[at + 1..])),
            '\\' if text[at + 1..].starts_with(['"', '\\']) => value.extend(chars.next().map(|(_, c)| c)),
            c => value.push(c),
        }
    }
    None
}

/// `UTF-8''…` with percent escapes.
fn extended_value(text: &str) -> Option<String> {
    let mut parts = text.splitn(3, '\'');
    let (charset, _language, value) = (parts.next()?, parts.next()?, parts.next()?);
    charset.eq_ignore_ascii_case("utf-8").then_some(())?;
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        if first == b'%' {
            let digits = after.get(..2).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
            bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &[u8]) -> Option<(String, Option<String>)> {
        disposition(Some(value)).ok().map(|found| (found.name, found.file_name))
    }

    fn named(file_name: &str) -> Option<(String, Option<String>)> {
        Some(("file".to_owned(), Some(file_name.to_owned())))
    }

    #[test]
    fn a_file_name_is_read_in_every_way_clients_write_it() {
        assert_eq!(read(b"form-data; name=\"file\""), Some(("file".to_owned(), None)));
        assert_eq!(read("form-data; name=\"file\"; filename=\"第3表.pdf\"".as_bytes()), named("第3表.pdf"));
        assert_eq!(read(b"Form-Data;name=file;FileName=a.pdf"), named("a.pdf"));
        assert_eq!(read(b"form-data; name=\"file\"; filename=\"a;b=\\\"c\\\\.pdf\""), named("a;b=\"c\\.pdf"));
        assert_eq!(read(b"form-data; name=\"file\"; filename=\"C:\\x\\a.pdf\""), named("C:\\x\\a.pdf"));
        assert_eq!(read(b"form-data; name=\"file\"; filename*=UTF-8''%E8%A1%A8.pdf"), named("表.pdf"));
        assert_eq!(
            read("form-data; name=\"file\"; filename=\"表.pdf\"; filename*=utf-8'ja'%E8%A1%A8.pdf".as_bytes()),
            named("表.pdf")
        );
        assert_eq!(
            read(b"form-data; name=\"file\"; filename=\"=?UTF-8?B?6KGoLnBkZg==?=\""),
            named("=?UTF-8?B?6KGoLnBkZg==?=")
        );
        assert_eq!(read(b"form-data; name=\"file\"; filename=\"%22.pdf\"; size=3"), named("%22.pdf"));
    }

    #[test]
    fn what_is_not_well_formed_is_no_name() {
        for value in [
            &b"form-data"[..],
            b"attachment; name=\"file\"",
            b"form-data; filename=\"a.pdf\"",
            b"form-data; name=\"file\"; filename=\"a.pdf",
            b"form-data; name=\"file\"; filename=\"a.pdf\" b",
            b"form-data; name=\"file\"; filename=\"a\"; filename=\"b\"",
            b"form-data; name=\"file\"; filename=\"a\"; filename*=UTF-8''b",
            b"form-data; name=\"file\"; filename*=ISO-8859-1''a",
            b"form-data; name=\"file\"; filename*=UTF-8''%E8%A1",
            b"form-data; name=\"file\"; filename*=UTF-8''%zz",
            b"form-data; name=\"file\"; filename*=UTF-8''%+1",
            b"form-data; name=\"file\"; =x",
            // 表.pdf in Shift_JIS
            b"form-data; name=\"file\"; filename=\"\x95\x5c.pdf\"",
        ] {
            assert_eq!(read(value), None, "{:?}", String::from_utf8_lossy(value));
        }
    }
}
