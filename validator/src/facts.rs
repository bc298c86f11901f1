//! What the rules over sets need to know of a file, gathered while its rows pass by.
//! Knows keys and sums; judges nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::bind::{Known, Row, SumRow};
use crate::finding::Place;
use crate::form::digits;
use crate::numbers::{OfficeNumber, insured_number, office_number};
use crate::spec::keys::{dlt1kyo, up1kyo, upkihon, upplan, upsikyu};
use crate::spec::{Key, Kind, service_type};

/// 保険者番号 and 被保険者番号.
pub type Person = [u8; 16];

/// The date that a record of a person is about: 居宅サービス計画作成（変更）日 or 相談日; zeros where
/// the kind has none.
pub type Occasion = [u8; 8];

/// The services of one code at one office.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceKey {
    /// Whose.
    pub person: Person,
    /// サービス事業所番号
    pub office: [u8; 10],
    /// サービスコード
    pub code: [u8; 6],
}

/// Units of one [`ServiceKey`].
#[derive(Clone, Copy, Debug)]
pub struct Amount {
    /// Sum of 単位数 × 回数.
    pub sum: i64,
    /// Count of rows.
    pub rows: u32,
    /// 単位数, where all rows have the same.
    pub units: Option<i64>,
    /// Whether some row has 日割対象日 or a discount, a number that is negative or cannot be read, or is there
    /// twice: not to be compared.
    pub open: bool,
    /// サービスコード of the first row.
    pub place: Place,
}

/// What is known of one file.
#[derive(Debug, Default)]
pub struct Facts {
    /// Whether every record could be read as a row that tells whose it is.
    pub complete: bool,
    /// Whether some row does not tell whose it is.
    pub nameless: bool,
    /// 被保険者番号 of the first row of each person and occasion.
    pub occasions: BTreeMap<(Person, Occasion), Place>,
    /// The occasion's own cell in that row.
    pub occasion_places: BTreeMap<(Person, Occasion), Place>,
    /// Units by service, for 第6表（予定） and the detail rows of 第7表.
    pub services: BTreeMap<ServiceKey, Amount>,
    /// People with a service that could not be added to one of these: their sums fall short.
    pub unsummed: BTreeSet<Person>,
    /// 対象年月 of the first row that has the form of one, 000000 included.
    pub month: Option<[u8; 6]>,
    /// Whether another row has another one.
    pub months_differ: bool,
    /// 家族構成 画像ファイル名, as bytes, with their places.
    pub images: Vec<(Vec<u8>, Place)>,
}

impl Facts {
    /// Whether the person stands in the file.
    pub fn has(&self, person: &Person) -> bool {
        self.of(person).next().is_some()
    }

    /// The occasions of a person, with their places.
    pub fn of(&self, person: &Person) -> impl Iterator<Item = (&Occasion, &Place)> {
        self.occasions.range((*person, [0; 8])..=(*person, [0xFF; 8])).map(|((_, occasion), place)| (occasion, place))
    }

    /// Every person once, with the place of the first of their rows by occasion.
    pub fn people(&self) -> impl Iterator<Item = (&Person, &Place)> {
        let mut last: Option<&Person> = None;
        self.occasions.iter().filter_map(move |((person, _), place)| {
            let new = last != Some(person);
            last = Some(person);
            new.then_some((person, place))
        })
    }
}

/// Gathers the facts. What belongs to the person of the row before is near at hand.
#[derive(Debug, Default)]
pub(crate) struct Gathering {
    facts: Facts,
    /// Whose row came last.
    person: Option<Person>,
    /// The occasion of that row, where its places are known.
    occasion: Option<Occasion>,
    /// Services of that person, not among the others meanwhile.
    services: Vec<(ServiceKey, Amount)>,
}

/// So many services of one person are looked through.
const MANY: usize = 64;

impl Gathering {
    /// All that was gathered. `complete` says whether every record could be read as a row.
    pub(crate) fn finish(mut self, complete: bool) -> Facts {
        self.put_back();
        self.facts.complete = complete && !self.facts.nameless;
        self.facts
    }

    fn put_back(&mut self) {
        self.facts.services.extend(self.services.drain(..));
    }

    /// Takes a row. `same` says that it is of the same person as the one before.
    pub(crate) fn row(&mut self, row: &Row<'_>, same: bool) {
        if !same {
            self.put_back();
            self.person = person(row);
            self.occasion = None;
        }
        let Some(person) = self.person else {
            self.facts.nameless = true;
            return;
        };
        if let Known::Is(month) = row.fixed::<6>(upplan::TARGET_MONTH)
            && self.facts.month != Some(month)
            && digits(&month)
        {
            self.facts.months_differ |= self.facts.month.is_some();
            self.facts.month.get_or_insert(month);
        }
        let occasion_key = occasion_key(row.table.kind);
        let occasion = match occasion_key.map(|key| row.fixed::<8>(key)) {
            Some(Known::Is(occasion)) => occasion,
            Some(Known::Absent | Known::Unreadable) | None => [0; 8],
        };
        if self.occasion != Some(occasion) {
            self.occasion = Some(occasion);
            if let Some(place) = place(row, upplan::INSURED_NUMBER) {
                self.facts.occasions.entry((person, occasion)).or_insert(place);
            }
            if let Some(place) = occasion_key.and_then(|key| place(row, key)) {
                self.facts.occasion_places.entry((person, occasion)).or_insert(place);
            }
        }
        match row.table.kind {
            Kind::Upplan => self.service(row, person),
            Kind::Upsikyu => match row.sum_row(upsikyu::SERVICE_CODE) {
                Known::Is(SumRow::Subtotal(_) | SumRow::Total) => {}
                Known::Is(SumRow::Detail) | Known::Absent | Known::Unreadable => self.service(row, person),
            },
            Kind::Upkihon => {
                if let (Known::Is(name), Some(place)) =
                    (row.bytes(upkihon::FAMILY_IMAGE_FILE), place(row, upkihon::FAMILY_IMAGE_FILE))
                {
                    self.facts.images.push((name.to_vec(), place));
                }
            }
            Kind::Uphosoku
            | Kind::Up1kyo
            | Kind::Dlt1kyo
            | Kind::Up2kyo
            | Kind::Up3kyo
            | Kind::Upjsk
            | Kind::Dltplan
            | Kind::Dltjsk
            | Kind::Dltkihon
            | Kind::UpkihonSub1
            | Kind::UpkihonSub2
            | Kind::Upyobo
            | Kind::Dltyobo
            | Kind::UpyoboSub
            | Kind::UpkihonImage => {}
        }
    }

