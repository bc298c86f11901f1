//! What the platform refuses, and in which words. Knows codes and texts; knows no request.
//!
//! No list of the real system's codes is published, so the codes are ours (`CPM-…`). The words are
//! ours, too, except where [`Wording::Official`] says that they are read in a screen.

use renkei_validator::text::{Message, Text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};

/// Whose words a text is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wording {
    /// Those of the real system.
    Official,
    /// Ours: the real ones are not known.
    Ours,
}

macro_rules! business {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $wording:ident, $ja:literal, $en:literal;)*) => {
        /// Why a request that was understood is not done: answered with HTTP 200 and an error body.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Business { $($(#[$doc])* $name,)* }

        impl Business {
            /// All of them, in the order of their codes.
            pub const ALL: &'static [Business] = &[$(Business::$name,)*];

            /// The code, such as `CPM-D04`.
            pub fn code(self) -> &'static str {
                match self { $(Business::$name => $code,)* }
            }

            /// What it says when nothing more is known.
            pub fn text(self) -> Text {
                match self { $(Business::$name => Text { ja: $ja, en: $en },)* }
            }

            /// Whose words [`Business::text`] is in.
            pub fn wording(self) -> Wording {
                match self { $(Business::$name => Wording::$wording,)* }
            }
        }
    };
}

