//! Accepted-and-durable deliveries a second over mTLS, beside a bare axum + rustls echo of as many
//! bytes, in one run: `cargo bench -p renkei-benches --bench deliveries`.
//!
//! Client and servers share the machine and its cores; both servers get the same client, the same
//! body of 50 KB, keep-alive, TLS 1.3 and a client certificate. Knows rates and quantiles; judges
//! nothing but prints the ratio that is promised.

#![allow(clippy::print_stdout, reason = "a bench prints its table")]

mod load;

use std::time::Duration;

use load::{Target, measure};

/// Bytes of one delivery.
const BODY: usize = 50_000;

fn main() {
    let seconds = std::env::var("RENKEI_BENCH_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(10);
    let time = Duration::from_secs(seconds);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    runtime.block_on(async {
        let (echo, platform) = (Target::echo().await, Target::platform(BODY).await);
        println!("50 KB a request, {seconds} s each, client and server on the same machine");
        println!("{:>11}  {:>22}  {:>10}  {:>9}  {:>9}  {:>6}", "connections", "", "requests/s", "p50", "p99", "ratio");
        for connections in [16, 64] {
            let bare = measure(&echo, connections, BODY, time).await;
            println!("{connections:>11}  {:>22}  {bare}", "echo (bare)");
            let accepted = measure(&platform, connections, BODY, time).await;
            let ratio = accepted.per_second() / bare.per_second();
            println!("{connections:>11}  {:>22}  {accepted}  {:>5.0}%", "accepted and durable", ratio * 100.0);
        }
        platform.stop().await;
    });
}
