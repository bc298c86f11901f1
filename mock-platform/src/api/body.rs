//! What travels in requests and responses. Knows shapes; knows no rule of the platform.
//!
//! Every response is `{"status":"ok","data":…}` or `{"status":"error","error":…}`; a business error
//! comes with HTTP 200. Times are RFC 3339 in JST.

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};
use utoipa::ToSchema;

use crate::model::{CertificateKind, Notice, OfficeNumber, date};
use crate::refusal::{ErrorBody, Words};

/// What every response is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "status", rename_all = "snake_case")]
#[allow(clippy::large_enum_variant, reason = "an answer lives for one response: boxing the error would save nothing")]
pub enum Answer<T> {
    /// Done.
    Ok {
        /// What was asked for.
        data: T,
    },
    /// Not done.
    Error {
        /// Why.
        error: ErrorBody,
    },
}

/// The data of an answer that has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Nothing {}

/// `POST /v1/login/personal`: the first step, with 個人ユーザ.
/// `POST /v1/login/office`: the second step, with 事業所ユーザ and the step token of the first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LoginRequest {
    /// ユーザID
    pub user_id: String,
    /// パスワード
    pub password: String,
    /// What the first step answered; in the second step only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_token: Option<String>,
}

/// The answer to the first step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StepAnswer {
    /// To be sent in the second step, within five minutes, on a connection of the same certificate.
    pub step_token: String,
}

/// The answer to the second step and to a refresh.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionAnswer {
    /// Sent as `Authorization: Bearer …` on connections of the same certificate.
    pub access_token: String,
    /// Seconds that it lives.
    pub expires_in: u64,
    /// For `POST /v1/token/refresh`; each works once.
    pub refresh_token: String,
    /// Seconds that it lives.
    pub refresh_expires_in: u64,
    /// Who has logged in.
    pub office: OfficeEntry,
}

/// `POST /v1/token/refresh`
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshRequest {
    /// The newest refresh token of the session.
    pub refresh_token: String,
}

/// An office as others see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OfficeEntry {
    /// 事業所番号
    pub number: OfficeNumber,
    /// 事業所名
    pub name: String,
    /// サービス種類コード
    pub service_types: Vec<String>,
}

/// `GET /v1/home`: what ホーム shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Home {
    /// Who has logged in.
    pub office: OfficeEntry,
    /// ライセンスの有効期限; absent without a licence.
    #[serde(default, with = "date::option")]
    pub licence_until: Option<Date>,
    /// Whether the licence is good today.
    pub licence_valid: bool,
    /// 有効終了年月日 of the certificate of this connection.
    #[serde(with = "time::serde::rfc3339")]
    pub certificate_until: OffsetDateTime,
    /// Whether that is 90 days away or fewer.
    pub certificate_ends_soon: bool,
    /// 版
    pub version: String,
    /// The platform's time.
    #[serde(with = "time::serde::rfc3339")]
    pub now: OffsetDateTime,
    /// お知らせ, newest first, at most twenty.
    pub notices: Vec<Notice>,
    /// Received deliveries with 未.
    pub not_fetched: u64,
}

/// A page of a list. `next` is the value of `after` that asks for the next page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// The entries.
    pub items: Vec<T>,
    /// Absent on the last page.
    pub next: Option<String>,
}

/// ファイル種別
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
pub enum FileType {
    /// 登録
    #[serde(rename = "登録")]
    Registration,
    /// 削除
    #[serde(rename = "削除")]
    Deletion,
    /// PDF等
    #[serde(rename = "PDF等")]
    Attachment,
}

/// データ取得状況
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
pub enum Fetched {
    /// 未
    #[serde(rename = "未")]
    NotYet,
    /// 済: all bytes of all files have been handed out at least once.
    #[serde(rename = "済")]
    Done,
}

/// A file of a delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FileEntry {
    /// ファイル名
    pub name: String,
    /// Bytes.
    pub bytes: u64,
    /// SHA-256 of them, in hexadecimal.
    pub sha256: String,
    /// ファイル種別
    pub file_type: FileType,
    /// CSVバージョン; absent (shown as —) for attachments.
    pub csv_version: Option<String>,
}

