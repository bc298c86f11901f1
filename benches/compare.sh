#!/usr/bin/env bash
# renkei beside what people would use instead, on the same generated file, in one run; prints a table.
#
#   benches/compare.sh [USERS]      12000 users without it: some 40 MB of table 6
#
# Whole processes, the best of three; the peers check the form, the length and the presence of each item
# as the item tables say, and nothing else. What cannot be had is skipped, and said so. Run it on a
# machine that does nothing else.
set -euo pipefail
cd "$(dirname "$0")/.."
users=${1:-12000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cargo build --release --quiet -p renkei-suites
target/release/renkei generate --users "$users" --months 2025-02 --shape one-file:UPPLAN --out "$work/data" > /dev/null 2>&1
target/release/renkei generate --users "$users" --months 2025-02 --out "$work/tree" > /dev/null 2>&1

python3 -m venv "$work/venv"
for package in polars duckdb; do
  "$work/venv/bin/pip" install --quiet --disable-pip-version-check "$package" 2> "$work/pip.log" \
    || echo "skipped: $package cannot be installed: $(tail -1 "$work/pip.log")"
done

# The csv crate with the same checks, inside one process, beside the rules inside one process.
cargo bench --quiet -p renkei-benches --bench check -- 'UPPLAN-202208/' > "$work/criterion.log" 2>&1 \
  || echo "skipped: the csv crate: $(tail -1 "$work/criterion.log")"

"$work/venv/bin/python" benches/compare.py measure "$work" target/release/renkei
