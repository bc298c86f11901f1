//! What the journal of the platform proves of how a software behaves: back-off honoured, nothing tried in vain,
//! trouble told. Knows lines; whether all arrived is told in [`arrived`](super::arrived). Asks no software.

use std::collections::{BTreeMap, BTreeSet};

use renkei_mock_platform::faults::{Fault, Plan};
use renkei_mock_platform::journal::{Event, Line, UNKNOWN_ROUTE};
use renkei_mock_platform::server::Running;
use renkei_validator::text::Message;

use super::arrived::{fetched_whole, in_inbox, once_each};
use super::evidence::Evidence;
use super::{Ended, Setting};
use crate::suite::case::Conduct;
use crate::suite::compare::Named;

/// What happened, beside what the journal tells.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// Givens that lay in the outbox.
    pub(super) given: Vec<String>,
    /// Givens that others sent.
    pub(super) for_us: Vec<String>,
    /// The lines before and at the end of each exchange, and whether the software says that all is done.
    pub(super) exchanges: Vec<(u64, u64, Option<bool>)>,
    /// What the software said at the end of exchanges.
    pub(super) said: Vec<String>,
}

impl Seen {
    /// What the software has done of all that happened.
    pub(super) fn of_software<'l>(&self, lines: &'l [Line]) -> Vec<&'l Line> {
        let of_exchange =
            |line: &&Line| self.exchanges.iter().any(|(from, until, _)| line.seq > *from && line.seq <= *until);
        lines.iter().filter(of_exchange).collect()
    }
}

/// All lines.
pub(super) fn lines(running: &Running) -> Result<Vec<Line>, Message> {
    running.parts().journal.since(0, usize::MAX).map_err(|error| {
        Message::pair(format!("記録を読み取れません: {error}"), format!("cannot read the journal: {error}"))
    })
}

/// Says what is wrong first, and that the software never came, where that is all there is to it.
pub(super) fn verdict(
    setting: &Setting<'_>,
    seen: &Seen,
    lines: &[Line],
    received: &[Named],
    evidence: &mut Evidence<'_>,
) -> Result<(), Ended> {
    let of_software = seen.of_software(lines);
    let verdict = judged(setting, seen, lines, &of_software, received, evidence);
    let verdict = if of_software.is_empty() { verdict.map_err(never_came) } else { verdict };
    match setting.show_values {
        true => verdict.map_err(|ended| with_words(ended, &seen.said)),
        false => verdict,
    }
}

/// What the software said of it may explain it. It may hold values.
fn with_words(ended: Ended, said: &[String]) -> Ended {
    match ended {
        Ended::Fail(why) if !said.is_empty() => {
            let words = said.join(" / ");
            Ended::Fail(Message::pair(
                format!("{}（ソフトの報告: {words}）", why.ja),
                format!("{} (the software said: {words})", why.en),
            ))
        }
        other @ (Ended::Pass | Ended::Fail(_) | Ended::Skip(_) | Ended::Blocked(_)) => other,
    }
}

/// A client that ends before it connects fails everything that it should have done.
fn never_came(ended: Ended) -> Ended {
    match ended {
        Ended::Fail(why) => Ended::Fail(Message::pair(
            format!("プラットフォームへの接続が一度もありませんでした。{}", why.ja),
            format!("it never came to the platform: {}", why.en),
        )),
        other @ (Ended::Pass | Ended::Skip(_) | Ended::Blocked(_)) => other,
    }
}

fn judged(
    setting: &Setting<'_>,
    seen: &Seen,
    lines: &[Line],
    of_software: &[&Line],
    received: &[Named],
    evidence: &mut Evidence<'_>,
) -> Result<(), Ended> {
    for conduct in &setting.case.expect.transport {
        conducted(*conduct, setting, seen, of_software)?;
    }
    let expect = &setting.case.expect;
    once_each(setting, expect.delivered.as_ref().unwrap_or(&seen.given), of_software, evidence)?;
    in_inbox(setting, expect.received.as_ref().unwrap_or(&seen.for_us), received)?;
    // What the platform holds as fetched is whole in the inbox, whatever the case is about.
    fetched_whole(lines, received)?;
    // Last, as what is known to be wrong is told first, and all is done only where nothing is.
    if expect.transport.contains(&Conduct::ReportsDone)
        && seen.exchanges.last().is_some_and(|(.., done)| *done == Some(false))
    {
        return fail(
            "すべて済んだのに、できなかったと知らせました".to_owned(),
            "it reported trouble, where all was done".to_owned(),
        );
    }
    match expect.transport.contains(&Conduct::ReportsTrouble) {
        true => reported(seen),
        false => Ok(()),
    }
}

