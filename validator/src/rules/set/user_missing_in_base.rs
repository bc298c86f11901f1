//! `set/user-missing-in-base`

use super::{RELATIONS, base_of, en_of, ja_of, user};
use crate::draft::Site;
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Out, Rule, SetView};
use crate::rules::EVERY;
use crate::spec::Kind;
use crate::spec::keys::upplan;
use crate::text::Text;
use crate::units::pairs;

pub(super) static RULE: Rule = Rule {
    id: "set/user-missing-in-base",
    severity: Severity::Error,
    title: Text {
        ja: "組のもとになるファイルにない利用者です",
        en: "the user is not in the file that the set is built around",
    },
    why: Text {
        ja: "取込側は、もとになるファイルの利用者に他のファイルの行を結び付けます。結び付く先のない行は取り込まれません。",
        en: "Rows are joined to the users of that file; a row without its user is not imported.",
    },
    fix: Text {
        ja: "保険者番号と被保険者番号が両方のファイルで同じか確認し、対象でない利用者の行は除いてください。",
        en: "Check that insurer and insured number are the same in both files, and leave out users who do not belong.",
    },
    basis: Basis::Spec(RELATIONS),
    reading: Some(Text {
        ja: "介護予防サービス・支援計画書と利用者基本情報は保険者番号と被保険者番号で結び付けます。どちらも単独で送れるため、利用者が揃わない場合も警告にとどめます。",
        en: "UPYOBO and UPKIHON are joined by insurer and insured number; as each may travel alone, a user in one of them only is a warning.",
    }),
    versions: EVERY,
    check: Check::Set(check),
    good: &[Case {
        on: "202407-table",
        also: &[],
        // The order of users does not matter.
        edit: |draft| {
            let file = draft.index(Kind::Uphosoku)?;
            draft.files[file].rows.reverse();
            Some(Site::File(file))
        },
    }],
    bad: &[Case {
        on: "202407-table",
        also: &[],
        edit: |draft| {
            const NOBODY: &[u8] = b"0000000999";
            let file = draft.index(Kind::Uphosoku)?;
            let base = base_of(draft, file)?;
            if (0..draft.files[base].rows.len()).any(|row| user(&draft.files[base], row).1 == NOBODY) {
                return None;
            }
            let supplement = &mut draft.files[file];
            supplement.rows.push(supplement.rows.last()?.clone());
            let row = supplement.rows.len() - 1;
            let column = supplement.put(row, upplan::INSURED_NUMBER, NOBODY)?;
            Some(Site::Cell(file, row, column))
        },
    }],
};

fn check(set: &SetView<'_>, out: &mut Out<'_>) {
    for pair in pairs(set) {
        let shown = pair.companion.table.and_then(|table| table.item(upplan::INSURED_NUMBER)).is_some_and(|i| i.shown);
        for (person, place) in pair.companion.facts.people() {
            if pair.base.facts.has(person) {
                continue;
            }
            let finding = out
                .place_other(pair.companion, *place)
                .say(
                    format!("この利用者は{}にありません", ja_of(pair.base)),
                    format!("the user is not in {}", en_of(pair.base)),
                )
                .expected(format!("{}にある利用者", ja_of(pair.base)), format!("a user of {}", en_of(pair.base)))
                .got_bytes(&person[6..], shown)
                .related_file(&pair.base.name, "組のもとになるファイルです", "the set is built around this file");
            if pair.base.kind == Some(Kind::Upyobo) && pair.companion.kind == Some(Kind::Upkihon) {
                finding.at_most(Severity::Warning);
            }
        }
    }
}