business! {
    /// The pair of ID and password is not known.
    WrongPassword = "CPM-A01", Ours, "IDまたはパスワードが違います。", "The ID or the password is wrong.";
    /// 仮パスワード
    TemporaryPassword = "CPM-A02", Ours, "仮パスワードではログインできません。電子請求受付システムでパスワードを変更してから、もう一度ログインしてください。", "A temporary password cannot log in. Change it in 電子請求受付システム first, then log in again.";
    /// 有効期限切れ
    ExpiredPassword = "CPM-A03", Ours, "パスワードの有効期限が切れています。電子請求受付システムでパスワードを変更してから、もう一度ログインしてください。", "The password has expired. Change it in 電子請求受付システム first, then log in again.";
    /// Too many failures.
    Locked = "CPM-A04", Ours, "ログインに続けて失敗したため、このIDは一時的に使えません。しばらくしてから、もう一度ログインしてください。", "After several failed logins this ID cannot be used for a while. Log in again later.";
    /// An ID that begins with HD.
    AgentUser = "CPM-A05", Ours, "代理請求のID（HDで始まるID）は使えません。", "IDs of billing agents (beginning with HD) cannot be used.";
    /// 事業所ユーザ where 個人ユーザ belongs, or the other way round.
    WrongUserKind = "CPM-A06", Ours, "ここで使うIDの種類が違います。", "This is not the kind of ID that is asked for here.";
    /// The certificate of the connection is not that of the user's office.
    WrongCertificate = "CPM-A07", Ours, "接続に使われた電子証明書が、この事業所のものではありません。", "The certificate of this connection is not that of the office.";
    /// 個人ユーザ and 事業所ユーザ of two offices.
    UsersApart = "CPM-A08", Ours, "個人ユーザと事業所ユーザの事業所が違います。", "The personal user and the office user belong to different offices.";

    /// The sender never applied for a licence.
    SenderUnlicensed = "CPM-L01", Ours, "この事業所にはライセンスがありません。利用申請をしてください。", "This office has no licence. Apply for one.";
    /// The sender's term is over.
    SenderLicenceExpired = "CPM-L02", Ours, "この事業所のライセンスの有効期限が切れています。利用申請をしてください。", "The licence of this office has expired. Apply for a new one.";
    /// The receiver's term is over.
    ReceiverLicenceExpired = "CPM-L03", Ours, "送信先の事業所のライセンスの有効期限が切れているため、送信できません。", "The licence of the receiving office has expired, so nothing can be sent to it.";
    /// 利用申請 within the term, or before the fee is settled.
    ApplicationNotPossible = "CPM-L04", Official, "ご利用期間内、もしくはライセンス料のお支払が完了していない為、現在は利用申請ができません。", "An application is not possible now: the term is running, or the fee has not been settled.";
    /// Fields of the form are wrong; the field errors say which.
    FormInvalid = "CPM-L05", Ours, "入力内容に誤りがあります。", "Some fields of the form are wrong.";
    /// Terms or privacy policy not agreed to.
    TermsNotAgreed = "CPM-L06", Ours, "利用規約と個人情報の取扱いへの同意が必要です。", "The terms and the privacy policy must be agreed to.";
    /// Nothing that could be opted out of.
    NothingToOptOut = "CPM-L07", Ours, "自動更新されるライセンスがありません。", "There is no licence that renews itself.";

    /// No office of this number.
    DestinationUnknown = "CPM-D01", Ours, "送信先の事業所番号の事業所がありません。", "There is no office of the destination's number.";
    /// An office that does not use the system.
    DestinationNotRegistered = "CPM-D02", Ours, "送信先の事業所は、このシステムを利用していません。", "The destination does not use the system.";
    /// Both ends are one office.
    SameOffice = "CPM-D03", Ours, "送信元と送信先の事業所番号が同じです。", "Sender and destination are the same office.";
    /// Files that do not make a set.
    CombinationNotAccepted = "CPM-D04", Ours, "この組み合わせのファイルは送信できません。", "This combination of files cannot be sent.";
    /// A name that is not the standard's.
    NameNotStandard = "CPM-D05", Ours, "ファイル名が標準仕様のものではありません。", "A file name is not one of the standard.";
    /// A version that is not accepted any more, or not yet.
    VersionNotAccepted = "CPM-D06", Ours, "このCSVバージョンは、現在受け付けていません。", "This CSV version is not accepted now.";
    /// More than one destination in one delivery.
    SeveralDestinations = "CPM-D07", Ours, "1回の送信には、1つの送信先のファイルだけを添付してください。", "A delivery has one destination; these files name several.";
    /// The sender in a name is not who has logged in.
    NotTheSender = "CPM-D08", Ours, "ファイル名の送信元が、ログインしている事業所ではありません。", "The sender in a file name is not the office that has logged in.";
    /// Too many bytes.
    TooLarge = "CPM-D09", Ours, "ファイルが大きすぎます。", "The files are too large.";
    /// Too many files or deliveries.
    TooMany = "CPM-D10", Ours, "一度に送信できる数を超えています。", "These are more than can be sent at once.";
    /// Too many characters.
    MessageTooLong = "CPM-D11", Ours, "メッセージが長すぎます。", "The message is too long.";
    /// The key of another delivery.
    KeyReused = "CPM-D12", Ours, "この冪等キーは、別の内容の送信に使われています。", "This idempotency key was used for a delivery of other content.";
    /// No files.
    NothingToSend = "CPM-D13", Ours, "送信するファイルがありません。", "There is no file to send.";
    /// One name twice.
    NameTwice = "CPM-D14", Ours, "同じ名前のファイルが2つあります。", "Two files have the same name.";
    /// A set that this party does not send to that one.
    DirectionNotAllowed = "CPM-D15", Ours, "この種別のファイルを、この事業所からこの送信先に送ることはできません。", "Files of this kind do not go from this office to that destination.";
    /// An ending that is not taken.
    AttachmentNotAccepted = "CPM-D16", Ours, "この種類の添付ファイルは送信できません。", "Attachments of this type cannot be sent.";
    /// A service type that one of the offices has not.
    ServiceTypeNotOfOffice = "CPM-D17", Ours, "ファイル名のサービス種類が、事業所の提供するものではありません。", "A service type in a file name is not one of the office's.";
    /// The caller's gate said no.
    GateRefused = "CPM-D18", Ours, "ファイルの内容が検査に合格しませんでした。", "The content did not pass the check.";
    /// A message without any file has no destination.
    DestinationMissing = "CPM-D19", Ours, "送信先が分かりません。CSVファイルのない送信では、送信先を指定してください。", "The destination is not known. Name it where no CSV file does.";

    /// The precautions were not opened.
    PrecautionsNotRead = "CPM-C01", Ours, "「発行申請を行う前に」を確認してください。", "Read the precautions first.";
    /// A password that does not meet the rules.
    IssuePasswordUnfit = "CPM-C02", Ours, "証明書発行用パスワードは、8文字以上16文字以下の半角英数字で、英字と数字を両方含めてください。", "The issuing password must be 8 to 16 letters and digits, with both.";
    /// The terms were not read to the end.
    TermsNotRead = "CPM-C03", Ours, "利用規約を最後まで確認してください。", "Read the terms to the end.";
    /// An application is under way.
    IssuePending = "CPM-C04", Ours, "発行申請中の証明書があります。", "A certificate has been applied for already.";
    /// Nothing to download yet.
    NotIssued = "CPM-C05", Ours, "証明書はまだ発行されていません。", "The certificate has not been issued yet.";

    /// More certificates than an office may have.
    TooManyCertificates = "CPM-C06", Ours, "これ以上、証明書の発行申請はできません。", "No more certificates can be applied for.";

    /// 保守
    Maintenance = "CPM-M01", Ours, "ただいまメンテナンス中です。", "The system is under maintenance.";
}