fn conducted(conduct: Conduct, setting: &Setting<'_>, seen: &Seen, lines: &[&Line]) -> Result<(), Ended> {
    match conduct {
        Conduct::BacksOff => backs_off(setting, lines),
        Conduct::RefusesPlatform => match lines.iter().any(|line| matches!(line.event, Event::Request { .. })) {
            true => fail(
                "信頼できないサーバーに要求を送りました".to_owned(),
                "it sent a request to a server that it cannot trust".to_owned(),
            ),
            false => Ok(()),
        },
        // Nothing else than a redirect leads to where no route is.
        Conduct::FollowsNoRedirect => match lines.iter().any(|line| is_elsewhere(line)) {
            true => fail(
                "転送に従い、別の宛先に要求を送りました".to_owned(),
                "it followed a redirect, and sent a request elsewhere".to_owned(),
            ),
            false => Ok(()),
        },
        // What an exchange did not say is not taken for what another said.
        Conduct::ReportsTrouble
            if !seen.exchanges.is_empty() && seen.exchanges.iter().all(|(.., done)| *done == Some(true)) =>
        {
            fail(
                "できなかったことがあるのに、すべて済んだと知らせました".to_owned(),
                "it reported that all was done, where something was not".to_owned(),
            )
        }
        Conduct::GivesUp => gives_up(seen, lines),
        Conduct::NothingAgain => nothing_again(lines),
        // Held to of every case.
        Conduct::FetchedWhole | Conduct::ReportsTrouble | Conduct::ReportsDone => Ok(()),
    }
}

fn is_elsewhere(line: &Line) -> bool {
    matches!(&line.event, Event::Request { route, .. } if route == UNKNOWN_ROUTE)
}

/// Whether trouble was told, where no exchange is known to have told of it and not all are known to have told of
/// none.
fn reported(seen: &Seen) -> Result<(), Ended> {
    let any = |done| seen.exchanges.iter().any(|(.., told)| *told == done);
    match any(None) && !any(Some(false)) {
        true => Err(Ended::Blocked(Message::pair(
            "できなかったことを知らせたかどうか、分かりません。送受信の終わり方が知らされませんでした。クライアントが {result} にrenkei-result/1の\"done\"を書くか、終了コードで知らせると判定できます",
            "whether it told of what was not done is not known: nothing says how the exchange ended. A client tells it by \
             \"done\" of renkei-result/1 in {result}, or by its exit code",
        ))),
        false => Ok(()),
    }
}

/// After each fault that asks for a wait, nothing is tried on the same route before it is over.
fn backs_off(setting: &Setting<'_>, lines: &[&Line]) -> Result<(), Ended> {
    let plan = setting.case.platform.plan.as_deref().unwrap_or_default();
    let plan = Plan::parse(plan.as_bytes()).unwrap_or_default();
    let asked = |step: &str| {
        let step = plan.steps().get(step.parse::<usize>().ok()?.checked_sub(1)?)?;
        match step.fault {
            Fault::Status503 { retry_after_s } | Fault::Status429 { retry_after_s } => Some(i64::from(retry_after_s)),
            _ => None,
        }
    };
    let asked = lines.iter().filter_map(|line| match &line.event {
        Event::Fault { step, .. } => Some((line.at, asked(step)?)),
        _ => None,
    });
    for (at, seconds) in asked {
        // The struck request itself is noted when it is answered, with the status of the fault.
        let is_try = |line: &&&Line| match line.event {
            Event::Request { status, .. } => status != 503 && status != 429,
            Event::Fault { .. } => true,
            _ => false,
        };
        let since = |line: &Line| (line.at - at).whole_milliseconds();
        let early = lines.iter().filter(is_try).map(|line| since(line));
        // Clocks are read to the millisecond, and waits are made by others.
        if let Some(waited) = early.filter(|since| *since > 0).find(|since| *since < i128::from(seconds) * 1000 - 50) {
            return fail(
                format!("{seconds}秒待つよう求められて、{waited}ミリ秒後に次の要求を送りました"),
                format!("it was asked to wait {seconds} s, and sent the next request after {waited} ms"),
            );
        }
    }
    Ok(())
}

/// What was refused for good is not tried again in the same exchange, under another idempotency key either.
fn gives_up(seen: &Seen, lines: &[&Line]) -> Result<(), Ended> {
    for (from, until, _) in &seen.exchanges {
        let mut refused: BTreeMap<(&str, Option<&str>), usize> = BTreeMap::new();
        for line in lines.iter().filter(|line| line.seq > *from && line.seq <= *until) {
            let what = match &line.event {
                Event::Refused { code, key, content, .. } => (code.as_str(), content.as_deref().or(key.as_deref())),
                Event::Login { code: Some(code), user, .. } => (code.as_str(), Some(user.as_str())),
                _ => continue,
            };
            let times = refused.entry(what).or_default();
            *times += 1;
            if *times > 1 {
                return match line.event {
                    Event::Login { .. } => fail(
                        format!("拒否されたログイン（{}）を、同じ送受信の中でもう一度行いました", what.0),
                        format!("it logged in again, in the same exchange, where that was refused ({})", what.0),
                    ),
                    _ => fail(
                        format!("拒否されたもの（{}）を、そのまま送り直しました", what.0),
                        format!("it sent again what was refused for good ({})", what.0),
                    ),
                };
            }
        }
    }
    Ok(())
}

