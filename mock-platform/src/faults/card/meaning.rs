//! Cards of the faults of meaning.

use renkei_validator::text::Text;

use super::super::fault::Kind;
use super::super::operation::Operation;
use super::{Card, Executed, Layer, Places, SENDING};

/// The operations that answer with a page of a list.
const LISTS: Places = Places::Only(&[Operation::ReceivedList, Operation::SentList]);

pub(super) static ACKNOWLEDGEMENT_LOST: Card = Card {
    kind: Kind::AcknowledgementLost,
    layer: Layer::Meaning,
    executed: Executed::Yes,
    places: Places::Requests,
    title: Text { ja: "実行後の応答の消失", en: "acknowledgement lost" },
    does: Text {
        ja: "実行し、応答を1バイトも送らずにRSTで切断します。送信は受け付けられています。",
        en: "The request is executed, and the connection is reset before any byte of the response. A delivery has been accepted.",
    },
    good_client: Text {
        ja: "同じ冪等キーで送り直し、repeatedが真の受付結果を成功として扱います。相手に二重に届けません。",
        en: "It repeats with the same idempotency key and takes a receipt with repeated = true as a success. The receiver gets one delivery.",
    },
    sample: "[[step]]\non = \"send\"\nnth = 1\nfault = \"acknowledgement-lost\"\n",
};

pub(super) static ACKNOWLEDGEMENT_LATE: Card = Card {
    kind: Kind::AcknowledgementLate,
    layer: Layer::Meaning,
    executed: Executed::Yes,
    places: Places::Requests,
    title: Text { ja: "遅れて届く応答", en: "acknowledgement late" },
    does: Text {
        ja: "すぐに実行し、指定した時間が過ぎてから正しい応答を送ります。",
        en: "The request is executed at once; its good response comes after the given time.",
    },
    good_client: Text {
        ja: "待つか、打ち切って同じ冪等キーで送り直します。待つ間に別の送信として重ねて送りません。",
        en: "It waits, or gives up and repeats with the same idempotency key. It does not send the same as another delivery meanwhile.",
    },
    sample: "[[step]]\non = \"send\"\nnth = 1\nfault = \"acknowledgement-late\"\ndelay_ms = 1500\n",
};

pub(super) static DELIVERED_TWICE: Card = Card {
    kind: Kind::DeliveredTwice,
    layer: Layer::Meaning,
    executed: Executed::Yes,
    places: SENDING,
    title: Text { ja: "二重の配達", en: "delivered twice" },
    does: Text {
        ja: "受け付けた送信が、相手の受信一覧に2件として現れます。ファイル名とSHA-256は同じです。",
        en: "An accepted delivery stands twice in the receiver's list, with the same file names and SHA-256.",
    },
    good_client: Text {
        ja: "受信側は、同じ名前で同じ内容のファイルを二重に取り込みません。",
        en: "As the receiver, it does not import files of the same name and content twice.",
    },
    sample: "[[step]]\non = \"send\"\nnth = 1\nfault = \"delivered-twice\"\n",
};

pub(super) static VISIBLE_LATE: Card = Card {
    kind: Kind::VisibleLate,
    layer: Layer::Meaning,
    executed: Executed::Yes,
    places: SENDING,
    title: Text { ja: "遅れて現れる受信", en: "visible late" },
    does: Text {
        ja: "送信は受け付けられ、指定した秒数のあとで相手の受信一覧に現れます。",
        en: "The delivery is accepted and comes into the receiver's list after the given seconds.",
    },
    good_client: Text {
        ja: "送信側は受付結果で完了とし、受信側は一覧を定期的に確かめ、古い受信日時のものも見落としません。",
        en: "As the sender, it is done with the receipt; as the receiver, it looks again later and misses nothing that has an older time.",
    },
    sample: "[[step]]\non = \"send\"\nnth = 1\nfault = \"visible-late\"\ndelay_s = 2\n",
};

pub(super) static LICENCE_EXPIRED: Card = Card {
    kind: Kind::LicenceExpired,
    layer: Layer::Meaning,
    executed: Executed::No,
    places: SENDING,
    title: Text { ja: "ライセンスの期限切れ", en: "licence expired" },
    does: Text {
        ja: "送信元のライセンスが切れているものとして扱い、業務エラー（HTTP 200）を返します。",
        en: "The sender's licence counts as expired: the answer is a business error with HTTP 200.",
    },
    good_client: Text {
        ja: "HTTP 200を成功とみなさず、エラーの文を担当者に示し、ファイルを未送信のまま残します。",
        en: "It does not take HTTP 200 for a success, shows the error to its user, and keeps the files as not sent.",
    },
    sample: "[[step]]\non = \"send\"\nnth = 1\nfault = \"licence-expired\"\n",
};

pub(super) static DESTINATION_UNREGISTERED: Card = Card {
    kind: Kind::DestinationUnregistered,
    layer: Layer::Meaning,
    executed: Executed::No,
    places: SENDING,
    title: Text { ja: "未登録の送信先", en: "destination not registered" },
    does: Text {
        ja: "送信先がシステムを利用していないものとして扱い、業務エラー（HTTP 200）を返します。",
        en: "The destination counts as not registered: the answer is a business error with HTTP 200.",
    },
    good_client: Text {
        ja: "その送信先の分だけを未送信として担当者に示し、ほかの送信先への送信は続けます。",
        en: "It shows this one delivery as not sent and goes on with those to other destinations.",
    },
    sample: "[[step]]\non = \"send\"\nnth = 1\nfault = \"destination-unregistered\"\n",
};

