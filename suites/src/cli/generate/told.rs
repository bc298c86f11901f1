//! What `renkei generate` tells a person, and with which exit it refuses. Knows words and figures;
//! writes nothing.

use std::path::Path;

use renkei_generators::delivery::DeliveryError;
use renkei_generators::population::Request;
use renkei_generators::write::{Estimate, Leftover, WriteError, Written};
use renkei_validator::text::Message;

use crate::exit::Exit;
use crate::lang;
use crate::room::Room;

/// What was written.
pub(super) fn summary(written: &Written, request: &Request, seconds: f64) -> Message {
    let Written { deliveries, files, rows, bytes } = *written;
    let (users, offices) = (request.users, request.offices);
    let (size, rate) = (size(bytes), rows as f64 / seconds.max(1e-9));
    Message::pair(
        format!(
            "利用者{users}人・事業所{offices}か所: 送信{deliveries}件、ファイル{files}個、{rows}行、{size}（{seconds:.1}秒、毎秒{rate:.0}行）"
        ),
        format!(
            "{users} users, {offices} offices: {deliveries} deliveries, {files} files, {rows} rows, {size} \
             ({seconds:.1} s, {rate:.0} rows/s)"
        ),
    )
}

/// What is expected to be written.
pub(super) fn estimate(estimate: &Estimate) -> Message {
    let Written { deliveries, files, rows, bytes } = estimate.written;
    let (size, sampled, all) = (size(bytes), estimate.sampled, estimate.all);
    Message::pair(
        format!(
            "見込み: 送信約{deliveries}件、ファイル約{files}個、約{rows}行、約{size}（延べ{all}人月のうち{sampled}人月からの推計）"
        ),
        format!(
            "estimate: about {deliveries} deliveries, {files} files, {rows} rows, {size} \
             (from {sampled} of {all} months of users)"
        ),
    )
}

/// The same, with the room that it needs and the room there is.
pub(super) fn estimate_and_room(expected: &Estimate, room: Option<Room>) -> Message {
    let told = estimate(expected);
    let needed = size(expected.on_disk);
    let (free_ja, free_en) = match room {
        Some(room) => {
            let free = size(room.free);
            (format!("、空き容量 {free}"), format!(", {free} free"))
        }
        None => (String::new(), String::new()),
    };
    Message::pair(
        format!("{}\nディスク: 約{needed}が必要{free_ja}", told.ja),
        format!("{}\ndisk: about {needed} needed{free_en}", told.en),
    )
}

/// The same for machines. `free_bytes` is null where no folder is named or the disk does not tell.
pub(super) fn estimate_json(estimate: &Estimate, room: Option<Room>) -> String {
    let Written { deliveries, files, rows, bytes } = estimate.written;
    serde_json::json!({
        "estimate": { "deliveries": deliveries, "files": files, "rows": rows, "bytes": bytes, "disk_bytes": estimate.on_disk },
        "sampled_user_months": estimate.sampled,
        "user_months": estimate.all,
        "free_bytes": room.map(|room| room.free),
    })
    .to_string()
}

/// The disk is too small.
pub(super) fn no_room(out: &Path, needed: u64, free: u64) -> Message {
    let (out, needed, free) = (out.display(), size(needed), size(free));
    Message::pair(
        format!("{out} のディスクの空き容量が足りません: 約{needed}が必要で、空きは{free}です。何も書いていません"),
        format!("too little room on the disk of {out}: about {needed} needed, {free} free; nothing was written"),
    )
}

/// The disk is too small for what an earlier run has not made.
pub(super) fn no_room_for_the_rest(out: &Path, needed: u64, free: u64) -> Message {
    let (out, needed, free) = (out.display(), size(needed), size(free));
    Message::pair(
        format!(
            "{out} のディスクの空き容量が足りません: 残りに約{needed}が必要で、空きは{free}です。今回は何も書いていません"
        ),
        format!(
            "too little room on the disk of {out}: about {needed} needed for the rest, {free} free; nothing was written \
             this time"
        ),
    )
}

