"""Runs the measurements that are asked for and prints their tables; `compare.sh` calls it."""

import argparse
import datetime
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

import sections
import tables
from data import Data

PAGES = {
    "docs/PERFORMANCE.ja.md": tables.JA,
    "docs/PERFORMANCE.md": tables.EN,
    # These have the claim, where they have its marks.
    "README.ja.md": tables.JA,
    "README.md": tables.EN,
}


def main():
    asked = arguments()
    run = sections.Run(
        data=Data(asked.work, asked.renkei),
        renkei=asked.renkei,
        judge=asked.judge,
        python=sys.executable,
        packages=asked.package,
        qsv=asked.qsv,
        users=asked.users,
        growth=list(powers(10_000, asked.largest)),
        trees=[users for users in (60, 600, 6_000, 60_000) if users <= asked.tree],
        large=asked.large,
        rounds=asked.rounds,
    )
    language = tables.JA if asked.lang == "ja" else tables.EN
    stamped = stamp(asked.built)
    pages = {page: (sections.ROOT / page).read_text(encoding="utf-8") for page in PAGES} if asked.docs else {}
    aims = []
    print(tables.said(stamped, language), end="\n\n", flush=True)
    for name in asked.only or sections.ALL:
        clock = time.perf_counter()
        table = sections.ALL[name](run)
        print(f"## {tables.said(table.title, language)}\n\n{table.markdown(language)}", flush=True)
        print(f"{name}: {time.perf_counter() - clock:.0f} s, load {os.getloadavg()[0]:.1f}", file=sys.stderr)
        aims += table.aims
        pages = {page: tables.put(text, name, table.markdown(PAGES[page])) for page, text in pages.items()}
    pages = {page: tables.put(text, "machine", tables.said(stamped, PAGES[page]) + "\n") for page, text in pages.items()}
    if run.claim:
        said = [f"{stamped[language]} {run.claim[language]}" for language in (tables.JA, tables.EN)]
        print("\n".join(said), end="\n\n")
        pages = {page: tables.put(text, "claim", said[PAGES[page]] + "\n") for page, text in pages.items()}
    missed = [aim for aim in aims if not aim.met()]
    print(f"{len(aims) - len(missed)} of {len(aims)} aims met")
    for aim in missed:
        print(f"- {tables.said(aim.what, language)}: {tables.number(aim.measured)}{aim.unit}, wanted {aim.text()}")
    for page, text in pages.items():
        (sections.ROOT / page).write_text(text, encoding="utf-8")


def arguments():
    parser = argparse.ArgumentParser(prog="benches/compare.sh", description="Measures renkei beside its peers")
    parser.add_argument("--work", required=True, help="where data are made and kept")
    parser.add_argument("--only", action="append", choices=sections.ALL, help="this table (repeatable)")
    parser.add_argument("--lang", choices=("ja", "en"), default="en", help="of the tables that are printed")
    parser.add_argument("--docs", action="store_true", help="put the tables into both pages of docs/PERFORMANCE, too")
    parser.add_argument("--users", type=int, default=30_000, help="of the file that peers judge (100 MB)")
    parser.add_argument("--largest", type=int, default=10_000_000, help="rows of the largest file; 100000000 are 15 GB")
    parser.add_argument("--large", type=int, default=2, help="GB of the file for threads and memory")
    parser.add_argument("--tree", type=int, default=6_000, help="users of the largest tree (21,000 files)")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is run; the best counts")
    parser.add_argument("--built", action="store_true", help=argparse.SUPPRESS)
    for name in ("renkei", "judge"):
        parser.add_argument(f"--{name}", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--package", action="append", default=[], help=argparse.SUPPRESS)
    parser.add_argument("--qsv", help=argparse.SUPPRESS)
    return parser.parse_args()


def powers(least, most):
    while least <= most:
        yield least
        least *= 10


def stamp(built):
    """What was measured on and what with, and whether something else ran when it began: to be taken then."""
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8") if Path("/proc/cpuinfo").exists() else ""
    models = [line.split(":", 1)[1].strip() for line in info.splitlines() if line.startswith("model name")]
    model, cores, system = models[0] if models else platform.processor(), os.cpu_count(), platform.system()
    day = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    load = f"{os.getloadavg()[0]:.1f}"
    git = ["git", "-C", sections.ROOT, "describe", "--always", "--exclude=*", "--dirty"]
    commit = subprocess.run(git, stdout=subprocess.PIPE, text=True, check=False).stdout.strip()
    source = (f"コミット{commit}", f"commit {commit}") if built else ("`RENKEI` の実行ファイル", "the binary of `RENKEI`")
    return (
        f"{day}、{model}（仮想{cores}コア）、{system}、{source[tables.JA]}、開始時の負荷{load}。",
        f"{day}, {cores} virtual cores of an {model}, {system}, {source[tables.EN]}, load {load} at the beginning.",
    )


main()