pub(super) static VERSION_REFUSED: Card = Card {
    kind: Kind::VersionRefused,
    layer: Layer::Meaning,
    executed: Executed::No,
    places: SENDING,
    title: Text { ja: "CSVバージョンの拒否", en: "CSV version refused" },
    does: Text {
        ja: "ファイルのCSVバージョンが受け付けられないものとして扱い、業務エラー（HTTP 200）を返します。",
        en: "The CSV version of the files counts as not accepted: the answer is a business error with HTTP 200.",
    },
    good_client: Text {
        ja: "ファイルを書き換えて送り直さず、対応するバージョンで出力し直すよう担当者に示します。",
        en: "It does not rewrite files to get them through, and asks its user to export them in a version that is accepted.",
    },
    sample: "[[step]]\non = \"send\"\nnth = 1\nfault = \"version-refused\"\n",
};

pub(super) static FETCH_FORGOTTEN: Card = Card {
    kind: Kind::FetchForgotten,
    layer: Layer::Meaning,
    executed: Executed::Yes,
    places: Places::Only(&[Operation::FetchFile, Operation::FetchBulk]),
    title: Text { ja: "取得済みの記録漏れ", en: "fetch forgotten" },
    does: Text {
        ja: "ファイルは最後まで届きますが、データ取得状況は「未」のまま残ります。",
        en: "The files come complete, but データ取得状況 stays 未.",
    },
    good_client: Text {
        ja: "もう一度取得しても、自分の記録と照合して二重に取り込みません。",
        en: "Should it fetch again, it compares with its own record and does not import twice.",
    },
    sample: "[[step]]\non = \"fetch-file\"\nnth = 1\nfault = \"fetch-forgotten\"\n",
};

pub(super) static LIST_REVERSED: Card = Card {
    kind: Kind::ListReversed,
    layer: Layer::Meaning,
    executed: Executed::Yes,
    places: LISTS,
    title: Text { ja: "逆順の一覧", en: "list reversed" },
    does: Text {
        ja: "一覧の1ページが逆の順序で届きます。項目は揃っています。",
        en: "A page of the list comes in reverse order, with all its entries.",
    },
    good_client: Text {
        ja: "一覧の順序に頼らず、ファイル名の日時（連番）の順に取り込みます。",
        en: "It does not rely on the order of the list and imports by the timestamps in the file names.",
    },
    sample: "[[step]]\non = \"received-list\"\nnth = 1\nfault = \"list-reversed\"\n",
};

pub(super) static LIST_REPEATS_LAST: Card = Card {
    kind: Kind::ListRepeatsLast,
    layer: Layer::Meaning,
    executed: Executed::Yes,
    places: LISTS,
    title: Text { ja: "重複のある一覧", en: "list repeats an entry" },
    does: Text {
        ja: "一覧のページの先頭に、前のページの最後の項目がもう一度現れます。最初のページには前がないので、変わりません。",
        en: "A page of the list begins with the last entry of the page before. The first page has none before it and stays as it is.",
    },
    good_client: Text {
        ja: "項目の番号で重複を除き、ページの区切りで二重に取得しません。",
        en: "It tells entries apart by their numbers and fetches none twice where pages meet.",
    },
    sample: "[[step]]\non = \"received-list\"\nnth = 2\nfault = \"list-repeats-last\"\n",
};

pub(super) static LIST_EMPTY: Card = Card {
    kind: Kind::ListEmpty,
    layer: Layer::Meaning,
    executed: Executed::Yes,
    places: LISTS,
    title: Text { ja: "空の一覧", en: "list empty" },
    does: Text {
        ja: "項目があっても、続きのない空の一覧が届きます。",
        en: "The list comes empty and without a next page, though there are entries.",
    },
    good_client: Text {
        ja: "空の一覧から「削除された」と判断せず、手元の記録を消しません。次の機会にもう一度確かめます。",
        en: "It does not conclude that entries were deleted, keeps its own record, and looks again next time.",
    },
    sample: "[[step]]\non = \"received-list\"\nnth = 1\nfault = \"list-empty\"\n",
};

pub(super) static MAINTENANCE: Card = Card {
    kind: Kind::Maintenance,
    layer: Layer::Meaning,
    executed: Executed::No,
    places: Places::Requests,
    title: Text { ja: "メンテナンス中", en: "maintenance" },
    does: Text {
        ja: "実行せずに、メンテナンス中の業務エラー（HTTP 200）を返します。",
        en: "Nothing is executed; the answer is the business error of maintenance with HTTP 200.",
    },
    good_client: Text {
        ja: "HTTP 200を成功とみなさず、メンテナンス中であることを担当者に示し、あとで同じ冪等キーで送ります。",
        en: "It does not take HTTP 200 for a success, tells its user of the maintenance, and sends later with the same idempotency key.",
    },
    sample: "[[step]]\non = \"send\"\nnth = 1\nfault = \"maintenance\"\n",
};
