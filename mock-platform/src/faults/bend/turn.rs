//! Turns JSON into what it should not be, piece by piece. Knows strings and braces of JSON, UTF-8 and
//! Shift_JIS.

use axum::body::Bytes;
use encoding_rs::{Decoder, Encoder, SHIFT_JIS, UTF_8};

/// A field that nobody knows.
const FIELD: &str = r#""x-renkei-unknown":{"values":[1,null,"未知"]}"#;

/// The byte order mark of UTF-8.
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// What becomes of a body, with what must be remembered from piece to piece.
pub(in super::super) enum Turn {
    /// Each object begins with a field more.
    UnknownFields(Braces),
    /// UTF-8 becomes Shift_JIS.
    ShiftJis(Box<(Decoder, Encoder)>),
    /// A byte order mark comes first; whether it still has to.
    Mark(bool),
}

/// Where in JSON a piece ended.
#[derive(Default)]
pub(in super::super) struct Braces {
    in_string: bool,
    escaped: bool,
    /// An object has begun, and nothing of its own has come yet.
    opened: bool,
}

impl Turn {
    pub(in super::super) fn unknown_fields() -> Turn {
        Turn::UnknownFields(Braces::default())
    }

    pub(in super::super) fn shift_jis() -> Turn {
        Turn::ShiftJis(Box::new((UTF_8.new_decoder_without_bom_handling(), SHIFT_JIS.new_encoder())))
    }

    pub(in super::super) fn mark() -> Turn {
        Turn::Mark(true)
    }

    /// What a piece becomes.
    pub(super) fn piece(&mut self, bytes: &Bytes) -> Bytes {
        self.next(bytes, false)
    }

    /// What still comes at the end.
    pub(super) fn end(&mut self) -> Bytes {
        self.next(&Bytes::new(), true)
    }

    fn next(&mut self, bytes: &Bytes, last: bool) -> Bytes {
        match self {
            Turn::UnknownFields(braces) => braces.next(bytes),
            Turn::ShiftJis(coders) => {
                let (decoder, encoder) = &mut **coders;
                transcode(decoder, encoder, bytes, last)
            }
            Turn::Mark(wanted) => {
                if std::mem::take(wanted) {
                    Bytes::from([MARK, bytes].concat())
                } else {
                    bytes.clone()
                }
            }
        }
    }
}

impl Braces {
    fn next(&mut self, bytes: &[u8]) -> Bytes {
        let mut out = Vec::with_capacity(bytes.len() * 2);
        for byte in bytes {
            if self.opened && !byte.is_ascii_whitespace() {
                self.opened = false;
                if *byte != b'}' {
                    out.push(b',');
                }
            }
            out.push(*byte);
            if self.in_string {
                self.in_string = self.escaped || *byte != b'"';
                self.escaped = !self.escaped && *byte == b'\\';
            } else if *byte == b'"' {
                self.in_string = true;
            } else if *byte == b'{' {
                out.extend_from_slice(FIELD.as_bytes());
                self.opened = true;
            }
        }
        Bytes::from(out)
    }
}

fn transcode(decoder: &mut Decoder, encoder: &mut Encoder, bytes: &[u8], last: bool) -> Bytes {
    let mut text = String::with_capacity(decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(0));
    let (_, read, _) = decoder.decode_to_string(bytes, &mut text, last);
    debug_assert_eq!(read, bytes.len(), "the buffer holds whatever so many bytes can become");
    let mut out = Vec::new();
    let mut rest = text.as_str();
    loop {
        out.reserve(encoder.max_buffer_length_from_utf8_if_no_unmappables(rest.len()).unwrap_or(0).max(16));
        let (result, read, _) = encoder.encode_from_utf8_to_vec(rest, &mut out, last);
        rest = &rest[read..];
        match result {
            encoding_rs::CoderResult::InputEmpty => return Bytes::from(out),
            encoding_rs::CoderResult::OutputFull => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Turned in pieces of each size; whatever the size, the same comes out.
    fn turned(make: fn() -> Turn, input: &str) -> Vec<u8> {
        let whole = in_pieces(make(), input.as_bytes(), usize::MAX);
        for size in 1..=4 {
            assert_eq!(in_pieces(make(), input.as_bytes(), size), whole, "in pieces of {size}");
        }
        whole
    }

    fn in_pieces(mut turn: Turn, input: &[u8], size: usize) -> Vec<u8> {
        let mut out = Vec::new();
        for piece in input.chunks(size) {
            out.extend_from_slice(&turn.piece(&Bytes::copy_from_slice(piece)));
        }
        out.extend_from_slice(&turn.end());
        out
    }

    #[test]
    fn each_object_gets_a_field_and_braces_in_strings_none() {
        let out = turned(Turn::unknown_fields, r#"{"a":"{\"{\\","b":[{},{ }, {"c":1}]}"#);
        let field = FIELD;
        let expected = format!(r#"{{{field},"a":"{{\"{{\\","b":[{{{field}}},{{{field} }}, {{{field},"c":1}}]}}"#);
        assert_eq!(String::from_utf8(out.clone()).unwrap(), expected);
        assert!(serde_json::from_slice::<serde_json::Value>(&out).is_ok());
    }

    #[test]
    fn json_becomes_shift_jis_wherever_its_characters_are_cut() {
        let out = turned(Turn::shift_jis, r#"{"種別":"登録"}"#);
        assert_eq!(out, b"{\"\x8E\xED\x95\xCA\":\"\x93\x6F\x98\x5E\"}");
    }

    #[test]
    fn the_mark_comes_once_and_first() {
        assert_eq!(turned(Turn::mark, "{}"), b"\xEF\xBB\xBF{}");
        assert_eq!(turned(Turn::mark, ""), b"\xEF\xBB\xBF");
    }
}
