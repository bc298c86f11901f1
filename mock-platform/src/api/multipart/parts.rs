//! Takes a multipart body apart where it lies (RFC 7578 on RFC 2046). Knows boundaries and the heads of
//! parts; knows no name and copies no content.

use bytes::Bytes;
use memchr::memmem::{Finder, find};

use super::disposition::parameter;

/// Lines in the head of a part at most.
const MOST_LINES: usize = 16;

/// A body of parts, of which some have been taken.
pub(super) struct Parts {
    /// A line end, `--` and the boundary: what stands before every part but the first.
    delimiter: Finder<'static>,
    /// The body from the end of a delimiter on; `None` before the first one.
    rest: Option<Bytes>,
    body: Bytes,
}

/// A part.
pub(super) struct Part {
    /// The first `Content-Disposition`, which may be no text.
    pub(super) disposition: Option<Bytes>,
    /// The first `Content-Type`.
    pub(super) content_type: Option<Bytes>,
    /// The first `Content-Transfer-Encoding`.
    transfer_encoding: Option<Bytes>,
    /// What is in it: a piece of the body.
    pub(super) content: Bytes,
}

impl Part {
    /// Whether its content is the bytes that are meant. Those who put anything else on a form (RFC 7578 does not
    /// want it) would otherwise send base64 in place of a file.
    pub(super) fn is_plain(&self) -> bool {
        let Some(encoding) = &self.transfer_encoding else { return true };
        ["binary", "8bit", "7bit"].iter().any(|plain| encoding.eq_ignore_ascii_case(plain.as_bytes()))
    }
}

/// The body is not what it says it is, or ends too early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Broken;

impl Parts {
    /// The parts of a body.
    pub(super) fn of(body: Bytes, boundary: &str) -> Parts {
        let delimiter = Finder::new(format!("\r\n--{boundary}").as_bytes()).into_owned();
        Parts { delimiter, rest: None, body }
    }

    /// The next part; `None` behind the last one.
    pub(super) fn next(&mut self) -> Result<Option<Part>, Broken> {
        let mut rest = match self.rest.take() {
            Some(rest) => rest,
            None => self.behind_the_first()?,
        };
        if rest.starts_with(b"--") {
            self.rest = Some(rest);
            return Ok(None);
        }
        let padding = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let line = rest.split_off(padding);
        let mut head = line.strip_prefix(b"\r\n").map(|after| line.slice_ref(after)).ok_or(Broken)?;
        let mut content = head.split_off(end_of_head(&head).ok_or(Broken)?);
        let end = self.delimiter.find(&content).ok_or(Broken)?;
        self.rest = Some(content.slice(end + self.delimiter.needle().len()..));
        content.truncate(end);
        let mut lines = [httparse::EMPTY_HEADER; MOST_LINES];
        let Ok(httparse::Status::Complete((_, lines))) = httparse::parse_headers(&head, &mut lines) else {
            return Err(Broken);
        };
        let value = |name: &str| {
            lines.iter().find(|line| line.name.eq_ignore_ascii_case(name)).map(|line| head.slice_ref(line.value))
        };
        let (disposition, content_type) = (value("content-disposition"), value("content-type"));
        let transfer_encoding = value("content-transfer-encoding");
        Ok(Some(Part { disposition, content_type, transfer_encoding, content }))
    }

    /// What follows the first delimiter, which may be the beginning of the body.
    fn behind_the_first(&self) -> Result<Bytes, Broken> {
        let bare = &self.delimiter.needle()[2..];
        let found = find(&self.body, bare).ok_or(Broken)?;
        Ok(self.body.slice(found + bare.len()..))
    }
}

/// The boundary that a media type names.
pub(super) fn boundary(media_type: &str) -> Option<String> {
    let (_, mut rest) = media_type.split_once(';')?;
    while !rest.trim().is_empty() {
        let (key, value, after) = parameter(rest)?;
        if key.eq_ignore_ascii_case("boundary") {
            return Some(value).filter(|value| !value.is_empty());
        }
        rest = after;
    }
    None
}