    /// Says that the row taken last has been there before: what it adds is too much, or was forgotten elsewhere.
    #[cold]
    pub(crate) fn repeated(&mut self, row: &Row<'_>) {
        let (office, code) = (row.fixed(upplan::SERVICE_OFFICE_NUMBER), row.fixed(upplan::SERVICE_CODE));
        let (Known::Is(office), Known::Is(code)) = (office, code) else { return };
        let mut services = self.services.iter_mut();
        if let Some((_, amount)) = services.find(|(own, _)| own.code == code && own.office == office) {
            amount.open = true;
        }
    }

    fn service(&mut self, row: &Row<'_>, person: Person) {
        let (Known::Is(office), Known::Is(code), Some(place)) = (
            row.fixed::<10>(upplan::SERVICE_OFFICE_NUMBER),
            row.fixed::<6>(upplan::SERVICE_CODE),
            place(row, upplan::SERVICE_CODE),
        ) else {
            self.facts.unsummed.insert(person);
            return;
        };
        let key = ServiceKey { person, office, code };
        let known = self.services.iter().position(|(own, _)| own.code == code && own.office == office);
        let before = if known.is_none() { self.facts.services.remove(&key) } else { None };
        // Numbers and codes of another form, and types that are unknown or not exchanged, have findings of their
        // own; what they were meant to be is missing from the sum of another code.
        let is_meant_otherwise = || {
            office_number(&office) == OfficeNumber::Malformed
                || code.iter().any(u8::is_ascii_lowercase)
                || service_type(row.table.version, &code[..2]) != Some(true)
        };
        if known.is_none() && before.is_none() && is_meant_otherwise() {
            self.facts.unsummed.insert(person);
            return;
        }
        let (units, count) = (row.integer(upplan::UNITS), row.integer(upplan::SERVICE_COUNT));
        let prorated = !matches!(row.bytes(upplan::PRORATED_DAYS), Known::Absent);
        // 第6表 has the units after a discount, 第7表 both.
        let discounted = !matches!(row.integer(upsikyu::DISCOUNTED_UNITS), Known::Absent | Known::Is(0));
        let product = units.is().zip(count.is()).and_then(|(units, count)| units.checked_mul(count));
        let index = known.unwrap_or_else(|| {
            if self.services.len() >= MANY {
                self.put_back();
            }
            let new = Amount { sum: 0, rows: 0, units: units.is(), open: false, place };
            self.services.push((key, before.unwrap_or(new)));
            self.services.len() - 1
        });
        let Some((_, amount)) = self.services.get_mut(index) else { return };
        amount.rows += 1;
        amount.sum = amount.sum.saturating_add(product.unwrap_or(0));
        amount.open |= prorated || discounted || product.is_none_or(|product| product < 0);
        if amount.units != units.is() {
            amount.units = None;
        }
    }
}

/// The person of a row, where both numbers have the form of such numbers.
pub fn person(row: &Row<'_>) -> Option<Person> {
    let insurer = row.fixed::<6>(upplan::INSURER_NUMBER).is()?;
    let insured = row.fixed::<10>(upplan::INSURED_NUMBER).is()?;
    if !digits(&insurer) || !insured_number(&insured) {
        return None;
    }
    let mut person = [0; 16];
    person[..6].copy_from_slice(&insurer);
    person[6..].copy_from_slice(&insured);
    Some(person)
}

/// The place of an item's cell in a row.
pub fn place(row: &Row<'_>, key: Key) -> Option<Place> {
    let column = row.table.column(key)?;
    Some(Place::range(&row.record, row.record.cells[column].content(), Some(column)))
}

/// The item that tells the records of one person apart, where there is one.
pub fn occasion_key(kind: Kind) -> Option<Key> {
    match kind {
        Kind::Up1kyo | Kind::Up2kyo | Kind::Up3kyo | Kind::Uphosoku | Kind::Upyobo | Kind::UpyoboSub => {
            Some(up1kyo::PLAN_CREATED_ON)
        }
        Kind::Dlt1kyo | Kind::Dltyobo => Some(dlt1kyo::PLAN_CREATED_ON),
        Kind::Upkihon | Kind::UpkihonSub1 | Kind::UpkihonSub2 | Kind::Dltkihon => Some(upkihon::CONSULTED_ON),
        Kind::Upplan | Kind::Upjsk | Kind::Dltplan | Kind::Dltjsk | Kind::Upsikyu | Kind::UpkihonImage => None,
    }
}
