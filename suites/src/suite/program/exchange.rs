//! Talks to the platform with the client of this crate, once. Knows folders and a profile; the rest is the
//! client's.

use std::time::Duration;

use renkei_validator::text::Message;

use crate::client::{Client, Folders, Policy, Profile, Timeouts, Tools, Unwatched, Waits};
use crate::suite::sut::{ExchangeTask, Exchanged, Trouble};

/// Shorter than in use: the platform is on this machine.
const POLICY: Policy = Policy {
    tries: 6,
    few_tries: 3,
    first_wait: Duration::from_millis(25),
    longest_wait: Duration::from_secs(1),
    longest_asked: Duration::from_secs(10),
};

const TIMEOUTS: Timeouts =
    Timeouts { connect: Duration::from_secs(2), read: Duration::from_secs(2), total: Duration::from_secs(60) };

pub(super) fn exchange(task: &ExchangeTask<'_>) -> Result<Exchanged, Trouble> {
    let mut profile = Profile::load(&task.profile, &|_| None).map_err(Trouble::Blocked)?;
    profile.timeouts = TIMEOUTS;
    let folders = Folders { outbox: task.outbox.clone(), inbox: task.inbox.clone() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
        let error = error.to_string();
        Trouble::Blocked(Message::pair(format!("通信を始められません: {error}"), format!("cannot begin: {error}")))
    })?;
    let tools = Tools { policy: POLICY, pause: &Waits, watcher: &Unwatched, tell: &|_| {} };
    let mut client = match Client::open(&profile, &folders, tools) {
        Ok(client) => client,
        Err(why) => return Ok(Exchanged { done: Some(false), message: Some(why.message().en) }),
    };
    // The outbox is complete: nobody writes into it.
    let tally = runtime.block_on(client.once(Duration::ZERO));
    let done = tally.failed == 0 && tally.left == 0 && tally.refused == 0;
    Ok(Exchanged { done: Some(done), message: Some(tally.message().en) })
}
