//! What went wrong on the way, and whose doing it is. The one place that decides between *blocked* (nothing
//! can be said about the software) and *failed* (the software did it wrong); the table of `docs/TESTING.md` is
//! this in words. Repeats nothing that a program has said: it may hold values of people.

use std::io;
use std::path::Path;
use std::time::Duration;

use renkei_validator::text::{Message, Text};

use super::interrupt;
use super::process::{Ended, Start};
use super::settings::Operation;
use crate::lang::io_reason;
use crate::suite::sut::Trouble;

/// Why a file is not whole.
pub(super) const EMPTY: Text = Text { ja: "空です", en: "it is empty" };
/// Why a file is not whole.
pub(super) const WITHIN_QUOTES: Text =
    Text { ja: "「\"」の途中で終わっています", en: "it stops within quotes" };
/// Why a file is not whole.
pub(super) const WITHIN_ROW: Text = Text { ja: "行の途中で終わっています", en: "it stops within a row" };
/// Why a file is not whole.
pub(super) const UNFINISHED_NAME: Text = Text {
    ja: "書き込み中の一時ファイルの名前です",
    en: "it has the name of a file that is being written",
};

/// Exit codes by which shells, `env` and Windows tell that a program is not there or cannot be started.
const NOT_STARTED: [i32; 3] = [126, 127, 9009];

/// What is made of how a command ended. `Ok` is its exit code, where the operation lets it be another than zero.
pub(super) fn ended(
    operation: Operation,
    ended: Result<Ended, Start>,
    program: &Path,
    limit: Duration,
    log: &Path,
) -> Result<i32, Trouble> {
    let what = operation.text();
    let see = log.display();
    match ended {
        Err(why) => Err(not_started(&why, program)),
        Ok(Ended::Interrupted) => Err(interrupted()),
        Ok(Ended::Code(0)) => Ok(0),
        Ok(Ended::Code(code)) if NOT_STARTED.contains(&code) => Err(Trouble::Blocked(Message::pair(
            format!(
                "{}のコマンドが終了コード{code}で終わりました。起動するプログラムが見つからないときの値です（記録: {see}）",
                what.ja
            ),
            format!(
                "the command of {} ended with {code}, as it does where a program is not found (log: {see})",
                what.en
            ),
        ))),
        Ok(Ended::Code(code)) if matches!(operation, Operation::Import | Operation::Exchange) => Ok(code),
        Ok(Ended::Code(code)) => Err(of_software(
            operation,
            Message::pair(
                format!("{}が終了コード{code}で終わりました（記録: {see}）", what.ja),
                format!("{} ended with {code} (log: {see})", what.en),
            ),
        )),
        Ok(Ended::Signal(signal)) => Err(of_software(
            operation,
            Message::pair(
                format!("{}の途中でプログラムが異常終了しました（シグナル{signal}、記録: {see}）", what.ja),
                format!("the program was ended by signal {signal} in {} (log: {see})", what.en),
            ),
        )),
        Ok(Ended::Overrun) => Err(of_software(
            operation,
            Message::pair(
                format!(
                    "{}が{}秒以内に終わらず、打ち切りました（上限: {}、記録: {see}）",
                    what.ja,
                    seconds(limit),
                    operation.limit()
                ),
                format!(
                    "{} was not over within {} s and was ended (limit: {}, log: {see})",
                    what.en,
                    seconds(limit),
                    operation.limit()
                ),
            ),
        )),
    }
}

/// A reset and a dump are how renkei looks at the software, so that nothing can be told where they go wrong;
/// everything else is what the software is tried for.
pub(super) fn of_software(operation: Operation, why: Message) -> Trouble {
    match operation {
        Operation::Reset | Operation::Dump => Trouble::Blocked(why),
        Operation::Export | Operation::Delete | Operation::Again | Operation::Import | Operation::Exchange => {
            Trouble::Failed(why)
        }
    }
}

