//! Says in the reader's language what is wrong with the arguments. Knows clap's errors; knows no verb.

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use renkei_reports::Lang;
use renkei_validator::text::Message;

use super::terminal;
use crate::exit::Exit;

/// Prints help or the error, and gives the exit.
pub(crate) fn refuse(error: &Error, lang: Lang) -> Exit {
    match (error.kind(), lang) {
        (ErrorKind::DisplayHelp | ErrorKind::DisplayVersion, _) => {
            // A reader that has gone needs no help.
            let _ = error.print();
            Exit::Valid
        }
        (ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand, _) | (_, Lang::En) => {
            let _ = error.print();
            Exit::Usage
        }
        (_, Lang::Ja) => {
            match in_japanese(error) {
                Some(ja) => {
                    let hint = "使い方は --help で表示します。";
                    terminal::complain(lang, &Message::same(format!("{ja}\n{hint}")));
                }
                None => {
                    let _ = error.print();
                }
            }
            Exit::Usage
        }
    }
}

fn in_japanese(error: &Error) -> Option<String> {
    let of = |kind| error.get(kind).map(words);
    let argument = of(ContextKind::InvalidArg);
    let value = of(ContextKind::InvalidValue);
    Some(match error.kind() {
        ErrorKind::UnknownArgument => {
            let near = of(ContextKind::SuggestedArg).map(|near| format!("（{near} のことですか）")).unwrap_or_default();
            format!("{} という引数はありません{near}", argument?)
        }
        ErrorKind::InvalidSubcommand => {
            let near =
                of(ContextKind::SuggestedSubcommand).map(|near| format!("（{near} のことですか）")).unwrap_or_default();
            format!("{} というコマンドはありません{near}", of(ContextKind::InvalidSubcommand)?)
        }
        ErrorKind::MissingRequiredArgument => format!("{} が必要です", argument?),
        ErrorKind::MissingSubcommand => "コマンドが必要です".to_owned(),
        ErrorKind::ArgumentConflict => match of(ContextKind::PriorArg) {
            Some(prior) if Some(&prior) != argument.as_ref() => {
                format!("{} と {prior} は一緒に使えません", argument?)
            }
            Some(_) | None => format!("{} は1回だけ使えます", argument?),
        },
        ErrorKind::InvalidValue if value.as_deref() == Some("") => format!("{} には値が必要です", argument?),
        ErrorKind::ValueValidation | ErrorKind::InvalidValue => {
            let why = std::error::Error::source(error).map(|why| format!(": {why}")).unwrap_or_default();
            format!("{} に値「{}」は使えません{why}", argument?, value?)
        }
        ErrorKind::InvalidUtf8 => "引数を文字として読み取れません".to_owned(),
        _ => return None,
    })
}

fn words(value: &ContextValue) -> String {
    match value {
        ContextValue::Strings(words) => words.join(", "),
        other => other.to_string(),
    }
}
