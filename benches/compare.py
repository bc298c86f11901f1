"""Measures renkei and its peers as whole processes; `compare.sh` calls it.

Knows the forms and lengths of items from validator/spec, as the peers' checks; knows no rule.
"""

import csv
import json
import os
import re
import shutil
import sys
import time
from pathlib import Path

SPEC = Path("validator/spec/202208/upplan.csv")
FORMS = {
    "version": "[0-9]*",
    "insurer": "[0-9]*",
    "insured": "[0-9H][0-9]*",
    "date": "[0-9]*",
    "month": "[0-9]*",
    "office": "[0-9A-Z]*",
    "integer": "[0-9]*",
    "digits": "[0-9]*",
    "visit_time": "[0-9]*",
    "service_code": "[0-9A-Z]*",
    "code": "[0-9]*",
    "alnum": "[0-9A-Za-z]*",
    "bitmap": "[01]*",
    "text": ".*",
    "unused": "",
}
PASSES = 3


def patterns():
    """One regular expression for each item: its form, its length, and whether it may be empty."""
    for item in csv.DictReader(SPEC.open(encoding="utf-8")):
        length = item["length"]
        counted = {"=": "{%s}", ".": "{1,%s}"}.get(length[:1], "+") if length else "+"
        counted = counted % length.lstrip("=.") if "%" in counted else counted
        form = FORMS[item["type"]]
        if item["type"] == "insured":
            pattern = "[0-9H][0-9]{9}"
        elif form.endswith("*"):
            pattern = form[:-1] + counted
        else:
            pattern = form
        yield pattern if item["required"] == "yes" else f"(?:{pattern})?"


def python(path):
    checks = [re.compile(pattern).fullmatch for pattern in patterns()]
    wrong = rows = 0
    with open(path, encoding="cp932", newline="") as file:
        for row in csv.reader(file):
            rows += 1
            wrong += len(row) != len(checks)
            wrong += sum(check(value) is None for check, value in zip(checks, row))
    return rows, wrong


def polars(path):
    import polars as pl

    names = [f"c{i}" for i, _ in enumerate(patterns())]
    frame = pl.read_csv(path, has_header=False, new_columns=names, infer_schema=False)
    wrong = [(~pl.col(name).fill_null("").str.contains(f"^(?:{p})$")).sum() for name, p in zip(names, patterns())]
    return frame.height, sum(frame.select(wrong).row(0))


def duckdb(path):
    import duckdb

    names = [f"c{i}" for i, _ in enumerate(patterns())]
    columns = "{" + ", ".join(f"'{name}': 'VARCHAR'" for name in names) + "}"
    wrong = " + ".join(
        f"count(*) FILTER (NOT regexp_full_match(coalesce({name}, ''), '{p}'))" for name, p in zip(names, patterns())
    )
    options = f"header=false, auto_detect=false, columns={columns}, quote='\"', delim=','"
    query = f"SELECT count(*), {wrong} FROM read_csv('{path}', {options})"
    count, *wrong = duckdb.sql(query).fetchall()[0]
    return count, sum(wrong)


def schema(folder):
    """What qsv validates by."""
    names = [f"c{i}" for i, _ in enumerate(patterns())]
    properties = {name: {"type": ["string", "null"], "pattern": f"^(?:{p})$"} for name, p in zip(names, patterns())}
    path = folder / "schema.json"
    path.write_text(json.dumps({"type": "object", "properties": properties}), encoding="utf-8")
    return path, names


def run(command):
    """Seconds, seconds of processor, and peak memory in MB: the best of some runs."""
    best, cpu, peak = float("inf"), float("inf"), 0
    for _ in range(PASSES):
        begun = time.perf_counter()
        child = os.posix_spawn(
            command[0],
            command,
            os.environ,
            file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)],
        )
        _, status, usage = os.wait4(child, 0)
        if status != 0:
            raise SystemExit(f"{command[:3]} ended with {status}")
        best, peak = min(best, time.perf_counter() - begun), max(peak, usage.ru_maxrss / 1024)
        cpu = min(cpu, usage.ru_utime + usage.ru_stime)
    return best, cpu, peak


