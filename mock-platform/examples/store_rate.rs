//! How many deliveries of 50 KB a store accepts durably in a second, without network:
//! `cargo run --release -p renkei-mock-platform --example store_rate -- DIRECTORY [SECONDS]`.
//! Knows one way to load a store; judges nothing.

use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use bytes::Bytes;
use renkei_mock_platform::api::body::FileType;
use renkei_mock_platform::clock::Clock;
use renkei_mock_platform::journal::Journal;
use renkei_mock_platform::model::OfficeNumber;
use renkei_mock_platform::store::{NewDelivery, NewFile, Store};
use sha2::{Digest, Sha256};

const BYTES: usize = 50_000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let directory = PathBuf::from(arguments.next().ok_or("a directory is needed")?);
    let seconds = arguments.next().map_or(Ok(5), |text| text.parse())?;
    for callers in [1, 4, 16, 64] {
        let directory = directory.join(format!("rate-{callers}"));
        std::fs::create_dir_all(&directory)?;
        let clock = Clock::of_machine();
        let journal = Journal::open(&directory.join("journal.jsonl"), clock.clone())?;
        let store = Store::open(&directory.join("data"), journal)?;
        let start = Instant::now();
        let until = start + Duration::from_secs(seconds);
        let tasks: Vec<_> =
            (0..callers).map(|caller| tokio::spawn(load(store.clone(), clock.clone(), caller, until))).collect();
        let mut times = Vec::new();
        for task in tasks {
            times.extend(task.await?.map_err(|error| error.to_string())?);
        }
        let elapsed = start.elapsed().as_secs_f64();
        times.sort_unstable();
        writeln!(
            std::io::stdout(),
            "{callers:>3} callers: {:>6.0} a second, p50 {:.2} ms, p99 {:.2} ms, longest {:.2} ms",
            times.len() as f64 / elapsed,
            at(&times, 0.50),
            at(&times, 0.99),
            at(&times, 1.0),
        )?;
        store.close().await;
        std::fs::remove_dir_all(&directory)?;
    }
    Ok(())
}

/// Accepts one after the other; how long each took.
async fn load(
    store: Store,
    clock: Clock,
    caller: usize,
    until: Instant,
) -> Result<Vec<Duration>, Box<dyn std::error::Error + Send + Sync>> {
    let office = |text: &str| OfficeNumber::parse(text).ok_or("an office number");
    let bytes = Bytes::from(vec![b'x'; BYTES]);
    let sha256 = Sha256::digest(&bytes).into();
    let mut times = Vec::new();
    while Instant::now() < until {
        let now = clock.now();
        let new = NewDelivery {
            sender: office("9970100013")?,
            receiver: office("9970100021")?,
            key: format!("{caller:08x}-0000-4000-8000-{:012x}", times.len()),
            digest: sha256,
            message: "確認をお願いします。".to_owned(),
            timestamp: Some("20261201120000".to_owned()),
            accepted_at: now,
            visible_at: now,
            copies: 1,
            files: vec![NewFile {
                name: "UPPLAN_202612_9970100013_9970100021_20261201120000.csv".to_owned(),
                file_type: FileType::Registration,
                csv_version: Some("202407".to_owned()),
                sha256,
                bytes: bytes.clone(),
            }],
        };
        let start = Instant::now();
        store.accept(new).await?;
        times.push(start.elapsed());
    }
    Ok(times)
}

/// The time within which a share of them were done, in milliseconds.
fn at(times: &[Duration], share: f64) -> f64 {
    let index = (times.len().saturating_sub(1) as f64 * share) as usize;
    times.get(index).map_or(0.0, |time| time.as_secs_f64() * 1e3)
}
