#!/usr/bin/env bash
# renkei beside what people would use instead, on the same generated files, in one run: prints a table
# for each question, and whether each aim was met. Run it on a machine that does nothing else.
#
#   benches/compare.sh [--work DIR] [--docs] [--only TABLE] …       benches/compare.sh --help
#
# RENKEI=PATH measures that binary instead of one built here; QSV=PATH takes that qsv. What is
# generated and installed stays in the work folder (target/compare) for the next run. The peers are
# installed from their registries: polars and duckdb by pip, qsv by cargo, which compiles for half an
# hour; SKIP_QSV=1 leaves it out. What cannot be had is skipped, and said so.
set -euo pipefail
cd "$(dirname "$0")/.."

work=target/compare
rest=()
wants() { [[ ${#only[@]} -eq 0 || " ${only[*]} " == *" $1 "* ]]; }
only=()
while [[ $# -gt 0 ]]; do
  case $1 in
    --work) work=$2; shift 2 ;;
    -h | --help) exec python3 benches/compare --help ;;
    --only) only+=("$2"); rest+=("$1" "$2"); shift 2 ;;
    *) rest+=("$1"); shift ;;
  esac
done
# As it stands on crates.io, 16.1.0 does not compile: a dependency is patched in its repository only. The
# call that lacks is one of `qsv json`; `qsv validate` does without.
install_qsv() {
  cargo info --quiet qsv@16.1.0 > /dev/null
  rm -rf "$work/qsv-source"
  cp -r "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*/qsv-16.1.0 "$work/qsv-source"
  sed -i '/^ *\.preserve_key_order(true)$/d' "$work/qsv-source/src/cmd/json.rs"
  CARGO_TARGET_DIR=$work/qsv-target cargo install --locked --path "$work/qsv-source" --bin qsvlite \
    --no-default-features --features lite,mimalloc --root "$work/qsv"
  rm -rf "$work/qsv-target"
}

mkdir -p "$work"
work=$(realpath "$work")
target=${CARGO_TARGET_DIR:-target}

if [[ -z ${RENKEI:-} ]]; then
  rest+=(--built)
  cargo build --release --quiet -p renkei-suites
  # A copy, as `cargo install` makes one: what a linker has just written lies in memory page by page, and
  # each start takes half a millisecond more.
  cp "$target/release/renkei" "$work/renkei"
  RENKEI=$work/renkei
fi
{ wants beside || wants kinds; } && cargo build --release --quiet -p renkei-benches --bin judge

packages=()
qsv=()
if wants beside; then
  [[ -d $work/venv ]] || python3 -m venv "$work/venv"
  for package in polars duckdb; do
    if "$work/venv/bin/pip" install --quiet --disable-pip-version-check "$package" 2> "$work/pip.log"; then
      packages+=(--package "$package==$("$work/venv/bin/pip" show "$package" 2> /dev/null | sed -n 's/^Version: //p')")
    else
      echo "skipped: $package: $(tail -1 "$work/pip.log")"
    fi
  done
  found=${QSV:-$(command -v qsv || command -v qsvlite || echo "$work/qsv/bin/qsvlite")}
  if [[ ! -x $found && -z ${SKIP_QSV:-} ]]; then
    echo "qsv is compiled once, for about half an hour" >&2
    install_qsv > "$work/qsv.log" 2>&1 || true
  fi
  if [[ -x $found ]]; then
    qsv=(--qsv "$found")
  else
    echo "skipped: qsv validate: $( [[ -n ${SKIP_QSV:-} ]] && echo SKIP_QSV is set || grep -m1 '^error' "$work/qsv.log")"
  fi
fi

python=python3
[[ -x $work/venv/bin/python ]] && python=$work/venv/bin/python
exec "$python" benches/compare --work "$work" --renkei "$(realpath "$RENKEI")" --judge "$target/release/judge" \
  "${packages[@]}" "${qsv[@]}" "${rest[@]}"