/// There was no program.
pub(super) fn not_started(why: &Start, program: &Path) -> Trouble {
    let name = program.display();
    let (ja, en) = match why {
        Start::Nothing => ("コマンドにプログラムがありません".to_owned(), "a command names no program".to_owned()),
        Start::Program(error) if error.kind() == io::ErrorKind::NotFound && program.is_file() => (
            format!("{name} を起動できません: 1行目（#!）のプログラムが見つかりません"),
            format!("cannot start {name}: the program of its first line (#!) is not found"),
        ),
        Start::Program(error) if error.kind() == io::ErrorKind::PermissionDenied => (
            format!("{name} を起動できません: 実行する権限がありません"),
            format!("cannot start {name}: it is not executable"),
        ),
        Start::Program(error) => {
            let why = io_reason(error);
            (format!("{name} を起動できません: {}", why.ja), format!("cannot start {name}: {}", why.en))
        }
        Start::Log(error) => {
            let why = io_reason(error);
            (format!("{name} の出力を記録できません: {}", why.ja), format!("cannot keep what {name} says: {}", why.en))
        }
        Start::Lost(error) => {
            let why = io_reason(error);
            (format!("{name} の状態が分かりません: {}", why.ja), format!("cannot tell how {name} is: {}", why.en))
        }
    };
    Trouble::Blocked(Message::pair(ja, en))
}

/// Somebody pressed Ctrl-C.
pub(super) fn interrupted() -> Trouble {
    Trouble::Blocked(interrupt::text().into())
}

/// Files that were written into an archive.
pub(super) fn zipped(name: &str) -> Trouble {
    Trouble::Failed(Message::pair(
        format!("{name} にまとめて出力しました。ZIPにせず、送信するファイルをそのまま出力してください"),
        format!("it wrote {name}; the files that are sent are to be written as they are, in no archive"),
    ))
}

/// An import that ended with a code that says neither that all was taken nor that it was refused.
pub(super) fn import_ended(code: i32, log: &Path) -> Trouble {
    let (what, see) = (Operation::Import.text(), log.display());
    Trouble::Failed(Message::pair(
        format!(
            "{}が終了コード{code}で終わりました。拒否を表す値（command.refused）ではありません（記録: {see}）",
            what.ja
        ),
        format!("{} ended with {code}, which is no refusal by command.refused (log: {see})", what.en),
    ))
}

/// A command that `sut.toml` does not give.
pub(super) fn no_command(operation: Operation) -> Trouble {
    let (word, what) = (operation.word(), operation.text());
    Trouble::Blocked(Message::pair(
        format!("{}のコマンドがsut.tomlにありません（command.{word}）", what.ja),
        format!("sut.toml has no command for {} (command.{word})", what.en),
    ))
}

/// A file of ours that cannot be written.
pub(super) fn cannot_write(path: &Path, error: &io::Error) -> Trouble {
    let (path, why) = (path.display(), io_reason(error));
    Trouble::Blocked(Message::pair(
        format!("{path} に書き込めません: {}", why.ja),
        format!("cannot write {path}: {}", why.en),
    ))
}

/// A file that cannot be read.
pub(super) fn cannot_read(path: &Path, error: &io::Error) -> Trouble {
    let (path, why) = (path.display(), io_reason(error));
    Trouble::Blocked(Message::pair(
        format!("{path} を読み取れません: {}", why.ja),
        format!("cannot read {path}: {}", why.en),
    ))
}

/// A program that says it is done and has written nothing.
pub(super) fn nothing_written(folder: &Path) -> Trouble {
    let folder = folder.display();
    Trouble::Failed(Message::pair(
        format!("正常に終わりましたが、ファイルが1つもありません（{folder}）"),
        format!("it ended well, but wrote no file (to {folder})"),
    ))
}

/// A file that is not whole.
pub(super) fn half_written(file: &str, why: &(impl Clone + Into<Message>)) -> Trouble {
    let why: Message = why.clone().into();
    Trouble::Failed(Message::pair(
        format!("書きかけのファイルが残っています: {file}（{}）", why.ja),
        format!("a file was left half-written: {file} ({})", why.en),
    ))
}

/// Files elsewhere than in the folder for them.
pub(super) fn outside(paths: &[std::path::PathBuf]) -> Trouble {
    const SHOWN: usize = 3;
    let names: Vec<String> = paths.iter().take(SHOWN).map(|path| path.display().to_string()).collect();
    let (names, more) = (names.join(", "), paths.len().saturating_sub(SHOWN));
    let (ja, en) = match more {
        0 => (String::new(), String::new()),
        more => (format!(" ほか{more}件"), format!(" and {more} more")),
    };
    Trouble::Failed(Message::pair(
        format!("決められたフォルダーの外に書き込みました: {names}{ja}"),
        format!("it wrote outside its folder: {names}{en}"),
    ))
}

/// A link or a device where files should be: what it leads to is elsewhere.
pub(super) fn no_file(file: &str) -> Trouble {
    Trouble::Failed(Message::pair(
        format!("{file} は通常のファイルではありません（リンクなど）"),
        format!("{file} is no plain file, but a link or the like"),
    ))
}

