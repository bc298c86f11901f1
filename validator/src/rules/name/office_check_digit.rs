//! `name/office-check-digit`

use super::{parts, written};
use crate::finding::Severity;
use crate::numbers::{OfficeNumber, check_digit, has_check_digit, office_number};
use crate::rule::{Basis, Case, Check, Citation, NameView, Out, Rule};
use crate::rules::EVERY;
use crate::spec::{Kind, Segment};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "name/office-check-digit",
    severity: Severity::Info,
    title: Text {
        ja: "ファイル名の事業所番号のチェックディジットが合いません",
        en: "the check digit of an office number in the file name does not fit",
    },
    why: Text {
        ja: "番号の入力誤りかもしれません。誤った番号のままでは、送信先が見つからないか、別の事業所になります。",
        en: "The number may be mistyped; then the destination is not found, or is another office.",
    },
    fix: Text {
        ja: "事業所番号を確認してください。正しい番号であれば、このままで構いません。",
        en: "Check the number. If it is right, leave it as it is.",
    },
    basis: Basis::Derived {
        from: &[Citation { source: "n1", place: "チェックディジット" }],
        because: Text {
            ja: "事業所番号の末尾はチェックディジットです。ただし、チェックディジットの合わない番号も公表されているため、参考情報にとどめます。",
            en: "The last digit of an office number is a check digit; as published numbers exist that do not fit, this is a hint only.",
        },
    },
    reading: None,
    versions: EVERY,
    check: Check::Name(check),
    good: &[Case {
        on: "202407-delete",
        also: &[],
        // A letter counts, too: A is 10.
        edit: |draft| draft.rename(Kind::Dltplan, Segment::ReceiverOffice, "99A0100016"),
    }],
    bad: &[Case {
        on: "202407-delete",
        also: &[],
        edit: |draft| {
            let office = written(draft, Kind::Dltplan, Segment::ReceiverOffice)?;
            let body = office.get(..9)?;
            let wrong = (check_digit(body.as_bytes())? + 1) % 10;
            draft.rename(Kind::Dltplan, Segment::ReceiverOffice, &format!("{body}{wrong}"))
        },
    }],
};

fn check(view: &NameView<'_>, out: &mut Out<'_>) {
    for (segment, text) in parts(view) {
        if !matches!(segment, Segment::SenderOffice | Segment::ReceiverOffice)
            || office_number(text.as_bytes()) != OfficeNumber::Sound
            || has_check_digit(text.as_bytes()) != Some(false)
        {
            continue;
        }
        let Some((digit, last)) = check_digit(&text.as_bytes()[..9]).zip(text.chars().last()) else { continue };
        let title = segment.title();
        out.whole_file()
            .expected(format!("末尾が{digit}"), format!("{digit} in the last place"))
            .got(format!("末尾が{last}"), format!("{last} in the last place"))
            .say(
                format!("ファイル名の{}「{text}」のチェックディジットが合いません", title.ja),
                format!("the check digit of the {} in the file name, `{text}`, does not fit", title.en),
            );
    }
}