/// `POST /v1/deliveries/recognise`: what the names of files tell, before anything is sent.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecogniseRequest {
    /// File names, without folders.
    pub names: Vec<String>,
}

/// The deliveries that some files make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Recognised {
    /// One for each destination and timestamp, in the order of these.
    pub deliveries: Vec<RecognisedDelivery>,
    /// Names that belong to none: attachments, which the sender has to put somewhere.
    pub apart: Vec<String>,
}

/// A delivery, recognised from names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecognisedDelivery {
    /// 送信先; absent where a name does not tell it.
    pub destination: Option<OfficeNumber>,
    /// 送信先事業所名称; absent where there is no such office.
    pub destination_name: Option<String>,
    /// The timestamp in the names (ファイル出力日時), as written.
    pub timestamp: Option<String>,
    /// The files.
    pub files: Vec<RecognisedFile>,
    /// Why it would be refused; absent where it would be taken, as far as names tell.
    pub refusal: Option<ErrorBody>,
}

/// A file, recognised from its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecognisedFile {
    /// ファイル名
    pub name: String,
    /// Its kind, such as `UPPLAN`; absent for attachments.
    pub kind: Option<String>,
    /// What the kind is called.
    pub title: Option<String>,
    /// ファイル種別
    pub file_type: FileType,
}

/// The JSON part `delivery` of the multipart body of `POST /v1/deliveries`. Files follow as parts
/// `file` with their file names. The request bears the header `Idempotency-Key`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveryRequest {
    /// メッセージ
    #[serde(default)]
    pub message: String,
    /// 送信先; may be left out where the names of the files tell it.
    #[serde(default)]
    pub destination: Option<OfficeNumber>,
}

/// The JSON part `deliveries` of the multipart body of `POST /v1/deliveries/bulk` (一括送信). All files
/// follow as parts `file`; which delivery a file belongs to is told by `files`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkRequest {
    /// One message for all.
    #[serde(default)]
    pub message: String,
    /// Each is judged alone. Left out, files are grouped by destination and timestamp, and each
    /// group's key is the request's `Idempotency-Key` with `#` and the group's number from 0.
    #[serde(default)]
    pub deliveries: Option<Vec<BulkDelivery>>,
}

/// A delivery of a bulk send.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkDelivery {
    /// Its own idempotency key, unlike those of the others.
    #[schema(min_length = 1, max_length = 128, pattern = "^[!-~]+$")]
    pub key: String,
    /// 送信先; may be left out where names tell it.
    #[serde(default)]
    pub destination: Option<OfficeNumber>,
    /// Names of the parts that belong to it.
    pub files: Vec<String>,
}

/// An accepted delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Receipt {
    /// The number of the delivery.
    pub id: String,
    /// Whether an earlier request of the same key had been accepted: nothing was sent again.
    pub repeated: bool,
    /// 送信先
    pub destination: OfficeNumber,
    /// When it was accepted.
    #[serde(with = "time::serde::rfc3339")]
    pub accepted_at: OffsetDateTime,
    /// The files.
    pub files: Vec<FileEntry>,
}

/// What became of one delivery of a bulk send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BulkOutcome {
    /// Its key.
    pub key: String,
    /// Its files.
    pub files: Vec<String>,
    /// Present where it was accepted.
    pub receipt: Option<Receipt>,
    /// Present where it was not.
    pub refusal: Option<ErrorBody>,
}

/// A line of 送信済 (`GET /v1/sent`, newest first) and its detail (`GET /v1/sent/{id}`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SentEntry {
    /// The number of the delivery.
    pub id: String,
    /// 送信先
    pub destination: OfficeNumber,
    /// 送信先事業所名称
    pub destination_name: String,
    /// 送信日時
    #[serde(with = "time::serde::rfc3339")]
    pub sent_at: OffsetDateTime,
    /// ファイル出力日時, as in the names.
    pub timestamp: Option<String>,
    /// メッセージ
    pub message: String,
    /// The files.
    pub files: Vec<FileEntry>,
    /// The idempotency key it was sent with.
    pub key: String,
}

