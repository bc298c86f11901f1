"""What is measured, one function for each table. Each takes a `Run` and gives a `Table`."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import data
import peers
from measure import command, measure
from tables import Aim, Table, number, rate, seconds

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
KINDS = [(kind, version) for kind in ("UPPLAN", "UPJSK", "UPSIKYU") for version in ("202208", "202407")]
# About 200 million rows of table 6 come together in a month: 2.8 million users, 35 rows, two receivers.
NATIONAL_ROWS = 200_000_000
# A little less than a row of table 6 of 202208 has, so that a file is no smaller than asked for.
BYTES_A_ROW = 152


@dataclass
class Run:
    data: data.Data
    renkei: str
    judge: str
    python: str
    packages: list
    qsv: str | None
    users: int
    growth: list
    trees: list
    large: int
    rounds: int
    # Measured in one table and used in another: processor seconds a row.
    a_row: float = 0.0
    a_row_of_a_tree: float = 0.0
    # What the README says.
    claim: tuple = ()

    def check(self, path, *args, codes=(0,), out="/dev/null", at_once=1):
        argv = (self.renkei, "check", "--as-of", "2026-11-20", "--lang", "en", "--format", "concise", *args, path)
        return command(*argv, codes=codes, out=out, at_once=at_once)

    def report(self, path):
        """The report of a file."""
        argv = [self.renkei, "check", "--as-of", "2026-11-20", "--format", "json", path]
        return json.loads(subprocess.run(argv, stdout=subprocess.PIPE, check=False).stdout)

    def count(self, path):
        return sum(file["records"] for file in self.report(path)["inputs"])


def kinds(run):
    """Each kind beside the csv crate, in whole processes of one thread."""
    table = Table(
        "kinds",
        ("1コアで、種類ごとに", "One core, by kind"),
        [
            ("ファイル", "file"),
            ("MB", "MB"),
            ("全ルール GB/s", "all rules, GB/s"),
            ("csvクレートと項目ごとの検査 GB/s", "csv crate and checks of items, GB/s"),
            ("その何倍か", "times that"),
            ("csvクレートのみ GB/s", "csv crate alone, GB/s"),
            ("その何倍か", "times that"),
            ("全行に全ルール GB/s", "every rule asked for each row, GB/s"),
            ("`renkei check --threads 1` GB/s", "`renkei check --threads 1`, GB/s"),
        ],
    )
    for kind, version in KINDS:
        path = run.data.one(kind, version, run.users)
        tried = [command(run.judge, how, path) for how in ("rules", "csv-checks", "csv-alone", "every-rule")]
        taken = measure([*tried, run.check(path, "--threads", 1)], run.rounds)
        rules, checks, alone, every, whole = (data.size(path) / each.cpu / 1e9 for each in taken)
        figures = (rules, checks, rules / checks, alone, rules / alone, every, whole)
        table.row(f"{kind} {version}", f"{data.size(path) / 1e6:.0f}", *map(number, figures))
        what = (f"{kind} {version}: csvクレートと検査の何倍か", f"{kind} {version}: times the csv crate and checks")
        table.aims.append(Aim(what, least=5).of(rules / checks))
    table.notes.append(
        (
            f"CPU時間による値。{run.rounds}回の最良値。`renkei check` には、SHA-256の計算と報告の作成が含まれます。",
            f"By processor time, the best of {run.rounds}. `renkei check` has the SHA-256 and the report in it.",
        )
    )
    return table


def beside(run):
    """Whole processes on one file."""
    path = run.data.one("UPPLAN", "202208", run.users)
    length, rows = data.size(path), run.count(path)
    utf8 = run.data.utf8(path)
    me = [run.python, HERE / "peers.py"]
    tried = [
        (("renkei check、全ルールとSHA-256", "renkei check, all rules and SHA-256"), run.check(path)),
        (("同、--threads 1", "the same, --threads 1"), run.check(path, "--threads", 1)),
        (("csvクレートと項目ごとの検査", "csv crate and checks of items"), command(run.judge, "csv-checks", path)),
        (("csvクレートのみ", "csv crate alone"), command(run.judge, "csv-alone", path)),
        (("Python（csv・re）", "Python (csv, re)"), command(*me, "python", path)),
    ]
    for package in run.packages:
        name, release = package.split("==")
        tried.append((f"{name} {release}", command(*me, name, utf8)))
    qsv = None
    if run.qsv:
        definition = run.data.work / "schema.json"
        peers.schema(definition)
        qsv = len(tried)
        tried.append((qsv_name(run.qsv), command(run.qsv, "validate", run.data.headed(utf8, peers.names()), definition)))
    taken = measure([what for _, what in tried], run.rounds)
    table = Table(
        "beside",
        ("同じファイルを、プロセスとして", "The same file, as whole processes"),
        [
            ("", "what"),
            ("秒", "s"),
            ("MB/s", "MB/s"),
            ("CPU秒", "s of processor"),
            ("最大メモリ MB", "peak MB"),
            ("時間 倍", "times the time"),
            ("CPU時間 倍", "times the processor"),
        ],
    )
    one = taken[1]
    for (name, _), each in zip(tried, taken):
        times = (number(each.wall / one.wall), number(each.cpu / one.cpu))
        table.row(name, seconds(each.wall), rate(length, each.wall), seconds(each.cpu), f"{each.peak:.0f}", *times)
    if qsv is not None:
        what = ("1コアのrenkei / 2コアのqsv validate", "renkei on one core / qsv validate on all")
        table.aims.append(Aim(what, least=40).of(taken[qsv].wall / one.wall))
        what = ("CPU時間: qsv validate / renkei", "processor: qsv validate / renkei")
        table.aims.append(Aim(what, least=40).of(taken[qsv].cpu / one.cpu))
    run.claim = claim(tried, taken, length)
    table.notes.append(
        (
            f"UPPLAN 202208、{rows:,}行、{length / 1e6:.0f} MB。{run.rounds}回の最良値。倍率は `--threads 1` のrenkeiに対するもの。"
            "Python以下は各項目の形式・桁数・必須・コードを正規表現で調べ、UTF-8を読みます（Pythonはcp932）。",
            f"UPPLAN 202208, {rows:,} rows, {length / 1e6:.0f} MB; the best of {run.rounds}. Times are those of renkei with "
            "`--threads 1`. From Python on: form, length, presence and codes of each item by regular expressions, on "
            "UTF-8 (Python: cp932).",
        )
    )
    return table


def claim(tried, taken, length):
    """One sentence: the rate on one core, and how many times longer each peer takes."""
    one = taken[1]
    slower = [(name, f"{each.wall / one.wall:.1f}") for (name, _), each in zip(tried[2:], taken[2:])]
    ja = "、".join(f"{name if isinstance(name, str) else name[0]}の{times}倍" for name, times in slower)
    en = ", ".join(f"{times}× {name if isinstance(name, str) else name[1]}" for name, times in slower)
    each_second = rate(length, one.wall)
    return (
        f"`renkei check` は1コアで毎秒{each_second} MBの第6表を、すべてのルールで検査します（SHA-256の計算を含む）。"
        f"同じファイルでの速さは、{ja}です。",
        f"`renkei check` judges {each_second} MB/s of table 6 on one core, with all rules and the SHA-256. On the same file "
        f"that is {en}.",
    )


def qsv_name(qsv):
    said = subprocess.run([qsv, "--version"], stdout=subprocess.PIPE, text=True, check=False).stdout.split()
    return f"qsv validate {said[1].split('-')[0]}" if len(said) > 1 else "qsv validate"


def threads(run):
    """One thread and two, and the peak, on a large file and on a tree; and two processes of one thread at once,
    which have nothing in common but the machine: no program does better with two threads there."""
    table = Table(
        "threads",
        ("スレッドとメモリ", "Threads and memory"),
        [
            ("", "what"),
            ("スレッド", "threads"),
            ("秒", "s"),
            ("MB/s", "MB/s"),
            ("CPU秒", "s of processor"),
            ("最大メモリ MB", "peak MB"),
            ("1スレッドに対して 倍", "times 1 thread"),
        ],
        notes=[
            (
                "「1 + 1」は、1スレッドのプロセスを2つ、同じ検査に同時に使ったものです。倍率は、この端末で2スレッドが得られる上限の目安です。",
                "1 + 1: two processes of a thread each do the same check at once. They share nothing but the machine, so their figure is about the most that two threads can come to on it.",
            )
        ],
    )
    users = data.users_for(run.large * 1e9 / BYTES_A_ROW)
    file = run.data.one("UPPLAN", "202208", users)
    tree = run.data.tree(max(run.trees))
    count = len(data.files(tree))
    many = (f"{count:,}ファイルのツリー", f"a tree of {count:,} files")
    one = (f"{data.size(file) / 1e9:.1f} GBの1ファイル", f"one file of {data.size(file) / 1e9:.1f} GB")
    for name, path in ((one, file), (many, tree)):
        length = data.size(path)
        ways = [
            ("1", 1, run.check(path, "--threads", 1)),
            ("2", 1, run.check(path, "--threads", 2)),
            ("1 + 1", 2, run.check(path, "--threads", 1, at_once=2)),
        ]
        taken = measure([what for _, _, what in ways], run.rounds)
        first, second, _ = taken
        for (threads_, files, _), each in zip(ways, taken):
            times = number(files * first.wall / each.wall)
            speed = rate(files * length, each.wall)
            cells = (seconds(each.wall), speed, seconds(each.cpu), f"{each.peak:.0f}", times)
            table.row(name, threads_, *cells)
        times = Aim((f"{name[0]}: 2スレッド / 1スレッド", f"{name[1]}: two threads / one"), least=1.8)
        table.aims.append(times.of(first.wall / second.wall))
        peak = Aim((f"{name[0]}: 最大メモリ", f"{name[1]}: peak"), most=64, unit=" MB")
        table.aims.append(peak.of(max(first.peak, second.peak)))
    return table


def start(run):
    """Fifty whole processes of each."""
    path = run.data.beginning(run.data.one("UPPLAN", "202208", run.users), 50 << 10)
    tried = [
        (("cat、50 KBの1ファイル", "cat, a file of 50 KB"), command("cat", path)),
        (("renkei --version", "renkei --version"), command(run.renkei, "--version")),
        (("renkei check、50 KBの1ファイル", "renkei check, a file of 50 KB"), run.check(path)),
    ]
    cat, version, check = measure([what for _, what in tried], 50)
    table = Table(
        "start",
        ("起動と50 KBの1ファイル", "The start, and one file of 50 KB"),
        [("", "what"), ("最良 ms", "best, ms"), ("中央値 ms", "median, ms"), ("CPU ms", "processor, ms"), ("最大メモリ MB", "peak MB")],
    )
    for (name, _), each in zip(tried, (cat, version, check)):
        cells = (number(each.wall * 1e3), number(each.median * 1e3), number(each.cpu * 1e3), f"{each.peak:.0f}")
        table.row(name, *cells)
    own = check.median - version.median
    table.row(("checkの分（起動を除く）", "of that, the check without the start"), number((check.wall - version.wall) * 1e3), number(own * 1e3), number((check.cpu - version.cpu) * 1e3), "")
    table.aims = [
        Aim(("catに対して（中央値）", "times cat (median)"), most=3).of(check.median / cat.median),
        Aim(("1ファイルの検査（中央値）", "one file (median)"), most=15, unit=" ms").of(check.median * 1e3),
    ]
    return table


def dirty(run):
    """Something wrong in every row, at two sizes."""
    table = Table(
        "dirty",
        ("すべての行に指摘があるファイル", "A file in which every row has a finding"),
        [
            ("", "what"),
            ("行", "rows"),
            ("指摘", "findings"),
            ("CPU秒", "s of processor"),
            ("MB/s", "MB/s"),
            ("最大メモリ MB", "peak MB"),
            ("指摘のないファイルの速さに対して 倍", "of the clean rate"),
        ],
    )
    spoilt = [
        (("正しい", "clean"), None, None),
        (("各行の1項目が数字でない", "one item of each row is no number"), "wrong", data.wrong_value(1)),
        (("各行の項目が1つか2つ多い", "each row has an item or two more"), "more", data.items_more),
        (("改行がLFのみ（指摘は1件）", "bare LF at each row (one finding)"), "bare", data.bare_line_end),
    ]
    worst, peak, miscounted = {}, 0, 0
    for users in (run.users, 4 * run.users):
        source = run.data.one("UPPLAN", "202208", users)
        paths = [run.data.spoilt(source, name, spoil) if spoil else source for _, name, spoil in spoilt]
        taken = measure([run.check(path, "--threads", 1, codes=(0, 1)) for path in paths], min(run.rounds, 3))
        clean = data.size(paths[0]) / taken[0].cpu
        for (name, key, _), path, each in zip(spoilt, paths, taken):
            report = run.report(path)
            rows = sum(file["records"] for file in report["inputs"])
            found = sum(report["totals"]["by_rule"].values())
            share = data.size(path) / each.cpu / clean
            cells = (f"{rows:,}", f"{found:,}", seconds(each.cpu), rate(data.size(path), each.cpu), f"{each.peak:.0f}")
            table.row(name, *cells, number(share))
            worst[name] = min(share, worst.get(name, share))
            peak = max(peak, each.peak)
            miscounted += abs(found - {None: 0, "bare": 1}.get(key, rows))
    del worst[spoilt[0][0]]
    for (ja, en), share in worst.items():
        table.aims.append(Aim((f"速さ: {ja}", f"rate: {en}"), least=0.1).of(share))
    table.aims.append(Aim(("最大メモリ", "peak"), most=64, unit=" MB").of(peak))
    table.aims.append(Aim(("数え違い", "findings miscounted"), most=0).of(miscounted))
    return table


def by_rows(run):
    """One file; those that are not used again are removed."""
    table = Table(
        "rows",
        ("行数とともに", "With rows"),
        [
            ("利用者", "users"),
            ("行", "rows"),
            ("MB", "MB"),
            ("秒", "s"),
            ("CPU秒", "s of processor"),
            ("CPU ns/行", "processor, ns a row"),
            ("最大メモリ MB", "peak MB"),
        ],
    )
    for rows in run.growth:
        path = run.data.rows(rows)
        count, length = run.count(path), data.size(path)
        (each,) = measure([run.check(path, "--threads", 1)], 3 if rows < 10_000_000 else 1)
        run.a_row = each.cpu / count
        cells = (f"{count:,}", f"{length / 1e6:,.1f}", seconds(each.wall), seconds(each.cpu), number(run.a_row * 1e9))
        table.row(f"{data.users_for(rows):,}", *cells, f"{each.peak:.0f}")
        if rows > 10_000_000:
            run.data.drop_rows(rows)
    return table


def by_files(run):
    table = Table(
        "files",
        ("ファイル数とともに", "With files"),
        [
            ("利用者", "users"),
            ("ファイル", "files"),
            ("行", "rows"),
            ("MB", "MB"),
            ("秒（2スレッド）", "s, 2 threads"),
            ("CPU秒", "s of processor"),
            ("CPU µs/ファイル", "processor, µs a file"),
            ("最大メモリ MB", "peak MB"),
        ],
    )
    for users in run.trees:
        tree = run.data.tree(users)
        count, rows, length = len(data.files(tree)), run.count(tree), data.size(tree)
        (each,) = measure([run.check(tree)], min(run.rounds, 3))
        run.a_row_of_a_tree = each.cpu / rows
        cells = (f"{rows:,}", f"{length / 1e6:,.1f}", seconds(each.wall), seconds(each.cpu), number(each.cpu / count * 1e6))
        table.row(f"{users:,}", f"{count:,}", *cells, f"{each.peak:.0f}")
    return table


def by_findings(run):
    table = Table(
        "findings",
        ("指摘とともに", "With findings"),
        [
            ("指摘のある行", "rows with a finding"),
            ("指摘", "findings"),
            ("CPU秒", "s of processor"),
            ("MB/s", "MB/s"),
            ("最大メモリ MB", "peak MB"),
        ],
    )
    source = run.data.one("UPPLAN", "202208", 4 * run.users)
    for share, each_row in (("0 %", 0), ("0.1 %", 1000), ("1 %", 100), ("10 %", 10), ("100 %", 1)):
        path = run.data.spoilt(source, f"wrong-{each_row}", data.wrong_value(each_row)) if each_row else source
        found = sum(run.report(path)["totals"]["by_rule"].values())
        (each,) = measure([run.check(path, "--threads", 1, codes=(0, 1))], min(run.rounds, 3))
        table.row(share, f"{found:,}", seconds(each.cpu), rate(data.size(path), each.cpu), f"{each.peak:.0f}")
        if each_row not in (0, 1):
            run.data.drop(path.parent.name)
    return table


def national(run):
    """An estimate from what was measured."""
    table = Table(
        "national",
        ("全国の1か月（推計）", "A national month (estimate)"),
        [
            ("2億行、30 GB", "200 million rows, 30 GB"),
            ("CPU ns/行", "processor, ns a row"),
            ("CPU秒", "s of processor"),
            ("2コアで", "on 2 cores"),
        ],
    )
    for name, a_row in (
        (("大きなファイルとして", "in large files"), run.a_row),
        (("事業所間の小さなファイルとして", "in the small files of offices"), run.a_row_of_a_tree),
    ):
        if a_row:
            whole = a_row * NATIONAL_ROWS
            both = (f"{whole / 120:.1f}分", f"{whole / 120:.1f} min")
            table.row(name, number(a_row * 1e9), number(whole), both)
    return table


ALL = {
    "kinds": kinds,
    "beside": beside,
    "threads": threads,
    "start": start,
    "dirty": dirty,
    "rows": by_rows,
    "files": by_files,
    "findings": by_findings,
    "national": national,
}
assert sys.version_info >= (3, 10), "Python 3.10 or newer"