def measure(work, renkei):
    path = next((work / "data").glob("*.CSV"))
    size = path.stat().st_size
    # The peers get UTF-8, and the time of that is not counted.
    utf8 = work / "utf8.csv"
    # Piece by piece: what this process holds counts as the peak of those that it starts.
    with path.open(encoding="cp932", newline="") as old, utf8.open("w", encoding="utf-8", newline="") as new:
        shutil.copyfileobj(old, new)
    check = [renkei, "check", "--as-of", "2026-11-20", "--format", "concise"]
    me = [sys.executable, __file__]
    tree_files = [file for file in (work / "tree").rglob("*") if file.is_file()]
    tree = sum(file.stat().st_size for file in tree_files)
    rows = [
        ("renkei check, all rules, SHA-256", size, [*check, str(path)]),
        ("renkei check --threads 1", size, [*check, "--threads", "1", str(path)]),
        (f"renkei check, a tree of {len(tree_files)} files", tree, [*check, str(work / "tree")]),
        ("renkei check --threads 1, the tree", tree, [*check, "--threads", "1", str(work / "tree")]),
        ("Python csv and re", size, [*me, "python", str(path)]),
    ]
    for package in ("polars", "duckdb"):
        if next((work / "venv/lib").glob(f"python*/site-packages/{package}"), None):
            rows.append((f"{package}, regular expressions", size, [*me, package, str(utf8)]))
    if qsv := shutil.which("qsv"):
        definition, names = schema(work)
        headed = work / "headed.csv"
        with utf8.open("rb") as old, headed.open("wb") as new:
            new.write(",".join(names).encode() + b"\r\n")
            shutil.copyfileobj(old, new)
        rows.append(("qsv validate", size, [qsv, "validate", str(headed), str(definition)]))
    else:
        print("skipped: qsv is not on the PATH (cargo install qsv --features lite takes some ten minutes)")
    first = None
    print(f"{size / 1e6:.0f} MB of UPPLAN 202208; whole processes, best of {PASSES}\n")
    print("| what | s | MB/s | s of processor | peak MB | times the processor of renkei, per byte |\n|---|---:|---:|---:|---:|---:|")
    for name, length, command in rows:
        seconds, cpu, peak = run([str(part) for part in command])
        pace = cpu / length
        first = first or pace
        print(f"| {name} | {seconds:.3f} | {length / seconds / 1e6:.0f} | {cpu:.3f} | {peak:.0f} | {pace / first:.1f} |")
    paces = {}
    for name in ("check", "csv-and-byte-checks", "every-rule-asked"):
        folder = Path("target/criterion/UPPLAN-202208") / name / "new"
        if (folder / "estimates.json").exists():
            median = json.loads((folder / "estimates.json").read_text())["median"]["point_estimate"]
            paces[name] = json.loads((folder / "benchmark.json").read_text())["throughput"]["Bytes"] / median * 1e3
    if len(paces) == 3:
        print("\nInside one process, one core, no digest (criterion):\n")
        print("| what | MB/s |\n|---|---:|")
        print(f"| all rules, with rows proved by rows before | {paces['check']:.0f} |")
        print(f"| all rules, each asked for each row | {paces['every-rule-asked']:.0f} |")
        print(f"| csv crate and byte checks | {paces['csv-and-byte-checks']:.0f} |")


if __name__ == "__main__":
    verb, where = sys.argv[1], sys.argv[2]
    if verb == "measure":
        measure(Path(where), os.path.abspath(sys.argv[3]))
    else:
        count, wrong = {"python": python, "polars": polars, "duckdb": duckdb}[verb](where)
        print(count, wrong)
        sys.exit(wrong != 0)
