//! Reads the name of a file as the platform takes it: exactly the standard's grammar, or an
//! attachment's free name. Knows names; knows no office and no set.
//!
//! Assumptions: the ending of a CSV file may be `.CSV` (as in the standard) or `.csv`, as screens of the
//! real system show both; whether the timestamp is a moment that exists is not asked; a file with the
//! ending of an attachment is one, whatever its name begins with.

mod unfit;

use renkei_validator::bind::YearMonth;
use renkei_validator::name::{FileName, NamedKind};
use renkei_validator::spec::{Kind, MonthSegment, Segment, Version, grammar};
use renkei_validator::text::Message;

use self::unfit::unfit;
pub(crate) use self::unfit::{disturbs, is_device};
use super::shown;
use crate::api::body::FileType;
use crate::model::OfficeNumber;
use crate::refusal::{Business, Nearest, Refusal};

/// What a name says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// A file of the standard.
    Standard(Standard),
    /// Anything that may travel beside it.
    Attachment,
}

/// A name of the standard, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standard {
    /// Its kind.
    pub kind: Kind,
    /// 対象年月; absent where the kind has none.
    pub month: Option<Month>,
    /// 送信元
    pub sender: Address,
    /// 送信先
    pub receiver: Address,
    /// ファイル連番
    pub timestamp: String,
    /// 画像の枝番
    pub branch: Option<String>,
}

/// 対象年月 of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Month {
    /// 000000, beside the plan tables.
    Zero,
    /// A month.
    Of(YearMonth),
}

/// One end of a delivery, as names write it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    /// 事業所番号
    pub office: OfficeNumber,
    /// サービス種類コード; absent in names before 202407.
    pub service_type: Option<String>,
}

impl Standard {
    /// ファイル種別. The image of 利用者基本情報 counts as PDF等, as it is no CSV file (assumption).
    pub fn file_type(&self) -> FileType {
        if self.kind == Kind::UpkihonImage {
            FileType::Attachment
        } else if self.kind.is_delete() {
            FileType::Deletion
        } else {
            FileType::Registration
        }
    }

    /// The name in the shape of a version, with the ending of `text`. Service types that it lacks are those given.
    pub fn written(&self, text: &str, version: Version, types: [&String; 2]) -> String {
        let month = self.month.map(|month| match month {
            Month::Zero => "000000".to_owned(),
            Month::Of(month) => month.to_string(),
        });
        let end = |address: &Address, given: &String| {
            let service_type = match version {
                Version::V202407 => Some(address.service_type.clone().unwrap_or_else(|| given.clone())),
                Version::V202003 | Version::V202208 => None,
            };
            [Some(address.office.to_string()), service_type]
        };
        let ([from, from_type], [to, to_type]) = (end(&self.sender, types[0]), end(&self.receiver, types[1]));
        let timestamp = Some(self.timestamp.clone());
        let parts = [Some(self.kind.to_string()), month, from, from_type, to, to_type, timestamp, self.branch.clone()];
        let stem = parts.into_iter().flatten().collect::<Vec<_>>().join("_");
        let ending = text.rsplit_once('.').map_or("CSV", |(_, ending)| ending);
        format!("{stem}.{ending}")
    }

    /// The newest version that has names of this shape.
    pub fn version(&self) -> Version {
        match self.sender.service_type {
            Some(_) => Version::V202407,
            None => Version::V202208,
        }
    }
}

/// What the kind is called (帳票名).
pub fn title(kind: Kind) -> Option<String> {
    Version::ALL.iter().rev().find_map(|version| grammar(*version, kind)).map(|grammar| grammar.name_ja.clone())
}

/// Reads a name. `attachments` are the endings that attachments may have, in lower case.
///
/// # Errors
/// [`Business::NameNotStandard`] with the nearest name of the standard, or
/// [`Business::AttachmentNotAccepted`].
pub fn read(text: &str, attachments: &[String]) -> Result<Named, Refusal> {
    if let Some(unfit) = unfit(text) {
        return Err(unfit.refusal(text));
    }
    let name = FileName::parse(text);
    let ending = name.extension.as_deref().map(str::to_ascii_lowercase);
    let attached = ending.as_deref().is_some_and(|ending| attachments.iter().any(|known| known == ending));
    match name.meant_kind() {
        Some(kind) if kind == Kind::UpkihonImage || !attached => standard(&name, kind).map(Named::Standard),
        Some(_) => Ok(Named::Attachment),
        None if attached => Ok(Named::Attachment),
        None if ending.as_deref() == Some("csv") => Err(unknown(&name)),
        None => Err(not_attachable(text, attachments)),
    }
}

