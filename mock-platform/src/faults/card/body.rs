//! Cards of the faults of the response's body.

use renkei_validator::text::Text;

use super::super::fault::Kind;
use super::{Card, Executed, JSON, Layer, Places};

pub(super) static TRUNCATED_BODY: Card = Card {
    kind: Kind::TruncatedBody,
    layer: Layer::Body,
    executed: Executed::Yes,
    places: Places::Requests,
    title: Text { ja: "短いボディ", en: "truncated body" },
    does: Text {
        ja: "実行し、Content-Lengthが示す長さの半分を送ってFINで閉じます。長さを示さない応答では、最後のチャンクを送りません。",
        en: "The request is executed; half of what Content-Length promises is sent, then FIN. Where no length is told, the last chunk is missing.",
    },
    good_client: Text {
        ja: "長さの不足を検出して破棄し、やり直します。途中までのファイルを残しません。",
        en: "It notices what is missing, throws the rest away and repeats. It leaves no partial file behind.",
    },
    sample: "[[step]]\non = \"fetch-file\"\nnth = 1\nfault = \"truncated-body\"\n",
};

pub(super) static CORRUPTED_BODY: Card = Card {
    kind: Kind::CorruptedBody,
    layer: Layer::Body,
    executed: Executed::Yes,
    places: Places::Requests,
    title: Text { ja: "壊れたボディ", en: "corrupted body" },
    does: Text {
        ja: "実行し、ボディの中央の1バイトの最下位ビットを反転します。長さは変わりません。",
        en: "The request is executed; the lowest bit of the byte in the middle of the body is flipped. The length stays.",
    },
    good_client: Text {
        ja: "受信一覧にあるSHA-256とファイルを照合し、一致しなければ破棄して取得し直します。",
        en: "It compares a file with the SHA-256 that the received list has, throws it away where they differ, and fetches again.",
    },
    sample: "[[step]]\non = \"fetch-file\"\nnth = 1\nfault = \"corrupted-body\"\n",
};

pub(super) static JSON_CUT: Card = Card {
    kind: Kind::JsonCut,
    layer: Layer::Body,
    executed: Executed::Yes,
    places: JSON,
    title: Text { ja: "途中で終わるJSON", en: "JSON that ends early" },
    does: Text {
        ja: "実行し、JSONの前半だけを、その長さのContent-Lengthで返します。HTTPとしては完全な応答です。",
        en: "The request is executed; the answer is the first half of the JSON with the length of that half: a complete response, as HTTP goes.",
    },
    good_client: Text {
        ja: "読めない応答を結果不明として扱い、同じ冪等キーで送り直します。",
        en: "It takes a response that it cannot read as an unknown outcome, and repeats with the same idempotency key.",
    },
    sample: "[[step]]\non = \"send\"\nnth = 1\nfault = \"json-cut\"\n",
};

pub(super) static JSON_WITH_UNKNOWN_FIELDS: Card = Card {
    kind: Kind::JsonWithUnknownFields,
    layer: Layer::Body,
    executed: Executed::Yes,
    places: JSON,
    title: Text { ja: "未知の項目のあるJSON", en: "JSON with unknown fields" },
    does: Text {
        ja: "実行し、JSONのすべてのオブジェクトに未知の項目を加えて返します。正しい応答です。",
        en: "The request is executed; every object of the answer has a field more that nobody knows. The response is good.",
    },
    good_client: Text {
        ja: "知らない項目を無視し、成功として扱います。",
        en: "It leaves unknown fields aside and takes the response as a success.",
    },
    sample: "[[step]]\non = \"send\"\nnth = 1\nfault = \"json-with-unknown-fields\"\n",
};

