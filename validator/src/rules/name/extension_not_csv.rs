//! `name/extension-not-csv`

use crate::draft::{Draft, Site};
use crate::finding::Severity;
use crate::name::Nature;
use crate::rule::{Basis, Case, Check, Citation, NameView, Out, Rule};
use crate::rules::EVERY;
use crate::spec::Kind;
use crate::spec::keys::upkihon;
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "name/extension-not-csv",
    severity: Severity::Error,
    title: Text {
        ja: "拡張子が標準のとおりではありません", en: "the extension is not that of the standard"
    },
    why: Text {
        ja: "拡張子が違うファイルは、連携クライアントや取込側のソフトで選択できないことがあります。",
        en: "The client app or the importing software may not offer a file with another extension.",
    },
    fix: Text {
        ja: "拡張子は「.CSV」（半角大文字）にしてください。家族構成の画像は「.jpg」にしてください。",
        en: "Use `.CSV` in half-width capitals, and `.jpg` for the image.",
    },
    basis: Basis::Spec(&[Citation { source: "v41l", place: "ファイル名" }]),
    reading: Some(Text {
        ja: "標準仕様の表記は「.CSV」ですが、小文字の「.csv」も広く使われているため警告とします。画像の「.jpg」は大文字・小文字を問いません（仕様内でも表記が分かれています）。",
        en: "The standard writes `.CSV`; as lower case is common, it is a warning. The case of `.jpg` is free, as the standard writes both.",
    }),
    versions: EVERY,
    check: Check::Name(check),
    good: &[Case { on: "202407-prevention", also: &[], edit: |draft| image_extension(draft, "JPG") }],
    bad: &[
        Case { on: "202407-table", also: &[], edit: |draft| draft.rename_text(Kind::Upplan, ".CSV", ".csv") },
        Case { on: "202407-table", also: &[], edit: |draft| draft.rename_text(Kind::Upplan, ".CSV", ".TXT") },
        Case { on: "202407-table", also: &[], edit: |draft| draft.rename_text(Kind::Upplan, ".CSV", ".CSV.txt") },
        Case { on: "202407-table", also: &[], edit: |draft| draft.rename_text(Kind::Upsikyu, ".CSV", "") },
        Case {
            on: "202407-prevention",
            also: &["cell/image-name-malformed"],
            edit: |draft| image_extension(draft, "png"),
        },
    ],
};

fn check(view: &NameView<'_>, out: &mut Out<'_>) {
    let wanted = match view.name.nature() {
        // Of a name that means no kind, name/not-a-standard-name speaks.
        _ if view.name.meant_kind().is_none() => return,
        Nature::Data => "CSV",
        Nature::Image => "jpg",
        Nature::Attachment => return,
    };
    let other_case = view.name.extension.as_deref().is_some_and(|extension| extension.eq_ignore_ascii_case(wanted));
    let most = match view.name.nature() {
        Nature::Data if view.name.extension.as_deref() == Some(wanted) => return,
        Nature::Image if other_case => return,
        Nature::Data if other_case => Severity::Warning,
        Nature::Data | Nature::Image | Nature::Attachment => Severity::Error,
    };
    let finding = out.whole_file().at_most(most).expected_value(format!(".{wanted}"));
    if most == Severity::Error {
        finding.plain();
    }
    match &view.name.extension {
        Some(extension) => finding
            .got(format!(".{extension}"), format!(".{extension}"))
            .say(format!("拡張子が「.{extension}」です"), format!("the extension is `.{extension}`")),
        None => finding.got("なし", "none").say("拡張子がありません", "the file name has no extension"),
    };
}

/// Gives the image another extension, in its name and where UPKIHON names it.
fn image_extension(draft: &mut Draft, extension: &str) -> Option<Site> {
    let image = draft.index(Kind::UpkihonImage)?;
    let old = draft.files[image].name.clone();
    let new = format!("{}.{extension}", old.rsplit_once('.')?.0);
    draft.set_where(
        Kind::Upkihon,
        |file, row| file.get(row, upkihon::FAMILY_IMAGE_FILE) == old.as_bytes(),
        upkihon::FAMILY_IMAGE_FILE,
        new.as_bytes(),
    )?;
    draft.files[image].name = new;
    Some(Site::File(image))
}
