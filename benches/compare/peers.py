"""What people would use instead, as programs: `peers.py python|polars|duckdb FILE` counts the rows of
table 6 and the values that are not as the table says, by one regular expression for each item: its
form, its length, whether it may be empty, and its codes. Knows validator/spec; knows no rule.

The checks are fewer than those of the csv crate's baseline: no calendar, no check digits, no
characters of MS932.
"""

import csv
import json
import re
import sys
from pathlib import Path

SPEC = Path(__file__).parents[2] / "validator/spec/202208"
FORMS = {
    "version": "[0-9]",
    "insurer": "[0-9]",
    "insured": "[0-9H]",
    "date": "[0-9]",
    "month": "[0-9]",
    "office": "[0-9A-Z]",
    "integer": "[0-9]",
    "digits": "[0-9]",
    "visit_time": "[0-9]",
    "service_code": "[0-9A-Z]",
    "alnum": "[0-9A-Za-z]",
    "bitmap": "[01]",
    "text": ".",
    "unused": "[0-9]",
}


def items():
    """For each item: the expression of a value, and whether it must be filled."""
    with (SPEC / "upplan.csv").open(encoding="utf-8") as spec:
        for item in csv.DictReader(spec):
            yield pattern(item), item["required"] == "yes"


def pattern(item):
    if item["codes"]:
        with (SPEC / "codes" / f"{item['codes']}.csv").open(encoding="utf-8") as codes:
            return f"(?:{'|'.join(code['code'] for code in csv.DictReader(codes))})"
    if item["type"] == "unused":
        return ""
    length = item["length"]
    counted = {"=": "{%s}", ".": "{1,%s}"}[length[0]] % length.lstrip("=.") if length else "+"
    return FORMS[item["type"]] + counted


def patterns():
    """Those of values that may be empty accept nothing, too."""
    return [pattern if required else f"(?:{pattern})?" for pattern, required in items()]


def names():
    return [f"c{number}" for number, _ in enumerate(items())]


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

    frame = pl.scan_csv(path, has_header=False, new_columns=names(), infer_schema=False)
    each = zip(names(), patterns())
    wrong = [(~pl.col(name).fill_null("").str.contains(f"^(?:{p})$")).sum() for name, p in each]
    rows, *wrong = frame.select(pl.len(), *wrong).collect(engine="streaming").row(0)
    return rows, sum(wrong)


def duckdb(path):
    import duckdb

    columns = "{" + ", ".join(f"'{name}': 'VARCHAR'" for name in names()) + "}"
    each = zip(names(), patterns())
    wrong = " + ".join(f"count(*) FILTER (NOT regexp_full_match(coalesce({name}, ''), '{p}'))" for name, p in each)
    options = f"header=false, auto_detect=false, columns={columns}, quote='\"', delim=','"
    return duckdb.sql(f"SELECT count(*), {wrong} FROM read_csv('{path}', {options})").fetchall()[0]


def schema(path):
    """What `qsv validate` validates by; an empty value is null to it."""
    each = zip(names(), items())
    properties = {
        name: {"type": "string" if required else ["string", "null"], "pattern": f"^(?:{pattern})$"}
        for name, (pattern, required) in each
    }
    draft = "https://json-schema.org/draft/2020-12/schema"
    what = {"$schema": draft, "type": "object", "properties": properties, "required": names()}
    path.write_text(json.dumps(what, indent=1), encoding="utf-8")


if __name__ == "__main__":
    rows, wrong = {"python": python, "polars": polars, "duckdb": duckdb}[sys.argv[1]](sys.argv[2])
    print(rows, wrong)
    sys.exit(wrong != 0)
