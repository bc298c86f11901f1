//! The round of one planning office in one month: set by set, in the order they are sent.

use std::collections::BTreeMap;

use renkei_validator::bind::YearMonth;
use renkei_validator::spec::{Kind, Version};
use time::Date;

use super::client::{Client, Provider, Tables};
use super::{Address, Courier, Delivery, DeliveryError, End, File, Purpose};
use crate::encode::{self, Beside, Deletion, EncodeError, Items, Sheet};
use crate::model::{Certification, Office};
use crate::texts::{Occasion, basic_info, plan1, plan2, plan3, prevention_plan};

/// The family diagram that goes with 利用者基本情報: one grey point.
const IMAGE: &[u8] = include_bytes!("../../data/family.jpg");

/// How many basic informations in a thousand have a family diagram; an assumption.
const WITH_IMAGE: u32 = 60;

/// One planning office in one month.
pub(super) struct Round<'a> {
    pub(super) courier: Courier<'a>,
    pub(super) manager: &'a Office,
    pub(super) month: YearMonth,
    pub(super) version: Version,
}

/// A file in the making.
pub(super) struct Draft {
    kind: Kind,
    pub(super) bytes: Vec<u8>,
}

/// Table 6, table 7 and the supplement of one user, as bytes.
type Sheets = [Vec<u8>; 3];

type Take<'t, E> = &'t mut dyn FnMut(Delivery) -> Result<(), E>;

impl<'a> Round<'a> {
    pub(super) fn run<E: From<DeliveryError>>(&self, clients: &[Client], take: Take<'_, E>) -> Result<(), E> {
        self.plans(clients, take)?;
        self.tables(Purpose::Tables, clients, &|client| Some(&client.first), take)?;
        self.tables(Purpose::Corrected, clients, &|client| client.corrected.as_ref(), take)?;
        self.withdrawals(clients, take)?;
        let without = |client: &'_ Client| client.withdrawn.is_some();
        let left: Vec<Client> = clients.iter().filter(|client| without(client)).cloned().collect();
        self.tables(Purpose::WithoutWithdrawn, &left, &|client| Some(client.last()), take)?;
        self.results(clients, take)
    }

