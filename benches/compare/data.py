"""Makes the files that are measured on, and keeps them in the work folder for the next run. Knows how
`renkei generate` is called and how a row of table 6 is spoilt; knows no rule."""

import shutil
import subprocess
from pathlib import Path

MONTHS = {"202208": "2025-02", "202407": "2026-10"}
# Rows of table 6 of 202208 that a user has in a month, in large files.
ROWS_A_USER = 21.45
# サービス回数, a number; of that item the table is not sure, so that the finding is a warning.
SPOILT_COLUMN = 13


class Data:
    def __init__(self, work, renkei):
        self.work, self.renkei = Path(work), renkei
        self.work.mkdir(parents=True, exist_ok=True)

    def folder(self, name, fill):
        """A folder that is filled once; what was cut short is made anew."""
        folder, done = self.work / name, self.work / f"{name}.done"
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            fill(folder)
            done.touch()
        return folder

    def drop(self, name):
        shutil.rmtree(self.work / name, ignore_errors=True)
        (self.work / f"{name}.done").unlink(missing_ok=True)

    def generate(self, out, *args):
        argv = [self.renkei, "generate", *args, "--out", out, "--force"]
        subprocess.run([str(part) for part in argv], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)

    def one(self, kind, version, users):
        """One file with the rows of everybody. UPJSK of 202208 is of one office: the largest that five exchange."""

        def fill(folder):
            if (kind, version) != ("UPJSK", "202208"):
                args = ("--users", users, "--months", MONTHS[version], "--shape", f"one-file:{kind}")
                return self.generate(folder, *args)
            flat = folder / "flat"
            self.generate(flat, "--users", users, "--offices", 5, "--months", MONTHS[version], "--shape", "flat")
            largest = max(flat.glob(f"{kind}_*"), key=lambda file: file.stat().st_size)
            largest.rename(folder / largest.name)
            shutil.rmtree(flat)

        return only(self.folder(f"{kind}-{version}-{users}", fill))

    def rows(self, rows):
        """Table 6 of 202208 with about so many rows."""
        return self.one("UPPLAN", "202208", users_for(rows))

    def drop_rows(self, rows):
        self.drop(f"UPPLAN-202208-{users_for(rows)}")

    def tree(self, users):
        """A folder for each delivery of a month."""
        return self.folder(
            f"tree-{users}", lambda folder: self.generate(folder, "--users", users, "--months", MONTHS["202208"])
        )

    def utf8(self, source):
        def fill(folder):
            with source.open(encoding="cp932", newline="") as old:
                with (folder / source.name).open("w", encoding="utf-8", newline="") as new:
                    shutil.copyfileobj(old, new)

        return only(self.folder(f"utf8-{source.parent.name}", fill))

    def headed(self, source, names):
        """With names of columns in a first line, which qsv wants."""

        def fill(folder):
            with source.open("rb") as old, (folder / source.name).open("wb") as new:
                new.write(",".join(names).encode() + b"\r\n")
                shutil.copyfileobj(old, new)

        return only(self.folder(f"headed-{source.parent.name}", fill))

    def spoilt(self, source, name, spoil):
        def fill(folder):
            with source.open("rb") as old, (folder / source.name).open("wb") as new:
                new.writelines(spoil(number, row) for number, row in enumerate(old))

        return only(self.folder(f"{name}-{source.parent.name}", fill))

    def beginning(self, source, length):
        """The whole rows among the first bytes."""

        def fill(folder):
            with source.open("rb") as old:
                part = old.read(length)
            (folder / source.name).write_bytes(part[: part.rindex(b"\n") + 1])

        return only(self.folder(f"first-{length}-of-{source.parent.name}", fill))


def users_for(rows):
    return max(1, round(rows / ROWS_A_USER))


def only(folder):
    (file,) = [path for path in folder.iterdir() if path.suffix.upper() == ".CSV"]
    return file


def size(path):
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in files(path))


def files(tree):
    return [file for file in tree.rglob("*") if file.is_file()]


def wrong_value(each):
    """Spoils an item of each n-th row."""

    def spoil(number, row):
        if number % each:
            return row
        cells = row.split(b",")
        cells[SPOILT_COLUMN] = b"x"
        return b",".join(cells)

    return spoil


def items_more(number, row):
    """No row can be read by its table. Were it the same number in all rows, the table would be doubted."""
    return row.removesuffix(b"\r\n") + (b",\r\n" if number % 2 == 0 else b",,\r\n")


def bare_line_end(_, row):
    """One finding for the file; no row of it is proved by the row before."""
    return row.removesuffix(b"\r\n") + b"\n"