/// A line of 受信一覧 (`GET /v1/received`, oldest first) and its detail (`GET /v1/received/{id}`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReceivedEntry {
    /// The number of this entry.
    pub id: String,
    /// 受信日時
    #[serde(with = "time::serde::rfc3339")]
    pub received_at: OffsetDateTime,
    /// メッセージ
    pub message: String,
    /// 送信元事業所番号
    pub sender: OfficeNumber,
    /// 送信元事業所名称
    pub sender_name: String,
    /// データ取得状況
    pub fetched: Fetched,
    /// The files, fetched one by one as `GET /v1/received/{id}/files/{position}`, from 0.
    pub files: Vec<FileEntry>,
}

/// `POST /v1/received/fetch` (一括取得): answers with a zip archive that has a folder for each entry.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FetchRequest {
    /// Numbers of entries of 受信一覧.
    #[schema(min_items = 1)]
    pub ids: Vec<String>,
}

/// ライセンス as the tab shows it (`GET /site/licence`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LicenceView {
    /// 事業所番号
    pub number: OfficeNumber,
    /// 事業所名
    pub name: String,
    /// 差引状態: `完了` where the fee of the term is settled; else ours.
    pub settlement: Option<String>,
    /// 有効期限
    #[serde(default, with = "date::option")]
    pub until: Option<Date>,
    /// 残高 in yen.
    pub balance: u32,
    /// Whether it renews itself.
    pub renews: bool,
    /// Whether 申請 can be pressed.
    pub can_apply: bool,
    /// The lines shown above it.
    pub texts: Vec<Shown>,
}

/// A text on a screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Shown {
    /// The words.
    pub text: Words,
    /// Whether the Japanese is the real system's own.
    pub official_wording: bool,
}

/// `POST /site/licence/application`
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LicenceApplication {
    /// The form.
    pub applicant: crate::model::Applicant,
    /// 利用規約に同意
    #[serde(default)]
    pub terms_agreed: bool,
    /// 個人情報の取扱いに同意
    #[serde(default)]
    pub privacy_agreed: bool,
}

/// The completion page of 利用申請.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LicenceApplied {
    /// 申請日
    #[serde(with = "date")]
    pub applied_on: Date,
    /// The form, repeated.
    pub applicant: crate::model::Applicant,
    /// The term.
    #[serde(with = "date")]
    pub from: Date,
    /// 有効期限
    #[serde(with = "date")]
    pub until: Date,
    /// The month whose claim the fee is taken from (`YYYY-MM`): this month's for applications of days
    /// 1 to 15, else the next month's.
    pub billed_with: String,
    /// Whether it renews itself.
    pub renews: bool,
}

/// `POST /site/certificates`: 発行申請
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CertificateApplication {
    /// Which.
    pub kind: CertificateKind,
    /// 「発行申請を行う前に」を開いた
    pub precautions_read: bool,
    /// 利用規約を最後まで読んだ
    pub terms_read: bool,
    /// 証明書発行用パスワード
    pub password: String,
}

/// A line of the history of certificates (`GET /site/certificates`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CertificateView {
    /// 1 for the office's first; `GET /site/certificates/{no}/p12` fetches it, any number of times.
    pub no: u32,
    /// Its kind.
    pub kind: CertificateKind,
    /// 発行申請日
    #[serde(with = "time::serde::rfc3339")]
    pub applied_at: OffsetDateTime,
    /// 有効開始年月日; empty until it is issued.
    #[serde(with = "time::serde::rfc3339::option")]
    pub from: Option<OffsetDateTime>,
    /// 有効終了年月日
    #[serde(with = "time::serde::rfc3339::option")]
    pub until: Option<OffsetDateTime>,
    /// 状況: 発行申請中 or 発行済み
    pub state: String,
    /// 発行手数料残高, in yen.
    pub fee: u32,
    /// Whether it ends within 90 days.
    pub ends_soon: bool,
}
