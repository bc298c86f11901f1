//! The text that is put beside a refused delivery. Knows the error body; knows no folder.

use std::fmt::Write;

use renkei_mock_platform::refusal::ErrorBody;

/// What the file is called.
pub(crate) const FILE: &str = "reason.txt";

/// Why a delivery was refused, in both languages, Japanese first.
pub(crate) fn text(error: &ErrorBody) -> String {
    let mut text = String::new();
    let mut line = |line: std::fmt::Arguments<'_>| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{line}");
    };
    line(format_args!("[{}] {}", error.code, error.message.ja));
    if let Some(detail) = &error.detail {
        line(format_args!("詳細: {}", detail.ja));
    }
    for field in &error.fields {
        line(format_args!("{}: {}", field.field, field.message.ja));
    }
    if let Some(nearest) = &error.nearest {
        line(format_args!("受け付けられる最も近いもの: {}", nearest.accepted.join(" + ")));
        line(format_args!("違い: {}", nearest.difference.ja));
    }
    line(format_args!(""));
    line(format_args!("[{}] {}", error.code, error.message.en));
    if let Some(detail) = &error.detail {
        line(format_args!("Detail: {}", detail.en));
    }
    for field in &error.fields {
        line(format_args!("{}: {}", field.field, field.message.en));
    }
    if let Some(nearest) = &error.nearest {
        line(format_args!("The nearest that would be accepted: {}", nearest.accepted.join(" + ")));
        line(format_args!("The difference: {}", nearest.difference.en));
    }
    text
}

#[cfg(test)]
mod tests {
    use renkei_mock_platform::refusal::{Business, Nearest, Refusal, Words};
    use renkei_validator::text::Message;

    use super::*;

    #[test]
    fn a_reason_names_code_detail_and_the_nearest_in_both_languages() {
        let refusal = Refusal {
            detail: Some(Message::pair("UPSIKYUがありません。", "UPSIKYU is missing.")),
            nearest: Some(Nearest {
                accepted: vec!["UPPLAN".to_owned(), "UPSIKYU".to_owned()],
                difference: Words { ja: "UPSIKYUを加える".to_owned(), en: "add UPSIKYU".to_owned() },
            }),
            ..Refusal::plain(Business::CombinationNotAccepted)
        };
        let expected = "[CPM-D04] この組み合わせのファイルは送信できません。\n\
            詳細: UPSIKYUがありません。\n\
            受け付けられる最も近いもの: UPPLAN + UPSIKYU\n\
            違い: UPSIKYUを加える\n\
            \n\
            [CPM-D04] This combination of files cannot be sent.\n\
            Detail: UPSIKYU is missing.\n\
            The nearest that would be accepted: UPPLAN + UPSIKYU\n\
            The difference: add UPSIKYU\n";
        assert_eq!(text(&refusal.into()), expected);
    }
}
