//! The rows that delete what was sent. Knows which items say what is deleted, and that the rows of a
//! file differ only in whose it was: the rest is put together once.

use renkei_validator::bind::YearMonth;
use renkei_validator::spec::keys::{dlt1kyo, dltjsk, dltkihon, dltplan};
use renkei_validator::spec::{Kind, Version};
use time::Date;

use super::columns::Layout;
use super::{EncodeError, Line, check_plain, missing};
use crate::model::{Office, User};

/// A deletion that only has to be told of whom.
#[derive(Clone, Debug)]
pub struct Deletion {
    layout: &'static Layout,
    /// The columns of 保険者番号 and 被保険者番号.
    whose: [usize; 2],
    /// What stands before, between and behind the two, with commas and line end.
    around: [Vec<u8>; 3],
}

impl Deletion {
    /// サービス利用票_予定_削除
    pub fn of_month(version: Version, month: YearMonth) -> Result<Deletion, EncodeError> {
        let mut line = Line::new(version, Kind::Dltplan)?;
        line.put_month(dltplan::TARGET_MONTH, month);
        Deletion::of(line)
    }

    /// サービス利用票_実績_削除, of the results of one office and service type.
    pub fn of_result(
        version: Version,
        month: YearMonth,
        office: &Office,
        service_type: [u8; 2],
    ) -> Result<Deletion, EncodeError> {
        let mut line = Line::new(version, Kind::Dltjsk)?;
        line.put_month(dltjsk::TARGET_MONTH, month);
        line.put(dltjsk::SERVICE_OFFICE_NUMBER, &office.number);
        line.put(dltjsk::SERVICE_TYPE, &service_type.map(char::from).iter().collect::<String>());
        Deletion::of(line)
    }

    /// 居宅サービス計画書_削除, 介護予防サービス・支援計画書_削除 or 利用者基本情報_削除, of what was
    /// made that day: each of these kinds has a place for one of the two days. Of another kind an item
    /// that must be filled is missing.
    pub fn of_plan(version: Version, kind: Kind, made_on: Date) -> Result<Deletion, EncodeError> {
        let mut line = Line::new(version, kind)?;
        line.put_date(dlt1kyo::PLAN_CREATED_ON, made_on);
        line.put_date(dltkihon::CONSULTED_ON, made_on);
        Deletion::of(line)
    }

    fn of(line: Line) -> Result<Deletion, EncodeError> {
        let Line { layout, cells, fault } = line;
        if let Some(fault) = fault {
            return Err(fault);
        }
        let [insurer, insured] = [dlt1kyo::INSURER_NUMBER, dlt1kyo::INSURED_NUMBER].map(|key| layout.table.column(key));
        let (mut around, mut part) = ([const { Vec::new() }; 3], 0);
        for (at, (column, cell)) in layout.columns.iter().zip(cells.iter()).enumerate() {
            if at > 0 {
                around[part].push(b',');
            }
            if Some(at) == insurer || Some(at) == insured {
                part += 1;
            } else if cell.is_empty() && column.is_required {
                return Err(missing(layout, at));
            }
            around[part].extend_from_slice(cell);
        }
        around[part].extend_from_slice(b"\r\n");
        // A table without the two has nobody to delete of.
        let (Some(insurer), Some(insured)) = (insurer, insured) else {
            return Err(EncodeError::NoKind { version: layout.table.version, kind: layout.table.kind });
        };
        Ok(Deletion { layout, whose: [insurer, insured], around })
    }

    /// Writes the row of a user.
    #[inline]
    pub fn row(&self, out: &mut Vec<u8>, user: &User) -> Result<(), EncodeError> {
        let whose = [user.insurer.as_bytes(), user.insured.as_bytes()];
        for (column, text) in self.whose.into_iter().zip([&user.insurer, &user.insured]) {
            if text.is_empty() {
                return Err(missing(self.layout, column));
            }
            check_plain(self.layout, column, text)?;
        }
        let [before, between, behind] = &self.around;
        for part in [before, whose[0], between, whose[1], behind] {
            out.extend_from_slice(part);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::columns::layout;

    #[test]
    fn the_two_numbers_are_required_without_quotes_and_in_this_order_in_every_table() {
        let mut seen = 0;
        for version in Version::ALL {
            for kind in [Kind::Dlt1kyo, Kind::Dltplan, Kind::Dltjsk, Kind::Dltkihon, Kind::Dltyobo] {
                let Some(layout) = layout(version, kind) else { continue };
                let [insurer, insured] =
                    [dlt1kyo::INSURER_NUMBER, dlt1kyo::INSURED_NUMBER].map(|key| layout.table.column(key).unwrap());
                assert!(insurer < insured, "{version} {kind}");
                for column in [&layout.columns[insurer], &layout.columns[insured]] {
                    assert!(column.is_required && !column.is_text && column.fixed.is_empty(), "{version} {kind}");
                }
                seen += 1;
            }
        }
        // DLTKIHON and DLTYOBO came with 202407.
        assert_eq!(seen, 11);
    }
}