/// Where the empty line behind a head ends.
fn end_of_head(head: &[u8]) -> Option<usize> {
    // A head without lines is that line alone.
    if head.starts_with(b"\r\n") { Some(2) } else { find(head, b"\r\n\r\n").map(|at| at + 4) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The parts of a body with the boundary `x`: disposition, type and content.
    fn read(body: &str) -> Result<Vec<(String, String, String)>, Broken> {
        let mut parts = Parts::of(Bytes::from(body.to_owned()), "x");
        let mut found = Vec::new();
        let text = |bytes: Option<Bytes>| String::from_utf8(bytes.unwrap_or_default().to_vec()).unwrap();
        while let Some(part) = parts.next()? {
            found.push((text(part.disposition), text(part.content_type), text(Some(part.content))));
        }
        assert!(parts.next().is_ok_and(|part| part.is_none()), "the end stays the end");
        Ok(found)
    }

    fn part(disposition: &str, content_type: &str, content: &str) -> (String, String, String) {
        (disposition.to_owned(), content_type.to_owned(), content.to_owned())
    }

    #[test]
    fn parts_are_found_with_their_heads() {
        let body = "--x\r\nContent-Disposition: form-data; name=a\r\ncontent-type: text/plain\r\n\r\none\r\n\
                    --x\r\nCONTENT-DISPOSITION:form-data; name=b\r\n\r\ntwo\r\nlines\r\n--x--\r\n";
        let found = read(body).unwrap();
        let expected = [part("form-data; name=a", "text/plain", "one"), part("form-data; name=b", "", "two\r\nlines")];
        assert_eq!(found, expected);
    }

    #[test]
    fn what_stands_before_the_first_part_and_behind_the_last_is_passed_over() {
        let body = "before\r\n--x\r\nContent-Disposition: a\r\n\r\n\r\n--x--behind\r\n--x\r\n";
        assert_eq!(read(body).unwrap(), [part("a", "", "")]);
        assert_eq!(read("--x--").unwrap(), []);
    }

    #[test]
    fn a_boundary_inside_a_line_or_behind_a_bare_line_feed_is_content() {
        let body = "--x \t\r\nContent-Disposition: a\r\n\r\none--x\n--x two\r\n--x--";
        assert_eq!(read(body).unwrap(), [part("a", "", "one--x\n--x two")]);
    }

    #[test]
    fn a_part_may_say_nothing_of_itself() {
        assert_eq!(read("--x\r\n\r\none\r\n--x--").unwrap(), [part("", "", "one")]);
    }

    #[test]
    fn a_part_of_bytes_is_told_from_one_that_is_encoded() {
        for (encoding, plain) in [("binary", true), ("8BIT", true), ("7bit", true), ("base64", false), ("gzip", false)]
        {
            let body = format!("--x\r\nContent-Transfer-Encoding: {encoding}\r\n\r\none\r\n--x--");
            let part = Parts::of(Bytes::from(body), "x").next().unwrap().unwrap();
            assert_eq!(part.is_plain(), plain, "{encoding}");
        }
    }

    #[test]
    fn what_ends_too_early_or_is_no_head_is_broken() {
        for body in [
            "",
            "--",
            "--x",
            "--x-",
            "--x\r",
            "--x\r\n",
            "--x\r\nContent-Disposition: a",
            "--x\r\nContent-Disposition: a\r\n\r\none",
            "--x\r\nContent-Disposition: a\r\n\r\none\r\n--",
            "--x\r\nContent-Disposition: a\r\n\r\none\r\n--x",
            "--x\r\nContent-Disposition: a\r\n\r\none\r\n--xy",
            "--x\r\nno head\r\n\r\none\r\n--x--",
            "--x\nContent-Disposition: a\n\none\n--x--",
        ] {
            assert_eq!(read(body), Err(Broken), "{body:?}");
        }
    }

    #[test]
    fn every_cut_of_a_good_body_is_broken() {
        let body = "--x\r\nContent-Disposition: a\r\n\r\none\r\n--x\r\nContent-Disposition: b\r\n\r\ntwo\r\n--x--";
        assert!(read(body).is_ok());
        for end in 0..body.len() {
            assert_eq!(read(&body[..end]), Err(Broken), "{end}");
        }
    }

    #[test]
    fn the_boundary_is_a_parameter_of_the_media_type() {
        assert_eq!(boundary("multipart/form-data; boundary=abc").as_deref(), Some("abc"));
        assert_eq!(boundary("multipart/form-data;charset=utf-8; Boundary=\"a b\"").as_deref(), Some("a b"));
        for none in ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; x", "boundary=a"] {
            assert_eq!(boundary(none), None, "{none}");
        }
    }
}
