//! The binary `renkei`. Knows which allocator it has and nothing else: everything is in the library.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    renkei_suites::cli::main()
}