    fn offices(&self) -> &'a [Office] {
        self.courier.population.offices()
    }

    fn office(&self, index: u32) -> Result<&'a Office, DeliveryError> {
        self.offices().get(index as usize).ok_or(DeliveryError::Encode(EncodeError::NoOffice { index }))
    }

    fn end(&self, (index, service_type): Provider) -> Result<End<'a>, DeliveryError> {
        let number = &self.office(index)?.number;
        Ok(End { index, service_type, number })
    }

    /// The 地域包括支援センター that has outsourced a user's plan to this office.
    fn center(&self, client: &Client) -> Result<Option<&'a Office>, DeliveryError> {
        let user = &client.facts.user;
        match user.outsourced_to {
            Some(_) if user.manager != self.manager.index => self.office(user.manager).map(Some),
            Some(_) | None => Ok(None),
        }
    }

    /// The person who is in charge of a user.
    fn staff<'o>(&self, office: &'o Office, client: &Client) -> &'o str {
        let at = client.facts.user.index as usize % office.staff.len().max(1);
        office.staff.get(at).map_or("", String::as_str)
    }

    pub(super) fn sheet<'s>(&self, client: &'s Client, support: &'s Office, created_on: Date) -> Sheet<'s>
    where
        'a: 's,
    {
        let manager = self.staff(support, client);
        let (version, user, offices) = (self.version, &client.facts.user, self.offices());
        Sheet { version, user, support, manager, created_on, offices }
    }

    fn address(&self, purpose: Purpose, from: End<'a>, to: End<'a>) -> Address<'a> {
        Address { version: self.version, from, to, at: self.courier.timestamp(self.month, purpose, from, to) }
    }

    /// Hands a set on. What holds nothing is left out.
    fn send<E: From<DeliveryError>>(
        &self,
        address: &Address<'_>,
        drafts: Vec<Draft>,
        images: u32,
        take: Take<'_, E>,
    ) -> Result<(), E> {
        let mut files = Vec::new();
        for draft in drafts.into_iter().filter(|draft| !draft.bytes.is_empty()) {
            let plan_side = matches!(draft.kind, Kind::Uphosoku) && files.iter().any(|f: &File| f.kind == Kind::Up1kyo);
            let month = if plan_side { "000000".to_owned() } else { self.month.to_string() };
            let name = address.name(draft.kind, &month, 0).map_err(DeliveryError::Encode)?;
            let rows = rows(&draft.bytes);
            files.push(File { kind: draft.kind, name, bytes: draft.bytes, rows });
        }
        let Some(base) = files.first() else { return Ok(()) };
        let title = format!("{}_{}_{}_{}", base.kind, address.to.number, address.to.type_text(), address.timestamp());
        for branch in 1..=images {
            let name = address.name(Kind::UpkihonImage, "", branch).map_err(DeliveryError::Encode)?;
            files.push(File { kind: Kind::UpkihonImage, name, bytes: IMAGE.to_vec(), rows: 0 });
        }
        let sender = format!("{}_{}", address.from.number, address.from.type_text());
        take(Delivery { month: self.month, sender, title, files })
    }

    /// Plans, made where a certified period or a level begins, and in the first month for everybody.
    fn plans<E: From<DeliveryError>>(&self, clients: &[Client], take: Take<'_, E>) -> Result<(), E> {
        let new: Vec<&Client> = clients.iter().filter(|client| client.new_plan).collect();
        let (prevention, care): (Vec<&Client>, Vec<&Client>) = new.into_iter().partition(|c| c.is_prevention());
        let own = End::of(self.manager);
        for (purpose, clients) in [(Purpose::Plan, care.clone()), (Purpose::PlanAgain, again(&care))] {
            for (to, clients) in by_provider(&clients) {
                let address = self.address(purpose, own, self.end(to)?);
                self.send(&address, self.care_plan(purpose, &clients)?, 0, take)?;
            }
        }
        for (to, clients) in by_provider(&again(&care)) {
            let address = self.address(Purpose::PlanDelete, own, self.end(to)?);
            let bytes = self.plan_deletes(Kind::Dlt1kyo, &clients)?;
            self.send(&address, vec![Draft { kind: Kind::Dlt1kyo, bytes }], 0, take)?;
        }
        for (purpose, clients) in [(Purpose::Plan, prevention.clone()), (Purpose::PlanAgain, again(&prevention))] {
            self.prevention_plans(purpose, &clients, take)?;
        }
        let deletes = [(Purpose::PlanDelete, Kind::Dltyobo), (Purpose::InfoDelete, Kind::Dltkihon)];
        for (purpose, kind) in deletes {
            for ((from, to), clients) in self.prevention_ends(&again(&prevention))? {
                // An outsourced office passes on the plan only.
                if kind == Kind::Dltkihon && from.service_type == *b"43" {
                    continue;
                }
                let address = self.address(purpose, from, to);
                let bytes = self.plan_deletes(kind, &clients)?;
                self.send(&address, vec![Draft { kind, bytes }], 0, take)?;
            }
        }
        Ok(())
    }

    /// Between whom plans of 介護予防 are sent: from the centre to the offices that serve, or to the
    /// outsourced office and from there to those.
    fn prevention_ends<'c>(
        &self,
        clients: &[&'c Client],
    ) -> Result<BTreeMap<(End<'a>, End<'a>), Vec<&'c Client>>, DeliveryError> {
        let own = End::of(self.manager);
        let mut ends: BTreeMap<(End<'a>, End<'a>), Vec<&Client>> = BTreeMap::new();
        for &client in clients {
            if let Some(center) = self.center(client)? {
                ends.entry((End::of(center), own)).or_default().push(client);
            }
            for to in client.first.providers() {
                ends.entry((own, self.end(to)?)).or_default().push(client);
            }
        }
        Ok(ends)
    }

    fn prevention_plans<E: From<DeliveryError>>(
        &self,
        purpose: Purpose,
        clients: &[&Client],
        take: Take<'_, E>,
    ) -> Result<(), E> {
        for ((from, to), clients) in self.prevention_ends(clients)? {
            let address = self.address(purpose, from, to);
            let (drafts, images) = self.prevention_plan(purpose, &address, &clients)?;
            self.send(&address, drafts, images, take)?;
        }
        Ok(())
    }

    fn occasion<'s>(&self, purpose: Purpose, client: &'s Client, support: &'s Office) -> Occasion<'s>
    where
        'a: 's,
    {
        let made_on = purpose.made_on(self.month);
        let facts = &client.facts;
        let is_first = facts.first_plan == Some(self.month);
        let first = facts.user.certifications.first().unwrap_or(&facts.certification);
        let first_made_on = match facts.first_plan {
            _ if is_first => made_on,
            Some(month) => Purpose::Plan.made_on(month),
            None => made_on.min(first.valid_from),
        };
        Occasion {
            seed: self.courier.population.request().seed,
            sheet: self.sheet(client, support, made_on),
            first_made_on,
            is_first,
            certification: &facts.certification,
            level: facts.level,
            month: self.month,
            visits: &client.first.visits,
        }
    }

    pub(super) fn care_plan(&self, purpose: Purpose, clients: &[&Client]) -> Result<Vec<Draft>, DeliveryError> {
        let mut files = drafts([Kind::Up1kyo, Kind::Up2kyo, Kind::Up3kyo, Kind::Uphosoku]);
        for client in clients {
            let occasion = self.occasion(purpose, client, self.manager);
            self.rows(&mut files[0], &[plan1(&occasion)])?;
            self.rows(&mut files[1], &plan2(&occasion)?)?;
            if self.version == Version::V202407 {
                self.rows(&mut files[2], &plan3(&occasion)?)?;
            }
            let facts = &client.facts;
            let beside = Beside::Plan(occasion.sheet.created_on);
            let (sheet, certification) = (&occasion.sheet, &facts.certification);
            encode::supplement(&mut files[3].bytes, sheet, beside, certification, facts.level, facts.limits())?;
        }
        Ok(files)
    }

    /// 介護予防サービス・支援計画書, from the centre with 利用者基本情報. Gives the number of images, too.
    fn prevention_plan(
        &self,
        purpose: Purpose,
        address: &Address<'_>,
        clients: &[&Client],
    ) -> Result<(Vec<Draft>, u32), DeliveryError> {
        let mut files = drafts([Kind::Upyobo, Kind::UpyoboSub, Kind::Upkihon, Kind::UpkihonSub1, Kind::UpkihonSub2]);
        let with_info = address.from.service_type == *b"46";
        let mut images = 0;
        for client in clients {
            let center = self.center(client)?;
            let author = center.is_some().then_some(self.manager);
            let support = center.unwrap_or(self.manager);
            let occasion = self.occasion(purpose, client, support);
            let (plan, supports) = prevention_plan(&occasion, support, author)?;
            self.rows(&mut files[0], &[plan])?;
            self.rows(&mut files[1], &supports)?;
            if with_info {
                let mut dice = self.courier.dice(&[3, u64::from(client.facts.user.index)]);
                let mut image = String::new();
                if dice.chance(WITH_IMAGE) {
                    images += 1;
                    image = address.name(Kind::UpkihonImage, "", images)?;
                }
                let info = basic_info(&occasion, author.is_some(), &image);
                self.rows(&mut files[2], &[info.row])?;
                self.rows(&mut files[3], &info.days)?;
                self.rows(&mut files[4], &info.diseases)?;
            }
        }
        Ok((files, images))
    }

    /// Deletions of what was sent as [`Purpose::Plan`]; both kinds say the day it was made.
    fn plan_deletes(&self, kind: Kind, clients: &[&Client]) -> Result<Vec<u8>, DeliveryError> {
        let deletion = Deletion::of_plan(self.version, kind, Purpose::Plan.made_on(self.month))?;
        let mut bytes = Vec::new();
        for client in clients {
            deletion.row(&mut bytes, &client.facts.user)?;
        }
        Ok(bytes)
    }

    fn rows(&self, file: &mut Draft, rows: &[Items]) -> Result<(), EncodeError> {
        rows.iter().try_for_each(|items| encode::row(&mut file.bytes, self.version, file.kind, items))
    }

    /// Tables 6 and 7 with the supplement: to every office that serves, each with all services of its
    /// users; for an outsourced plan to the centre, too.
    fn tables<'c, E: From<DeliveryError>>(
        &self,
        purpose: Purpose,
        clients: &'c [Client],
        tables: &dyn Fn(&'c Client) -> Option<&'c Tables>,
        take: Take<'_, E>,
    ) -> Result<(), E> {
        let own = End::of(self.manager);
        let mut sheets: Vec<Sheets> = Vec::new();
        let mut receivers: BTreeMap<End<'a>, Vec<usize>> = BTreeMap::new();
        for client in clients {
            let Some(tables) = tables(client).filter(|tables| !tables.visits.is_empty()) else { continue };
            for to in tables.providers() {
                receivers.entry(self.end(to)?).or_default().push(sheets.len());
            }
            if let Some(center) = self.center(client)? {
                receivers.entry(End::of(center)).or_default().push(sheets.len());
            }
            sheets.push(self.sheets(purpose, client, tables)?);
        }
        for (to, people) in receivers {
            let mut files = drafts([Kind::Upplan, Kind::Upsikyu, Kind::Uphosoku]);
            for person in people {
                for (file, bytes) in files.iter_mut().zip(&sheets[person]) {
                    file.bytes.extend_from_slice(bytes);
                }
            }
            self.send(&self.address(purpose, own, to), files, 0, take)?;
        }
        Ok(())
    }

    fn sheets(&self, purpose: Purpose, client: &Client, tables: &Tables) -> Result<Sheets, DeliveryError> {
        let sheet = self.sheet(client, self.manager, purpose.made_on(self.month));
        let mut sheets = Sheets::default();
        let facts = &client.facts;
        encode::table6(&mut sheets[0], &sheet, self.month, facts.stay_days_before, &tables.visits)?;
        encode::table7(&mut sheets[1], &sheet, self.month, &tables.ledger)?;
        let types = &tables.type_units();
        let beside = Beside::Tables { month: self.month, over: tables.over(), types, stay_days: tables.stay_days() };
        let certification: &Certification = &facts.certification;
        encode::supplement(&mut sheets[2], &sheet, beside, certification, facts.level, facts.limits())?;
        Ok(sheets)
    }

    /// Deletions for offices that are taken out of a plan.
    fn withdrawals<E: From<DeliveryError>>(&self, clients: &[Client], take: Take<'_, E>) -> Result<(), E> {
        let deletion = Deletion::of_month(self.version, self.month).map_err(DeliveryError::Encode)?;
        let mut gone: BTreeMap<Provider, Vec<u8>> = BTreeMap::new();
        for client in clients {
            let Some((provider, _)) = &client.withdrawn else { continue };
            deletion.row(gone.entry(*provider).or_default(), &client.facts.user).map_err(DeliveryError::Encode)?;
        }
        for (to, bytes) in gone {
            let address = self.address(Purpose::Withdrawn, End::of(self.manager), self.end(to)?);
            self.send(&address, vec![Draft { kind: Kind::Dltplan, bytes }], 0, take)?;
        }
        Ok(())
    }

    /// Results: from every office that serves, each its own rows; corrections with all results of the
    /// office again; deletions; and for outsourced plans all of them passed on to the centre.
    fn results<E: From<DeliveryError>>(&self, clients: &[Client], take: Take<'_, E>) -> Result<(), E> {
        let own = End::of(self.manager);
        let mut by_office: BTreeMap<Provider, Vec<&Client>> = BTreeMap::new();
        for client in clients {
            for visit in &client.done {
                let people = by_office.entry(super::client::provider(visit)).or_default();
                if people.last().is_none_or(|last| last.facts.user.index != client.facts.user.index) {
                    people.push(client);
                }
            }
        }
        for (of, people) in &by_office {
            let from = self.end(*of)?;
            let office = self.office(of.0)?;
            let mut first = Vec::new();
            for client in people {
                self.result(&mut first, Purpose::Result, client, *of, office, true)?;
            }
            let address = self.address(Purpose::Result, from, own);
            self.send(&address, vec![Draft { kind: Kind::Upjsk, bytes: first }], 0, take)?;
            if people.iter().any(|client| client.done_again.as_ref().is_some_and(|(again, _)| again == of)) {
                let mut again = Vec::new();
                for client in people {
                    self.result(&mut again, Purpose::ResultCorrected, client, *of, office, false)?;
                }
                let address = self.address(Purpose::ResultCorrected, from, own);
                self.send(&address, vec![Draft { kind: Kind::Upjsk, bytes: again }], 0, take)?;
            }
            let deletion =
                Deletion::of_result(self.version, self.month, office, of.1).map_err(DeliveryError::Encode)?;
            let mut deletes = Vec::new();
            for client in people.iter().filter(|client| client.deleted == Some(*of)) {
                deletion.row(&mut deletes, &client.facts.user).map_err(DeliveryError::Encode)?;
            }
            let address = self.address(Purpose::ResultDelete, from, own);
            self.send(&address, vec![Draft { kind: Kind::Dltjsk, bytes: deletes }], 0, take)?;
        }
        let mut passed_on: BTreeMap<End<'a>, Vec<u8>> = BTreeMap::new();
        for client in clients {
            let Some(center) = self.center(client)? else { continue };
            let bytes = passed_on.entry(End::of(center)).or_default();
            for of in by_office.keys().filter(|of| client.deleted != Some(**of)) {
                self.result(bytes, Purpose::Forwarded, client, *of, self.manager, false)?;
            }
        }
        for (to, bytes) in passed_on {
            let address = self.address(Purpose::Forwarded, own, to);
            self.send(&address, vec![Draft { kind: Kind::Upjsk, bytes }], 0, take)?;
        }
        Ok(())
    }

    fn result(
        &self,
        out: &mut Vec<u8>,
        purpose: Purpose,
        client: &Client,
        of: Provider,
        made_by: &Office,
        at_first: bool,
    ) -> Result<(), DeliveryError> {
        let sheet = self.sheet(client, self.manager, purpose.made_on(self.month));
        let visits = client.done_by(of, at_first);
        let before = client.facts.stay_days_before;
        Ok(encode::result(out, &sheet, self.month, before, made_by, visits.into_iter())?)
    }
}

fn drafts<const N: usize>(kinds: [Kind; N]) -> Vec<Draft> {
    kinds.map(|kind| Draft { kind, bytes: Vec::new() }).into()
}

fn again<'c>(clients: &[&'c Client]) -> Vec<&'c Client> {
    clients.iter().copied().filter(|client| client.plan_again).collect()
}

/// The offices that serve some users by their first plan, each with these users.
fn by_provider<'c>(clients: &[&'c Client]) -> BTreeMap<Provider, Vec<&'c Client>> {
    let mut all: BTreeMap<Provider, Vec<&Client>> = BTreeMap::new();
    for &client in clients {
        for provider in client.first.providers() {
            all.entry(provider).or_default().push(client);
        }
    }
    all
}

/// Line ends outside free text are CR LF, those within LF.
pub(crate) fn rows(bytes: &[u8]) -> u64 {
    bytes.windows(2).filter(|pair| pair == b"\r\n").count() as u64
}
