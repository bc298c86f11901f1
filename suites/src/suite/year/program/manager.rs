//! What a care manager's program does with what is entered: plans go to whom the person says, use tables to
//! every office that serves in them, and results that came back go on to the centre that has outsourced a
//! plan. Knows who is to have what; writes no file.

use std::collections::BTreeSet;

use renkei_validator::spec::Kind;
use renkei_validator::spec::keys::{upjsk, upplan};
use renkei_validator::text::Message;
use time::Date;

use super::{Program, cell, day};
use crate::suite::year::flaw::Mistake;
use crate::suite::year::record::{Body, End, Matter, RecordKey, Set};

/// The service type of a 地域包括支援センター.
const CENTRE: &str = "46";

/// Takes what was entered, for the receiver of the set.
pub(super) fn enter(program: &Program<'_>, set: &Set) -> Result<(), Message> {
    for (key, body) in &set.records {
        match key.matter {
            Matter::CarePlan | Matter::BasicInfo | Matter::PreventionPlan => {
                program.store.put(key, body)?;
                program.store.share(key, &set.from, &set.to, body.version)?;
            }
            Matter::UseTable => table(program, set, key, body)?,
            // A care manager has no results of its own: see `pass_on`.
            Matter::Result => {}
        }
    }
    for key in &set.deletions {
        match key.matter {
            Matter::CarePlan | Matter::BasicInfo | Matter::PreventionPlan => program.store.forget(key)?,
            // Whom a table is deleted at follows from the table without them.
            Matter::UseTable | Matter::Result => {}
        }
    }
    Ok(())
}

/// A use table is for every office that serves in it, and for the centre that has outsourced the plan.
fn table(program: &Program<'_>, set: &Set, key: &RecordKey, body: &Body) -> Result<(), Message> {
    let store = &program.store;
    store.put(key, body)?;
    let mut wanted: BTreeSet<End> = body.rows(Kind::Upplan).iter().map(|row| server(body, row)).collect();
    for gone in store.shared_with(key)?.iter().filter(|end| !wanted.contains(end) && end.service_type != CENTRE) {
        store.unshare(key, gone)?;
    }
    if wanted.len() > 1 && program.flaw.strikes_on(Mistake::ForgetsAnOffice, &key.word()) {
        wanted.pop_first();
    }
    if set.to.service_type == CENTRE {
        wanted.insert(set.to.clone());
    }
    wanted.iter().try_for_each(|end| store.share(key, &set.from, end, body.version))
}

/// The office that a row of 第6表 is of, with the service type of what it does.
fn server(body: &Body, row: &[String]) -> End {
    let code = cell(body, Kind::Upplan, row, upplan::SERVICE_CODE);
    End {
        number: cell(body, Kind::Upplan, row, upplan::SERVICE_OFFICE_NUMBER).to_owned(),
        service_type: code.get(..2).unwrap_or_default().to_owned(),
    }
}

/// Makes the results of a month one's own, for the centres that the tables of the month are for, too: under
/// one's own number and today's date (v41 介護予防の委託).
pub(super) fn pass_on(program: &Program<'_>, own: &str, month: &str, today: Date) -> Result<(), Message> {
    let store = &program.store;
    let from = End { number: program.number.to_owned(), service_type: own.to_owned() };
    let received = store.received(&RecordKey::all_of(Matter::Result, month))?;
    for table in store.own_keys(&RecordKey::all_of(Matter::UseTable, month))? {
        let centres: Vec<End> =
            store.shared_with(&table)?.into_iter().filter(|end| end.service_type == CENTRE).collect();
        let of_user = |(key, _): &&(RecordKey, Body)| key.insurer == table.insurer && key.insured == table.insured;
        for (key, body) in received.iter().filter(of_user).filter(|_| !centres.is_empty()) {
            if program.flaw.strikes(Mistake::PassesNothingOn) {
                continue;
            }
            let mut body = body.clone();
            stamp(&mut body, program.number, today);
            store.put(key, &body)?;
            centres.iter().try_for_each(|centre| store.share(key, &from, centre, body.version))?;
        }
    }
    Ok(())
}

/// 更新業者コード and 作成年月日 of whoever passes rows on.
fn stamp(body: &mut Body, number: &str, today: Date) {
    let Some(table) = body.table(Kind::Upjsk) else { return };
    let columns = [
        (table.column(upjsk::UPDATED_BY_OFFICE_NUMBER), number.to_owned()),
        (table.column(upjsk::CREATED_ON), day(today)),
    ];
    for row in body.parts.iter_mut().flat_map(|part| &mut part.rows) {
        for (column, value) in &columns {
            if let Some(cell) = column.and_then(|column| row.get_mut(column)) {
                value.clone_into(cell);
            }
        }
    }
}
