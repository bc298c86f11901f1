//! Where the time of a run of `renkei check` went, as a table for a person. Knows the clock; judges nothing.

use std::collections::BTreeSet;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use renkei_reports::{Lang, Report};
use renkei_validator::rules;
use renkei_validator::times::{Clock, Stage, Times};

use crate::lang::pick;

static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Time since the first look at it.
pub(crate) fn clock() -> Duration {
    BEGUN.elapsed()
}

/// What the parts of a run took, all threads together; nothing where no clock was told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spent {
    pub(crate) walking: Duration,
    pub(crate) reading: Duration,
    pub(crate) digest: Duration,
    /// Hashes of rows made by the thread that reads, where it has time.
    pub(crate) hashes: Duration,
    /// Reading again for excerpts, then for the rows around findings.
    pub(crate) again: Duration,
    pub(crate) report: Duration,
    pub(crate) writing: Duration,
    /// From the beginning to the end.
    pub(crate) whole: Duration,
    pub(crate) judging: Option<Box<Times>>,
    /// Rows that were proved, and all rows.
    pub(crate) rows: (u64, u64),
}

impl Spent {
    /// Adds what another thread has spent.
    pub(crate) fn add(&mut self, other: &Spent) {
        self.walking += other.walking;
        self.reading += other.reading;
        self.digest += other.digest;
        self.hashes += other.hashes;
        self.again += other.again;
        self.add_times(other.judging.as_deref());
    }

    /// Adds what judging took.
    pub(crate) fn add_times(&mut self, more: Option<&Times>) {
        match (&mut self.judging, more) {
            (Some(times), Some(more)) => times.add(more),
            (None, Some(more)) => self.judging = Some(Box::new(more.clone())),
            (_, None) => {}
        }
    }
}

/// Does something, and adds the time that it takes, where a clock is told.
pub(crate) fn timed<T>(clock: Option<Clock>, sum: &mut Duration, work: impl FnOnce() -> T) -> T {
    let Some(clock) = clock else { return work() };
    let begun = clock();
    let outcome = work();
    *sum += clock().saturating_sub(begun);
    outcome
}

/// The table. Every rule that ran has a line.
pub(crate) fn table(spent: &Spent, report: &Report, lang: Lang) -> String {
    let say = |ja: &'static str, en: &'static str| pick(lang, ja, en);
    let of = |stage| spent.judging.as_ref().map_or(Duration::ZERO, |times| times.of_stage(stage));
    let stages = [
        (spent.walking, say("フォルダーをたどる", "walking through folders")),
        (spent.reading, say("ファイルを開いて読み取る", "opening and reading files")),
        (spent.digest, say("SHA-256", "SHA-256")),
        (spent.hashes, say("行のハッシュを先に求める", "hashes of rows, made ahead")),
        (of(Stage::Scan), say("行に分ける", "splitting into rows")),
        (
            of(Stage::Prove),
            say(
                "行に問題がないことを示す（初めての値はルールで調べる）",
                "proving rows clean, by rules where a value is new",
            ),
        ),
        (of(Stage::Rules), say("示せなかったところのルール", "rules on what is not proved")),
        (of(Stage::FileRules), say("行をまたぐルール", "rules across the rows of a file")),
        (of(Stage::Facts), say("ファイルをまたぐルールの準備", "gathering what rules across files need")),
        (of(Stage::Sets), say("ファイルをまたぐルール", "rules across files")),
        (spent.again, say("指摘の箇所と前後の行を読み直す", "reading the places of findings again")),
        (spent.report, say("報告を作る", "making the report")),
        (spent.writing, say("報告を書き出す", "writing the report")),
    ];
    let whole: Duration = stages.iter().map(|(time, _)| *time).sum();
    let clock = spent.whole.as_secs_f64();
    let (proved, rows) = spent.rows;
    let others = rows.saturating_sub(proved);
    let mut lines = vec![match lang {
        Lang::Ja => format!("所要時間 {clock:.3} 秒。内訳は全スレッドの合計です（計測のため、普段より遅くなります）"),
        Lang::En => {
            format!("{clock:.3} s on the clock; below, all threads are added up (measuring slows the run down)")
        }
    }];
    lines.push(say("        秒    割合  段階", "         s   share  stage").to_owned());
    lines.extend(stages.iter().map(|(time, stage)| format!("{}  {stage}", share(*time, whole))));
    lines.push(match lang {
        Lang::Ja => format!("行: {rows}。ルールを1つずつ当てずに問題がないと示せた行: {proved}、ほか: {others}"),
        Lang::En => format!("{rows} rows: {proved} proved clean without asking each rule, {others} others"),
    });
    lines.push(say("        秒    割合      呼び出し  ルール", "         s   share         calls  rule").to_owned());
    for (rule, calls, time) in by_rule(spent, report) {
        lines.push(format!("{}  {calls:>12}  {rule}", share(time, whole)));
    }
    lines.join("\n")
}

fn share(time: Duration, whole: Duration) -> String {
    let (time, whole) = (time.as_secs_f64(), whole.as_secs_f64());
    let share = if whole > 0.0 { time / whole * 100.0 } else { 0.0 };
    format!("{time:>10.3} {share:>6.1}%")
}

/// The rules that ran, those that took longest first.
fn by_rule(spent: &Spent, report: &Report) -> Vec<(&'static str, u64, Duration)> {
    let ran: BTreeSet<&str> = report.scopes.iter().flat_map(|scope| scope.ran.iter().map(String::as_str)).collect();
    let of = |rule: &str| spent.judging.as_ref().map(|times| times.of_rule(rule)).unwrap_or_default();
    let ran = rules::all().iter().filter(|rule| ran.contains(rule.id));
    let mut list: Vec<_> = ran.map(|rule| (rule.id, of(rule.id).calls, of(rule.id).time)).collect();
    list.sort_by(|(_, _, a), (_, _, b)| b.cmp(a));
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_timed_only_where_a_clock_is_told() {
        let mut sum = Duration::ZERO;
        assert_eq!(timed(None, &mut sum, || 7), 7);
        assert_eq!(sum, Duration::ZERO);
        // A clock that stands still.
        assert_eq!(timed(Some(|| Duration::from_secs(5)), &mut sum, || 7), 7);
        assert_eq!(sum, Duration::ZERO);
    }

    #[test]
    fn shares_are_of_the_whole_and_of_nothing_is_nothing() {
        assert_eq!(share(Duration::from_millis(250), Duration::from_secs(1)), "     0.250   25.0%");
        assert_eq!(share(Duration::ZERO, Duration::ZERO), "     0.000    0.0%");
    }
}