/// The exact reading of a name that is meant as one of the standard.
fn standard(name: &FileName, kind: Kind) -> Result<Standard, Refusal> {
    let exact = || {
        let NamedKind::Known(_) = name.kind else { return None };
        let ending = endings(kind).contains(&name.extension.as_deref()?);
        (ending && name.missing.is_empty() && name.extra.is_empty()).then_some(())?;
        let month = match name.part(Segment::TargetMonth) {
            Some(text) => Some(month(kind, text)?),
            None => None,
        };
        let text = |segment: Segment| name.part(segment).filter(|text| fits(kind, segment, text)).map(str::to_owned);
        let address = |office: Segment, service_type: Segment| {
            let office = OfficeNumber::parse(name.part(office)?)?;
            Some(Address { office, service_type: if name.with_types { Some(text(service_type)?) } else { None } })
        };
        let branch = if kind == Kind::UpkihonImage { Some(text(Segment::Branch)?) } else { None };
        Some(Standard {
            kind,
            month,
            sender: address(Segment::SenderOffice, Segment::SenderServiceType)?,
            receiver: address(Segment::ReceiverOffice, Segment::ReceiverServiceType)?,
            timestamp: text(Segment::Timestamp)?,
            branch,
        })
    };
    exact().ok_or_else(|| near_miss(name, kind))
}

/// The endings that files of a kind may have, the one to be recommended first.
fn endings(kind: Kind) -> &'static [&'static str] {
    if kind == Kind::UpkihonImage { &["jpg", "JPG"] } else { &["CSV", "csv"] }
}

fn month(kind: Kind, text: &str) -> Option<Month> {
    let zero = Version::ALL
        .iter()
        .filter_map(|version| grammar(*version, kind))
        .any(|grammar| grammar.month == MonthSegment::ZeroOrMonth);
    match text {
        "000000" => zero.then_some(Month::Zero),
        text => YearMonth::parse(text.as_bytes()).map(Month::Of),
    }
}

/// Whether a part has the form that the standard gives it.
fn fits(kind: Kind, segment: Segment, text: &str) -> bool {
    let digits = |count: usize| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    match segment {
        Segment::TargetMonth => month(kind, text).is_some(),
        Segment::SenderOffice | Segment::ReceiverOffice => OfficeNumber::parse(text).is_some(),
        Segment::SenderServiceType | Segment::ReceiverServiceType => {
            text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
        }
        Segment::Timestamp => digits(14),
        Segment::Branch => digits(4),
    }
}

/// The form of a part, in words.
fn form(segment: Segment) -> (&'static str, &'static str) {
    match segment {
        Segment::TargetMonth => ("年月（YYYYMM）", "a month, YYYYMM"),
        Segment::SenderOffice | Segment::ReceiverOffice => {
            ("10桁の半角数字・大文字英字", "ten half-width digits or capitals")
        }
        Segment::SenderServiceType | Segment::ReceiverServiceType => {
            ("2桁の半角数字・大文字英字", "two half-width digits or capitals")
        }
        Segment::Timestamp => ("14桁の半角数字", "fourteen half-width digits"),
        Segment::Branch => ("4桁の半角数字", "four half-width digits"),
    }
}

/// The refusal of a name that is meant as one of the standard, with the name it must be. What the name
/// does not tell stands there as the part's key in braces.
fn near_miss(name: &FileName, kind: Kind) -> Refusal {
    let mut differences = Vec::new();
    let mut differ = |ja: String, en: String| differences.push(Message::pair(ja, en));
    if let NamedKind::Nearest { written, .. } = &name.kind {
        let written = shown(written);
        differ(
            format!("識別子「{written}」を「{kind}」にします。"),
            format!("The identifier `{written}` must be `{kind}`."),
        );
    }
    let shape = if name.with_types { Version::V202407 } else { Version::V202208 };
    let segments = grammar(shape, kind).map_or(&[][..], |grammar| &grammar.segments);
    let mut right = kind.name().to_owned();
    for &segment in segments {
        let title = segment.title();
        let (ja, en) = form(segment);
        right.push('_');
        match name.part(segment) {
            Some(text) if fits(kind, segment, text) => right.push_str(text),
            Some(text) if fits(kind, segment, &text.to_ascii_uppercase()) => {
                let upper = text.to_ascii_uppercase();
                right.push_str(&upper);
                differ(
                    format!("{}「{text}」を「{upper}」にします。", title.ja),
                    format!("The {}, `{text}`, must be `{upper}`.", title.en),
                );
            }
            Some(text) => {
                right.push_str(&format!("{{{}}}", segment.name()));
                let text = shown(text);
                differ(
                    format!("{}「{text}」を{ja}にします。", title.ja),
                    format!("The {}, `{text}`, must be {en}.", title.en),
                );
            }
            None => {
                right.push_str(&format!("{{{}}}", segment.name()));
                // The title says already that it is a month.
                let (ja, en) = if segment == Segment::TargetMonth { ("YYYYMM", "YYYYMM") } else { (ja, en) };
                differ(format!("{}（{ja}）がありません。", title.ja), format!("The {} ({en}) is missing.", title.en));
            }
        }
    }
    for extra in &name.extra {
        let extra = shown(extra);
        differ(format!("「{extra}」が余分です。"), format!("`{extra}` is too much."));
    }
    let known = name.extension.as_deref().filter(|ending| endings(kind).contains(ending));
    let ending = known.unwrap_or(endings(kind)[0]);
    if known.is_none() {
        differ(format!("拡張子を「.{ending}」にします。"), format!("The ending must be `.{ending}`."));
    }
    right.push('.');
    right.push_str(ending);
    let ja: Vec<&str> = differences.iter().map(|difference| difference.ja.as_str()).collect();
    let en: Vec<&str> = differences.iter().map(|difference| difference.en.as_str()).collect();
    let difference = Message::pair(ja.concat(), en.join(" "));
    Refusal {
        nearest: Some(Nearest { accepted: vec![right], difference: difference.into() }),
        ..Refusal::with(Business::NameNotStandard, quoted(&name.text))
    }
}

