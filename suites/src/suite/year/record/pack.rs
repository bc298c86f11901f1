//! A body as bytes: equal bodies are equal bytes. Cells of a column that are like the row above take one
//! byte. Knows tables; knows no file and no database.

use renkei_validator::spec::{Kind, Version};

use super::{Body, Part};

impl Body {
    /// The body as bytes.
    pub(in crate::suite::year) fn pack(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put(&mut out, at(&Version::ALL, self.version));
        put(&mut out, self.parts.len());
        for part in &self.parts {
            put(&mut out, at(Kind::ALL, part.kind));
            put(&mut out, part.rows.len());
            put(&mut out, part.rows.first().map_or(0, Vec::len));
            let mut above: &[String] = &[];
            for row in &part.rows {
                for (column, cell) in row.iter().enumerate() {
                    if above.get(column) == Some(cell) {
                        out.push(0);
                    } else {
                        put(&mut out, cell.len() + 1);
                        out.extend_from_slice(cell.as_bytes());
                    }
                }
                above = row;
            }
        }
        out.extend_from_slice(&self.image);
        out
    }

    /// Reads what [`Body::pack`] wrote. `None` for anything else.
    pub(in crate::suite::year) fn unpack(bytes: &[u8]) -> Option<Body> {
        let mut rest = bytes;
        let version = *Version::ALL.get(take(&mut rest)?)?;
        let mut parts = Vec::new();
        for _ in 0..take(&mut rest)? {
            let kind = *Kind::ALL.get(take(&mut rest)?)?;
            let (count, wide) = (take(&mut rest)?, take(&mut rest)?);
            let mut rows: Vec<Vec<String>> = Vec::new();
            for _ in 0..count {
                let mut row = Vec::with_capacity(wide);
                for column in 0..wide {
                    row.push(match take(&mut rest)? {
                        0 => rows.last()?.get(column)?.clone(),
                        length => {
                            let (cell, after) = rest.split_at_checked(length - 1)?;
                            rest = after;
                            std::str::from_utf8(cell).ok()?.to_owned()
                        }
                    });
                }
                rows.push(row);
            }
            parts.push(Part { kind, rows });
        }
        Some(Body { version, parts, image: rest.to_vec() })
    }
}

fn at<T: PartialEq + Copy>(all: &[T], one: T) -> usize {
    all.iter().position(|other| *other == one).unwrap_or(all.len())
}

/// Seven bits a byte, the lowest first.
fn put(out: &mut Vec<u8>, mut number: usize) {
    while number > 0x7F {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn take(rest: &mut &[u8]) -> Option<usize> {
    let mut number = 0;
    for shift in (0..usize::BITS - 7).step_by(7) {
        let (&byte, after) = rest.split_first()?;
        *rest = after;
        number |= usize::from(byte & 0x7F) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked() {
        let rows = vec![vec!["202407".to_owned(), "見本".repeat(50), String::new()]; 3];
        let mut other = rows.clone();
        other[1][2] = "5".to_owned();
        let parts = vec![Part { kind: Kind::Upplan, rows }, Part { kind: Kind::Upsikyu, rows: other }];
        let body = Body { version: Version::V202407, parts, image: b"\xFF\xD8\xFF".to_vec() };
        let packed = body.pack();
        assert_eq!(Body::unpack(&packed), Some(body));
        for length in 0..packed.len() - 3 {
            assert_eq!(Body::unpack(&packed[..length]), None, "{length}");
        }
    }
}