/// Two files of one name.
pub(super) fn twice(name: &str) -> Trouble {
    Trouble::Failed(Message::pair(
        format!("同じ名前のファイルが2つあります: {name}"),
        format!("there are two files of the name {name}"),
    ))
}

/// A JSON file of a program that says nothing that can be relied on.
pub(super) fn unreadable_answer(path: &Path, why: &Message) -> Trouble {
    let path = path.display();
    Trouble::Blocked(Message::pair(
        format!("{path} を読み取れません: {}", why.ja),
        format!("{path} is not readable: {}", why.en),
    ))
}

/// A JSON file that a program should have written.
pub(super) fn no_answer(path: &Path) -> Trouble {
    let path = path.display();
    Trouble::Blocked(Message::pair(
        format!("正常に終わりましたが、{path} がありません"),
        format!("it ended well, but there is no {path}"),
    ))
}

/// A folder of the exchange in which something lies from before.
pub(super) fn not_empty(folder: &Path) -> Trouble {
    let folder = folder.display();
    Trouble::Blocked(Message::pair(
        format!("{folder} が空ではありません。前のファイルを移してから、もう一度実行してください"),
        format!("{folder} is not empty; move away what is in it and run again"),
    ))
}

/// The program that watches the folders is gone.
pub(super) fn watcher_ended(operation: Operation, ended: Ended, program: &Path, log: &Path) -> Trouble {
    let (name, see, what) = (program.display(), log.display(), operation.text());
    let (ja, en) = match ended {
        Ended::Code(code) if NOT_STARTED.contains(&code) => {
            return Trouble::Blocked(Message::pair(
                format!(
                    "{name} が終了コード{code}で終わりました。起動するプログラムが見つからないときの値です（記録: {see}）"
                ),
                format!("{name} ended with {code}, as it does where a program is not found (log: {see})"),
            ));
        }
        Ended::Code(code) => (format!("終了コード{code}"), format!("with {code}")),
        Ended::Signal(signal) => (format!("シグナル{signal}"), format!("by signal {signal}")),
        Ended::Overrun | Ended::Interrupted => return interrupted(),
    };
    of_software(
        operation,
        Message::pair(
            format!("{}の途中で、フォルダーを監視するプログラム {name} が終わりました（{ja}、記録: {see}）", what.ja),
            format!("{name}, which watches the folders, ended {en} in {} (log: {see})", what.en),
        ),
    )
}

/// A program that watches folders and is not done in time.
pub(super) fn not_done(operation: Operation, limit: Duration, unfinished: Option<&str>) -> Trouble {
    let (what, limit, setting) = (operation.text(), seconds(limit), operation.limit());
    let (ja, en) = match unfinished {
        Some(file) => {
            (format!("。書きかけのファイルが残っています: {file}"), format!("; a file was left half-written: {file}"))
        }
        None => Default::default(),
    };
    of_software(
        operation,
        Message::pair(
            format!("{}が{limit}秒以内に終わりませんでした（上限: {setting}）{ja}", what.ja),
            format!("{} was not over within {limit} s (limit: {setting}){en}", what.en),
        ),
    )
}

/// A program that says of a task that it was not done.
pub(super) fn refused(operation: Operation) -> Trouble {
    let what = operation.text();
    of_software(
        operation,
        Message::pair(
            format!("{}ができなかったと、プログラムが答えました", what.ja),
            format!("the program answered that {} was not done", what.en),
        ),
    )
}

/// An answer without the content that was asked for.
pub(super) fn no_content(folder: &Path) -> Trouble {
    let folder = folder.display();
    Trouble::Blocked(Message::pair(
        format!("{folder} の答えにcontentがありません"),
        format!("the answer in {folder} has no content"),
    ))
}

/// A client that never came to the platform.
pub(super) fn never_heard(limit: Duration) -> Trouble {
    let limit = seconds(limit);
    Trouble::Failed(Message::pair(
        format!("{limit}秒の間、プラットフォームへの接続がありませんでした（上限: limits.exchange）"),
        format!("nobody came to the platform within {limit} s (limit: limits.exchange)"),
    ))
}

/// A client that goes on for ever.
pub(super) fn never_silent(limit: Duration) -> Trouble {
    let limit = seconds(limit);
    Trouble::Failed(Message::pair(
        format!("{limit}秒たっても、プラットフォームとの通信が終わりませんでした（上限: limits.exchange）"),
        format!("it still talked to the platform after {limit} s (limit: limits.exchange)"),
    ))
}

/// Seconds, as short as they are.
pub(super) fn seconds(duration: Duration) -> String {
    format!("{}", duration.as_secs_f64())
}