/// What was accepted is not sent again, though the platform would take it for the same, and no file is fetched
/// twice.
fn nothing_again(lines: &[&Line]) -> Result<(), Ended> {
    let mut fetched = BTreeSet::new();
    for line in lines {
        match &line.event {
            Event::Repeated { delivery, .. } => {
                return fail(
                    format!("受け付けられた送信（{delivery}）を、もう一度送信しました"),
                    format!("it sent again what had been accepted ({delivery})"),
                );
            }
            Event::Fetched { entry, position, .. } if !fetched.insert((entry.as_str(), *position)) => {
                return fail(
                    format!("受信済みのファイル（{entry}の{}番目）を、もう一度受信しました", position + 1),
                    format!("it fetched again a file that it had (number {} of {entry})", position + 1),
                );
            }
            _ => {}
        }
    }
    Ok(())
}

pub(super) fn fail(ja: String, en: String) -> Result<(), Ended> {
    Err(Ended::Fail(Message::pair(ja, en)))
}

#[cfg(test)]
mod tests {
    use renkei_mock_platform::model::OfficeNumber;
    use time::OffsetDateTime;

    use super::*;

    fn refused(seq: u64, key: &str, content: Option<&str>) -> Line {
        let event = Event::Refused {
            route: "send".to_owned(),
            office: None,
            code: "CPM-D04".to_owned(),
            key: Some(key.to_owned()),
            content: content.map(str::to_owned),
        };
        Line { seq, at: OffsetDateTime::UNIX_EPOCH, event }
    }

    #[test]
    fn what_is_done_is_not_done_again() {
        let line = |event| Line { seq: 1, at: OffsetDateTime::UNIX_EPOCH, event };
        let fetched = |entry: &str, position| {
            let receiver = OfficeNumber::parse("9970100021").expect("it is one");
            let (entry, delivery) = (entry.to_owned(), "S1".to_owned());
            line(Event::Fetched { entry, delivery, receiver, position, complete: false })
        };
        let sender = OfficeNumber::parse("9970100013").expect("it is one");
        let repeated = line(Event::Repeated { delivery: "S1".to_owned(), key: "a".to_owned(), sender });
        let is_fine = |lines: &[Line]| nothing_again(&lines.iter().collect::<Vec<_>>()).is_ok();
        assert!(is_fine(&[fetched("R1", 0), fetched("R1", 1), fetched("R2", 0)]));
        assert!(!is_fine(&[fetched("R1", 0), fetched("R2", 0), fetched("R1", 0)]));
        assert!(!is_fine(&[repeated]));
    }

    fn is_fine(conduct: &Seen, lines: &[Line]) -> bool {
        gives_up(conduct, &lines.iter().collect::<Vec<_>>()).is_ok()
    }

    #[test]
    fn a_login_that_was_refused_is_not_what_was_sent() {
        let login = |seq| {
            let (user, code) = ("c9970100013".to_owned(), Some("CPM-A07".to_owned()));
            let event = Event::Login { user, office: None, code };
            Line { seq, at: OffsetDateTime::UNIX_EPOCH, event }
        };
        let seen = Seen { exchanges: vec![(0, 2, None)], ..Seen::default() };
        let lines = [login(1), login(2)];
        let Err(Ended::Fail(why)) = gives_up(&seen, &lines.iter().collect::<Vec<_>>()) else { panic!("it is told") };
        assert_eq!(why.en, "it logged in again, in the same exchange, where that was refused (CPM-A07)");
    }

    #[test]
    fn what_an_exchange_did_not_tell_is_not_known() {
        let ended = |done: &[Option<bool>]| {
            let exchanges = done.iter().map(|done| (0, 0, *done)).collect();
            reported(&Seen { exchanges, ..Seen::default() })
        };
        for unknown in [&[None][..], &[None, Some(true)], &[Some(true), None]] {
            assert!(matches!(ended(unknown), Err(Ended::Blocked(_))), "{unknown:?}");
        }
        for known in [&[Some(false)][..], &[Some(false), None], &[Some(false), Some(true)]] {
            assert!(ended(known).is_ok(), "{known:?}");
        }
    }

    #[test]
    fn what_was_refused_is_the_same_under_another_key() {
        let seen = Seen { exchanges: vec![(0, 2, None), (2, 4, None)], ..Seen::default() };
        let twice = |one: (&str, Option<&str>), other: (&str, Option<&str>)| {
            is_fine(&seen, &[refused(1, one.0, one.1), refused(2, other.0, other.1)])
        };
        assert!(!twice(("a", Some("x")), ("b", Some("x"))));
        assert!(!twice(("a", None), ("a", None)));
        assert!(twice(("a", Some("x")), ("b", Some("y"))), "these are two deliveries");
        assert!(is_fine(&seen, &[refused(2, "a", Some("x")), refused(3, "b", Some("x"))]), "another exchange");
    }
}
