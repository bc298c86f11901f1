//! Accepted-and-durable deliveries a second over mTLS, beside a bare axum + rustls echo of as many
//! bytes, in one run: `cargo bench -p renkei-benches --bench deliveries`.
//!
//! Client and servers share the machine and its cores, and take turns of a second, so that a machine
//! that is slower for a while is slower for both; both servers get the same client, the same
//! body of 50 KB, keep-alive, TLS 1.3 and a client certificate. Knows rates and quantiles; judges
//! nothing but prints the ratio that is promised.

#![allow(clippy::print_stdout, reason = "a bench prints its table")]

mod load;

use std::time::Duration;

use load::{Measured, Target, measure};
use mimalloc::MiMalloc;

/// As `renkei` has it.
#[global_allocator]
static MEMORY: MiMalloc = MiMalloc;

/// Bytes of one delivery.
const BODY: usize = 50_000;

/// Rounds of one second for each target.
const ROUNDS: usize = 9;

fn main() {
    let rounds = std::env::var("RENKEI_BENCH_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(ROUNDS);
    let round = Duration::from_secs(1);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    runtime.block_on(async {
        let (echo, platform) = (Target::echo().await, Target::platform(BODY).await);
        println!(
            "50 KB a request, {rounds} rounds of a second for each, in turn, client and server on the same machine"
        );
        println!(
            "{:>11}  {:>22}  {:>10}  {:>9}  {:>9}  {:>9}",
            "connections", "", "requests/s", "p50", "p99", "processor"
        );
        for connections in [16, 64] {
            let (mut bare, mut accepted) = (Measured::default(), Measured::default());
            let mut ratios = Vec::new();
            for _ in 0..rounds {
                let (one, other) = (
                    measure(&echo, connections, BODY, round).await,
                    measure(&platform, connections, BODY, round).await,
                );
                ratios.push(100.0 * other.per_second() / one.per_second());
                (bare, accepted) = (bare.and(one), accepted.and(other));
            }
            ratios.sort_by(f64::total_cmp);
            let (least, median, most) = (ratios[0], ratios[rounds / 2], ratios[rounds - 1]);
            println!("{connections:>11}  {:>22}  {bare}", "echo (bare)");
            println!("{connections:>11}  {:>22}  {accepted}", "accepted and durable");
            println!(
                "{connections:>11}  {:>22}  {median:>9.0}%  of the echo ({least:.0} to {most:.0}%)",
                "median ratio"
            );
        }
        platform.stop().await;
    });
}