/// What an earlier run left, and what becomes of it.
pub(super) fn leftover(leftover: Leftover, is_resumed: bool) -> Message {
    let Leftover { units, bytes } = leftover;
    let size = size(bytes);
    if is_resumed {
        Message::pair(
            format!("前回の続きから作ります（{size}・{units}単位ができています）"),
            format!("going on where an earlier run stopped ({units} parts, {size} are complete)"),
        )
    } else {
        Message::pair(
            format!(
                "途中で終わった前回の分（{size}）を消して、はじめから作ります。続きから作るときは --resume を付けます"
            ),
            format!("removing what an earlier run left ({size}) and beginning anew; --resume would go on with it"),
        )
    }
}

/// An error, after which what is complete was kept.
pub(super) fn kept(message: &Message) -> Message {
    Message::pair(
        format!("{}。できた分は残してあり、--resume で続きから作れます", message.ja),
        format!("{}; what is complete was kept, and --resume goes on with it", message.en),
    )
}

/// Why something is refused, and how the run ends.
pub(super) fn refusal(error: &WriteError) -> (Exit, Message) {
    let usage = |ja: String, en: String| (Exit::Usage, Message::pair(ja, en));
    match error {
        WriteError::NotEmpty(path) => usage(
            format!("{} は空ではありません（--force で書き込みます）", path.display()),
            format!("{} is not empty (--force writes to it all the same)", path.display()),
        ),
        WriteError::NotAFolder(path) => usage(
            format!("{} はフォルダーではありません", path.display()),
            format!("{} is not a folder", path.display()),
        ),
        WriteError::Busy(path) => usage(
            format!("{} には、ほかの renkei が書き込んでいます", path.display()),
            format!("another renkei is writing {}", path.display()),
        ),
        WriteError::OtherRequest { path, earlier } => usage(
            format!(
                "{} の途中で終わった前回の実行は、指定が違います（前回: {}）。前回と同じ指定にするか、--resume を外してはじめから作ります",
                path.display(),
                earlier.ja
            ),
            format!(
                "what an earlier run left of {} is of another request ({}); ask for the same, or begin anew without \
                 --resume",
                path.display(),
                earlier.en
            ),
        ),
        WriteError::Shape(message) => (Exit::Usage, message.clone()),
        WriteError::Nothing => usage(
            "この人数・期間・CSVバージョンでは、書くものがありません".to_owned(),
            "nobody of so many users has anything to write in these months and version".to_owned(),
        ),
        WriteError::Delivery(DeliveryError::Version(error)) => (Exit::Usage, error.message()),
        WriteError::Delivery(error) => (
            Exit::Incomplete,
            Message::pair(
                format!("ファイルを作れません（renkeiの不具合です）: {error}"),
                format!("cannot make a file (a defect of renkei): {error}"),
            ),
        ),
        WriteError::Io { path, error } => {
            let why = lang::io_reason(error);
            let message = Message::pair(
                format!("{} に書き込めません: {}", path.display(), why.ja),
                format!("cannot write {}: {}", path.display(), why.en),
            );
            (Exit::Incomplete, message)
        }
        WriteError::Stream(error) => {
            let why = lang::io_reason(error);
            let message = Message::pair(
                format!("標準出力に書き込めません: {}", why.ja),
                format!("cannot write to standard output: {}", why.en),
            );
            (Exit::Incomplete, message)
        }
    }
}

/// A number of bytes for people.
fn size(bytes: u64) -> String {
    let mib = bytes as f64 / f64::from(1 << 20);
    if bytes < 1 << 20 {
        format!("{:.1}KiB", mib * 1024.0)
    } else if mib < 10_240.0 {
        format!("{mib:.1}MiB")
    } else {
        format!("{:.1}GiB", mib / 1024.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_told_in_units_that_people_read() {
        let told = [0, 5_120, 1 << 20, 10 << 30, 3 << 40].map(size);
        assert_eq!(told, ["0.0KiB", "5.0KiB", "1.0MiB", "10.0GiB", "3072.0GiB"]);
    }

    #[test]
    fn too_little_room_is_told_with_both_figures() {
        let told = no_room(Path::new("data"), 3 << 20, 1 << 20);
        assert_eq!(
            told.en,
            "too little room on the disk of data: about 3.0MiB needed, 1.0MiB free; nothing was written"
        );
    }
}
