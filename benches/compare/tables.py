"""Tables in Japanese and English, with whether each aim was met, and the pages that they stand in.

A text is a pair (ja, en), or one string that is the same in both.
"""

from dataclasses import dataclass, field

JA, EN = 0, 1


@dataclass
class Aim:
    """What the project wants of a figure."""

    what: tuple
    least: float | None = None
    most: float | None = None
    unit: str = ""
    measured: float | None = None

    def met(self):
        at_least = self.least is None or self.measured >= self.least
        return at_least and (self.most is None or self.measured <= self.most)

    def text(self):
        sign, bound = ("≥", self.least) if self.least is not None else ("≤", self.most)
        return f"{sign} {bound:g}{self.unit}"

    def of(self, measured):
        self.measured = measured
        return self

    def word(self, language):
        return (("達成", "met") if self.met() else ("未達", "**not met**"))[language]


@dataclass
class Table:
    """`name` says where it stands in the pages."""

    name: str
    title: tuple
    columns: list
    rows: list = field(default_factory=list)
    aims: list = field(default_factory=list)
    notes: list = field(default_factory=list)

    def row(self, *cells):
        self.rows.append(cells)

    def markdown(self, language):
        """The table, the aims, and the notes."""
        lines = [line(self.columns, language), "|" + "|".join(["---", *["---:"] * (len(self.columns) - 1)]) + "|"]
        lines += [line(row, language) for row in self.rows]
        if self.aims:
            heads = [("目標", "aim"), "", ("測定値", "measured"), ""]
            lines += ["", line(heads, language), "|---|---|---:|---|"]
            for aim in self.aims:
                lines.append(line([aim.what, aim.text(), number(aim.measured) + aim.unit, aim.word(language)], language))
        for note in self.notes:
            lines += ["", said(note, language)]
        return "\n".join(lines) + "\n"


def said(text, language):
    return text if isinstance(text, str) else text[language]


def line(cells, language):
    return "| " + " | ".join(said(cell, language) for cell in cells) + " |"


def number(value):
    """Three digits that count."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def seconds(value):
    return f"{value:.3f}" if value < 1 else f"{value:.2f}"


def rate(size, taken):
    """MB/s."""
    return f"{size / taken / 1e6:,.0f}"


def put(page, name, text):
    """The page with the table of that name replaced; as it was where it has none."""
    begin, end = f"<!-- measured: {name} -->\n", f"<!-- /measured: {name} -->"
    if begin not in page:
        return page
    before, rest = page.split(begin, 1)
    return before + begin + "\n" + text + "\n" + end + rest.split(end, 1)[1]