/// A CSV file that begins with nothing like an identifier: no name is near it.
fn unknown(name: &FileName) -> Refusal {
    let text = shown(&name.text);
    Refusal::with(
        Business::NameNotStandard,
        Message::pair(
            format!("「{text}」の先頭は標準仕様の識別子ではありません。"),
            format!("`{text}` does not begin with an identifier of the standard."),
        ),
    )
}

fn not_attachable(text: &str, attachments: &[String]) -> Refusal {
    let (text, endings) = (shown(text), attachments.join(" "));
    Refusal::with(
        Business::AttachmentNotAccepted,
        Message::pair(
            format!("「{text}」は添付できません。添付できる拡張子は次のとおりです: {endings}"),
            format!("`{text}` cannot be attached. Accepted endings: {endings}"),
        ),
    )
}

/// A name as detail of a refusal.
pub(crate) fn quoted(text: &str) -> Message {
    let text = shown(text);
    Message::pair(format!("「{text}」"), format!("`{text}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endings() -> Vec<String> {
        vec!["pdf".to_owned(), "jpg".to_owned(), "txt".to_owned()]
    }

    fn refused(text: &str) -> (Business, Option<(Vec<String>, String)>) {
        let refusal = read(text, &endings()).unwrap_err();
        (refusal.why, refusal.nearest.map(|nearest| (nearest.accepted, nearest.difference.ja)))
    }

    fn near(text: &str) -> (String, String) {
        let (why, nearest) = refused(text);
        assert_eq!(why, Business::NameNotStandard);
        let (accepted, difference) = nearest.unwrap();
        assert_eq!(accepted.len(), 1);
        (accepted[0].clone(), difference)
    }

    #[test]
    fn names_of_both_shapes_are_taken_apart() {
        let new = read("UPHOSOKU_000000_9970100013_43_99A0100016_A2_20260915093000.csv", &endings());
        let number = |text: &str| OfficeNumber::parse(text).unwrap();
        assert_eq!(
            new,
            Ok(Named::Standard(Standard {
                kind: Kind::Uphosoku,
                month: Some(Month::Zero),
                sender: Address { office: number("9970100013"), service_type: Some("43".to_owned()) },
                receiver: Address { office: number("99A0100016"), service_type: Some("A2".to_owned()) },
                timestamp: "20260915093000".to_owned(),
                branch: None,
            }))
        );
        let old = read("DLT1KYO_9970100013_9970100021_20241127163000.CSV", &endings());
        assert_eq!(
            old,
            Ok(Named::Standard(Standard {
                kind: Kind::Dlt1kyo,
                month: None,
                sender: Address { office: number("9970100013"), service_type: None },
                receiver: Address { office: number("9970100021"), service_type: None },
                timestamp: "20241127163000".to_owned(),
                branch: None,
            }))
        );
    }

    #[test]
    fn every_kind_has_its_file_type() {
        let name = |text: &str| match read(text, &endings()) {
            Ok(Named::Standard(standard)) => (standard.file_type(), standard.version()),
            other => panic!("{text}: {other:?}"),
        };
        let at = "9970100013_43_9970100021_11_20260915093000";
        assert_eq!(name(&format!("UPKIHON_SUB1_{at}.CSV")), (FileType::Registration, Version::V202407));
        assert_eq!(name(&format!("DLTJSK_202610_{at}.CSV")), (FileType::Deletion, Version::V202407));
        assert_eq!(name(&format!("UPKIHON_IMAGE_{at}_0001.JPG")), (FileType::Attachment, Version::V202407));
        assert_eq!(
            name("UPJSK_202410_9970100021_9970100013_20241127163000.CSV"),
            (FileType::Registration, Version::V202208)
        );
    }

    #[test]
    fn a_near_miss_tells_the_right_name_and_the_difference() {
        let at = "9970100013_43_9970100021_11_20260915093000";
        let cases = [
            (format!("UPKHON_{at}.CSV"), format!("UPKIHON_{at}.CSV"), "識別子「UPKHON」を「UPKIHON」にします。"),
            (format!("upkihon_{at}.CSV"), format!("UPKIHON_{at}.CSV"), "識別子「upkihon」を「UPKIHON」にします。"),
            (format!("UPKIHON_000000_{at}.CSV"), format!("UPKIHON_{at}.CSV"), "「000000」が余分です。"),
            (format!("UPKIHON_{at}.Csv"), format!("UPKIHON_{at}.CSV"), "拡張子を「.CSV」にします。"),
            (format!("UPKIHON_{at}"), format!("UPKIHON_{at}.CSV"), "拡張子を「.CSV」にします。"),
            (
                format!("UPKIHON_IMAGE_{at}_0001.jpeg"),
                format!("UPKIHON_IMAGE_{at}_0001.jpg"),
                "拡張子を「.jpg」にします。",
            ),
            (
                format!("UPPLAN_000000_{at}.CSV"),
                format!("UPPLAN_{{target_month}}_{at}.CSV"),
                "対象年月「000000」を年月（YYYYMM）にします。",
            ),
            (
                format!("UPPLAN_202613_{at}.CSV"),
                format!("UPPLAN_{{target_month}}_{at}.CSV"),
                "対象年月「202613」を年月（YYYYMM）にします。",
            ),
            (
                "UP1KYO_9970100013_43_99a0100016_a2_20260915093000.CSV".to_owned(),
                "UP1KYO_9970100013_43_99A0100016_A2_20260915093000.CSV".to_owned(),
                "送信先事業所番号「99a0100016」を「99A0100016」にします。送信先サービス種類コード「a2」を「A2」にします。",
            ),
            (
                "UP1KYO_9970100013_43_20260915093000.csv".to_owned(),
                "UP1KYO_9970100013_43_{receiver_office}_{receiver_service_type}_20260915093000.csv".to_owned(),
                "送信先事業所番号（10桁の半角数字・大文字英字）がありません。送信先サービス種類コード（2桁の半角数字・大文字英字）がありません。",
            ),
            (
                "UPPLAN.CSV".to_owned(),
                "UPPLAN_{target_month}_{sender_office}_{receiver_office}_{timestamp}.CSV".to_owned(),
                "対象年月（YYYYMM）がありません。送信元事業所番号（10桁の半角数字・大文字英字）がありません。送信先事業所番号（10桁の半角数字・大文字英字）がありません。ファイル連番（14桁の半角数字）がありません。",
            ),
            (
                "UP1KYO_9970100013_9970100021_201911110102233.CSV".to_owned(),
                "UP1KYO_9970100013_9970100021_{timestamp}.CSV".to_owned(),
                "ファイル連番「201911110102233」を14桁の半角数字にします。",
            ),
            (
                "DLTBET_202610_9970100013_43_9970100021_11_20260915093000.CSV".to_owned(),
                "UPSIKYU_202610_9970100013_43_9970100021_11_20260915093000.CSV".to_owned(),
                "識別子「DLTBET」を「UPSIKYU」にします。",
            ),
        ];
        for (text, right, difference) in cases {
            assert_eq!(near(&text), (right, difference.to_owned()), "{text}");
        }
    }

    #[test]
    fn a_name_of_hundreds_of_parts_is_refused_and_not_echoed_whole() {
        let (why, nearest) = refused(&format!("UPPLAN_{}.CSV", "1_".repeat(120)));
        assert_eq!(why, Business::NameNotStandard);
        assert!(nearest.is_some());
        assert_eq!(refused(&"あ".repeat(86)), (Business::NameNotStandard, None));
    }

    #[test]
    fn attachments_may_have_any_sane_name_with_an_accepted_ending() {
        for text in ["第3表.pdf", "a b.PDF", "UP3KYO_9970100013.pdf", ".pdf", "髙橋様（写し）.jpg", "CONTRACT.txt"]
        {
            assert_eq!(read(text, &endings()), Ok(Named::Attachment), "{text}");
        }
        for text in ["第3表.exe", "第3表", "pdf", "x.pdf.lnk"] {
            assert_eq!(refused(text), (Business::AttachmentNotAccepted, None), "{text}");
        }
        assert_eq!(refused("data.csv"), (Business::NameNotStandard, None));
    }
}
