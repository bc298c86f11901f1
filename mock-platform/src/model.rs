//! What the platform keeps: offices, their users, licences and certificates, notices. Knows how each
//! is written down; decides nothing.

use std::fmt;

use renkei_validator::numbers;
use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};
use utoipa::ToSchema;

time::serde::format_description!(pub(crate) date, Date, "[year]-[month]-[day]");

/// 事業所番号: ten characters that have the form of one. The check digit is not asked for, as
/// published numbers exist that have another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, example = "9970100013", pattern = "^[0-9A-HJ-NPR-Z]{10}$")]
pub struct OfficeNumber(String);

impl OfficeNumber {
    /// Reads one; `None` where the text has not its form.
    pub fn parse(text: &str) -> Option<OfficeNumber> {
        match numbers::office_number(text.as_bytes()) {
            numbers::OfficeNumber::Sound | numbers::OfficeNumber::LetterMisplaced => {
                Some(OfficeNumber(text.to_owned()))
            }
            numbers::OfficeNumber::Malformed => None,
        }
    }

    /// The ten characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for OfficeNumber {
    type Error = String;

    fn try_from(text: String) -> Result<OfficeNumber, String> {
        OfficeNumber::parse(&text).ok_or_else(|| format!("{text:?} has not the form of an office number"))
    }
}

impl From<OfficeNumber> for String {
    fn from(number: OfficeNumber) -> String {
        number.0
    }
}

impl fmt::Display for OfficeNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An office (事業所) with all that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Office {
    /// 事業所番号
    pub number: OfficeNumber,
    /// 事業所名
    #[schema(pattern = r"\S")]
    pub name: String,
    /// サービス種類コード of all it takes part with; in the order of the code.
    pub service_types: Vec<String>,
    /// 事業所ユーザ (`KJ` and twelve characters).
    pub office_user: User,
    /// 個人ユーザ (`c` and more), shared by the staff.
    pub personal_user: User,
    /// ライセンス; absent where none was ever applied for.
    pub licence: Option<Licence>,
    /// Certificates applied for or issued, oldest first.
    pub certificates: Vec<Certificate>,
}

/// A user and what is known of their password. The password itself is kept in the clear: it is a
/// test user's, and 利用状況Webサイト shows that of 個人ユーザ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// ユーザID
    pub id: String,
    /// パスワード
    #[schema(pattern = r"\S")]
    pub password: String,
    /// Whether it can be used.
    pub state: PasswordState,
    /// Failed logins since the last good one.
    pub failures: u32,
    /// Until when the user is locked.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub locked_until: Option<OffsetDateTime>,
}

/// Whether a password can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PasswordState {
    /// 本パスワード
    Regular,
    /// 仮パスワード: must be changed in 電子請求受付システム first.
    Temporary,
    /// 有効期限切れ: the same.
    Expired,
}

/// ライセンス of one office.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Licence {
    /// 申請日
    #[serde(with = "date")]
    pub applied_on: Date,
    /// The first day of the term.
    #[serde(with = "date")]
    pub from: Date,
    /// 有効期限: the last day of the term, to its end in JST.
    #[serde(with = "date")]
    pub until: Date,
    /// Whether the fee of the term has been settled (差引状態).
    pub paid: bool,
    /// Whether it renews itself: for applications since 2025-06-01, unless opted out.
    pub renews: bool,
    /// What the form said.
    pub applicant: Applicant,
}

/// The fields of the form 利用申請.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Applicant {
    /// 代表者氏名 姓
    pub representative_family_name: String,
    /// 代表者氏名 名
    pub representative_given_name: String,
    /// 担当者氏名 姓
    pub contact_family_name: String,
    /// 担当者氏名 名
    pub contact_given_name: String,
    /// 電話番号
    pub phone: String,
    /// メールアドレス
    pub mail: String,
    /// メールアドレス（確認用）
    pub mail_again: String,
}

/// What kind of certificate a client holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CertificateKind {
    /// 介護保険証明書, subject `KaigoJigyousho…`
    KaigoJigyousho,
    /// 請求委任事業所用ケアプラン証明書 (介護DX証明書 since 2025-10), subject `CarePlanJigyousho…`
    CarePlanJigyousho,
}

/// A certificate of an office, from its application on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// 1 for the office's first.
    pub no: u32,
    /// Its kind.
    pub kind: CertificateKind,
    /// 発行申請日
    #[serde(with = "time::serde::rfc3339")]
    pub applied_at: OffsetDateTime,
    /// What it has come to.
    pub state: CertificateState,
    /// Whether the office has been told that it ends soon.
    #[serde(default)]
    pub end_noticed: bool,
}

/// How far the issuing of a certificate has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum CertificateState {
    /// 発行申請中
    Applied {
        /// 証明書発行用パスワード
        password: String,
    },
    /// 発行済み
    Issued {
        /// 有効開始年月日
        #[serde(with = "time::serde::rfc3339")]
        from: OffsetDateTime,
        /// 有効終了年月日, to the second
        #[serde(with = "time::serde::rfc3339")]
        until: OffsetDateTime,
        /// Serial number, in hexadecimal.
        serial: String,
        /// SHA-256 of the certificate, in hexadecimal.
        fingerprint: String,
        /// The password-protected p12, in hexadecimal.
        p12: String,
    },
}

/// お知らせ
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Notice {
    /// Counts up.
    pub id: u64,
    /// 掲載日時
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// 件名
    pub title: String,
    /// 本文
    pub text: String,
    /// Only for this office; else for all.
    pub office: Option<OfficeNumber>,
}