macro_rules! system {
    ($($(#[$doc:meta])* $name:ident = $status:literal, $code:literal, $ja:literal, $en:literal;)*) => {
        /// Why a request was not taken up at all: answered with this HTTP status.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum System { $($(#[$doc])* $name,)* }

        impl System {
            /// All of them, by status.
            pub const ALL: &'static [System] = &[$(System::$name,)*];

            /// The HTTP status.
            pub fn status(self) -> u16 {
                match self { $(System::$name => $status,)* }
            }

            /// The code, such as `CPM-S401`.
            pub fn code(self) -> &'static str {
                match self { $(System::$name => $code,)* }
            }

            /// What it says.
            pub fn text(self) -> Text {
                match self { $(System::$name => Text { ja: $ja, en: $en },)* }
            }
        }
    };
}

system! {
    /// Not what the route reads.
    BadRequest = 400, "CPM-S400", "リクエストの形式が正しくありません。", "The request is not well-formed.";
    /// No token, or one that is no longer good.
    Unauthorized = 401, "CPM-S401", "アクセストークンがないか、有効ではありません。", "There is no access token, or it is not valid.";
    /// Not this office's.
    Forbidden = 403, "CPM-S403", "この事業所からは利用できません。", "This office may not do that.";
    /// No such route.
    NotFound = 404, "CPM-S404", "該当するものがありません。", "There is no such thing.";
    /// Another verb.
    MethodNotAllowed = 405, "CPM-S405", "このメソッドは使えません。", "This method is not allowed here.";
    /// The body came too slowly.
    RequestTimeout = 408, "CPM-S408", "リクエストの受信が時間内に終わりませんでした。", "The request was not complete in time.";
    /// Over the limits before anything could be judged.
    ContentTooLarge = 413, "CPM-S413", "リクエストが大きすぎます。", "The request is too large.";
    /// Not the content type of the route.
    UnsupportedMediaType = 415, "CPM-S415", "このContent-Typeは使えません。", "This content type is not read here.";
    /// Too many requests (only as a fault).
    TooManyRequests = 429, "CPM-S429", "リクエストが多すぎます。", "There are too many requests.";
    /// Our own failure.
    Internal = 500, "CPM-S500", "システムエラーが発生しました。", "The system failed.";
    /// Not now.
    Unavailable = 503, "CPM-S503", "ただいま利用できません。", "The system is not available now.";
}

/// A refusal with what is known of this case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Which.
    pub why: Business,
    /// What exactly, such as a file name and the part of it that is wrong.
    pub detail: Option<Message>,
    /// The nearest that would be taken, and the one difference.
    pub nearest: Option<Nearest>,
    /// Fields of a form with what is wrong with each.
    pub fields: Vec<FieldError>,
}

impl Refusal {
    /// A refusal that needs no more words.
    pub fn plain(why: Business) -> Refusal {
        Refusal { why, detail: None, nearest: None, fields: Vec::new() }
    }

    /// A refusal with its detail.
    pub fn with(why: Business, detail: Message) -> Refusal {
        Refusal { detail: Some(detail), ..Refusal::plain(why) }
    }
}

/// The nearest delivery that would be accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Nearest {
    /// What it is made of: kinds such as `UPPLAN`, or a file name.
    pub accepted: Vec<String>,
    /// The one difference to what was sent.
    pub difference: Words,
}

/// A field of a form that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// The field, by its key.
    pub field: String,
    /// What is shown beside it.
    pub message: Words,
    /// Whether the Japanese text is the real system's own.
    pub official_wording: bool,
}

/// A sentence in both languages, as it travels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Words {
    /// 日本語
    pub ja: String,
    /// English
    pub en: String,
}

impl From<Message> for Words {
    fn from(message: Message) -> Words {
        Words { ja: message.ja, en: message.en }
    }
}

impl From<Text> for Words {
    fn from(text: Text) -> Words {
        Words { ja: text.ja.to_owned(), en: text.en.to_owned() }
    }
}

/// The error body, of business and system errors alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorBody {
    /// `CPM-…`
    #[schema(schema_with = codes)]
    pub code: String,
    /// What it says.
    pub message: Words,
    /// Whether the Japanese text is the real system's own.
    pub official_wording: bool,
    /// What exactly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Words>,
    /// The nearest that would be taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nearest: Option<Nearest>,
    /// Fields of a form.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldError>,
}

/// All codes, with what they say: a client has to know them before it meets them.
fn codes() -> Object {
    let business = Business::ALL.iter().map(|why| (why.code(), why.text()));
    let all: Vec<(&str, Text)> = business.chain(System::ALL.iter().map(|why| (why.code(), why.text()))).collect();
    let lines: Vec<String> = all.iter().map(|(code, text)| format!("- `{code}`: {} {}", text.ja, text.en)).collect();
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(lines.join("\n")))
        .enum_values(Some(all.into_iter().map(|(code, _)| code)))
        .build()
}

impl From<Refusal> for ErrorBody {
    fn from(refusal: Refusal) -> ErrorBody {
        ErrorBody {
            code: refusal.why.code().to_owned(),
            message: refusal.why.text().into(),
            official_wording: refusal.why.wording() == Wording::Official,
            detail: refusal.detail.map(Words::from),
            nearest: refusal.nearest,
            fields: refusal.fields,
        }
    }
}

impl From<System> for ErrorBody {
    fn from(system: System) -> ErrorBody {
        ErrorBody {
            code: system.code().to_owned(),
            message: system.text().into(),
            official_wording: false,
            detail: None,
            nearest: None,
            fields: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_refusals_share_a_code() {
        let business = Business::ALL.iter().map(|why| why.code());
        let codes: Vec<_> = business.chain(System::ALL.iter().map(|why| why.code())).collect();
        assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), codes.len());
    }

    #[test]
    fn a_code_of_a_system_error_ends_in_its_status() {
        for system in System::ALL {
            assert_eq!(system.code(), format!("CPM-S{}", system.status()));
        }
    }
}
