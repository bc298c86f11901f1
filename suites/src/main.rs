//! The binary `renkei`. Knows nothing: everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    renkei_suites::cli::main()
}