pub(super) static JSON_IN_SHIFT_JIS: Card = Card {
    kind: Kind::JsonInShiftJis,
    layer: Layer::Body,
    executed: Executed::Yes,
    places: JSON,
    title: Text { ja: "Shift_JISのJSON", en: "JSON in Shift_JIS" },
    does: Text {
        ja: "実行し、JSONをShift_JISで返します。Content-Typeは変わりません。ASCIIだけの応答は同じバイトになります。",
        en: "The request is executed; the JSON of the answer is in Shift_JIS. Its content type stays; an answer of ASCII alone comes out the same.",
    },
    good_client: Text {
        ja: "UTF-8でないバイトを置き換えて読み進めず、結果不明として同じ冪等キーで送り直します。",
        en: "It does not replace bytes that are no UTF-8 and read on: it takes the outcome as unknown and repeats with the same idempotency key.",
    },
    sample: "[[step]]\non = \"received-list\"\nnth = 1\nfault = \"json-in-shift-jis\"\n",
};

pub(super) static JSON_WITH_BOM: Card = Card {
    kind: Kind::JsonWithBom,
    layer: Layer::Body,
    executed: Executed::Yes,
    places: JSON,
    title: Text { ja: "BOM付きのJSON", en: "JSON with a byte order mark" },
    does: Text {
        ja: "実行し、JSONの前にUTF-8のBOMを付けて返します。",
        en: "The request is executed; a UTF-8 byte order mark stands before the JSON of the answer.",
    },
    good_client: Text {
        ja: "BOMを読み飛ばすか、結果不明として同じ冪等キーで送り直します。送信済みのものを二重に送りません。",
        en: "It skips the mark, or takes the outcome as unknown and repeats with the same idempotency key. Nothing is sent twice.",
    },
    sample: "[[step]]\non = \"send\"\nnth = 1\nfault = \"json-with-bom\"\n",
};

pub(super) static EMPTY_BODY: Card = Card {
    kind: Kind::EmptyBody,
    layer: Layer::Body,
    executed: Executed::Yes,
    places: Places::Requests,
    title: Text { ja: "空のボディ", en: "empty body" },
    does: Text {
        ja: "実行し、正しいステータスとContent-Length: 0の空のボディを返します。",
        en: "The request is executed; the answer has the right status, Content-Length: 0 and no body.",
    },
    good_client: Text {
        ja: "200だけで成功とみなさず、同じ冪等キーで送り直します。空のファイルを保存しません。",
        en: "It does not take 200 alone for a success and repeats with the same idempotency key. It keeps no empty file.",
    },
    sample: "[[step]]\non = \"send\"\nnth = 1\nfault = \"empty-body\"\n",
};

pub(super) static CHUNKED_IN_SINGLE_BYTES: Card = Card {
    kind: Kind::ChunkedInSingleBytes,
    layer: Layer::Body,
    executed: Executed::Yes,
    places: Places::Requests,
    title: Text { ja: "1バイトずつのチャンク", en: "a chunk for each byte" },
    does: Text {
        ja: "実行し、Content-Lengthを示さず、1バイトずつのチャンクで返します。正しい応答です。",
        en: "The request is executed; the answer has no Content-Length and comes in chunks of one byte. The response is good.",
    },
    good_client: Text {
        ja: "チャンクをつないで読み、成功として扱います。文字の途中で区切られても文字化けしません。",
        en: "It joins the chunks and takes the response as a success; characters that are cut in two come out right.",
    },
    sample: "[[step]]\non = \"received-list\"\nnth = 1\nfault = \"chunked-in-single-bytes\"\n",
};

pub(super) static WRONG_CONTENT_TYPE: Card = Card {
    kind: Kind::WrongContentType,
    layer: Layer::Body,
    executed: Executed::Yes,
    places: JSON,
    title: Text { ja: "違うContent-Type", en: "wrong content type" },
    does: Text {
        ja: "実行し、正しいJSONをContent-Type: text/htmlで返します。",
        en: "The request is executed; good JSON comes as Content-Type: text/html.",
    },
    good_client: Text {
        ja: "ボディを読むか、結果不明として同じ冪等キーで送り直します。失敗と決めつけて新しい送信にしません。",
        en: "It reads the body, or takes the outcome as unknown and repeats with the same idempotency key. It does not start a new delivery.",
    },
    sample: "[[step]]\non = \"send\"\nnth = 1\nfault = \"wrong-content-type\"\n",
};
