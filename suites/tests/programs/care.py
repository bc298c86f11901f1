"""A small care program: it holds plans, writes them as files of the standard, reads such files, and tells what
it holds. Written from docs/TESTING.md, docs/CONTENT.md and the schemas beside them, with nothing but Python's
standard library, to show that these are enough. It is no example of good care software: it has no screen.

    care.py STORE reset
    care.py STORE export CONTENT OUT [BEFORE]
    care.py STORE delete CONTENT OUT
    care.py STORE again OUT
    care.py STORE import IN RESULT OFFICE
    care.py STORE dump DUMP
    care.py STORE watch FOLDER
"""

import base64
import datetime
import json
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SCHEMA = os.environ.get("CARE_SCHEMA") or os.path.join(HERE, "..", "..", "..", "docs", "renkei-content-1.schema.json")

# ---------------------------------------------------------------- layouts, as the schema has them


class Layout:
    def __init__(self, name, definition):
        self.kind, self.version = name.rsplit("-", 1)
        self.segments = definition["x-name"]
        self.extension = definition["x-extension"]
        items = definition["properties"]
        self.items = sorted(items.items(), key=lambda pair: pair[1]["x-no"])


def read_layouts():
    with open(SCHEMA, encoding="utf-8") as file:
        schema = json.load(file)
    definitions = schema["$defs"]
    layouts = [Layout(name, part) for name, part in definitions.items() if "x-name" in part]
    return {(layout.kind, layout.version): layout for layout in layouts}, schema["x-linked-service-types"]


LAYOUTS, LINKED = read_layouts()
VERSIONS = sorted({version for _, version in LAYOUTS})
KINDS = sorted({kind for kind, _ in LAYOUTS}, key=len, reverse=True)
IMAGE = "UPKIHON_IMAGE"
PARTS = {
    "target_month": lambda d: d.get("month"),
    "sender_office": lambda d: (d.get("source") or {}).get("office"),
    "sender_service_type": lambda d: (d.get("source") or {}).get("service_type"),
    "receiver_office": lambda d: (d.get("destination") or {}).get("office"),
    "receiver_service_type": lambda d: (d.get("destination") or {}).get("service_type"),
    "timestamp": lambda d: d.get("timestamp"),
    "branch": lambda d: d.get("branch"),
}


class Refused(Exception):
    """Something that is not taken in, and what the user is told of it."""


# ---------------------------------------------------------------- writing


def file_name(document):
    layout = LAYOUTS[document["kind"], document["version"]]
    parts = [document["kind"]] + [PARTS[segment](document) or "" for segment in layout.segments]
    return "_".join(parts) + layout.extension


def file_bytes(document):
    if document["kind"] == IMAGE:
        return base64.b64decode(document["image"])
    lines = []
    for row in document["rows"]:
        cells = []
        for key, item in LAYOUTS[document["kind"], document["version"]].items:
            text = row.get(key) or item.get("default", "")
            if text and item.get("x-quoted"):
                text = '"' + text.replace('"', '""') + '"'
            cells.append(text)
        lines.append(",".join(cells) + "\r\n")
    return "".join(lines).encode("cp932")


# ---------------------------------------------------------------- reading


def read_name(name):
    stem, dot, extension = name.rpartition(".")
    kind = next((kind for kind in KINDS if stem == kind or stem.startswith(kind + "_")), None)
    if kind is None:
        return None
    values = stem[len(kind) + 1 :].split("_")
    for version in reversed(VERSIONS):
        layout = LAYOUTS.get((kind, version))
        if layout and len(layout.segments) == len(values) and dot + extension.upper() == layout.extension.upper():
            break
    else:
        raise Refused(f"{name}: ファイル名の形が違います")
    parts = dict(zip(layout.segments, values))
    for segment, text in parts.items():
        if segment.endswith("_office") and len(text) != 10:
            raise Refused(f"{name}: 事業所番号の桁数が違います")
    end = lambda side: {"office": parts[side + "_office"], "service_type": parts.get(side + "_service_type")}
    document = {"kind": kind, "version": layout.version, "source": end("sender"), "destination": end("receiver")}
    document.update(month=parts.get("target_month"), timestamp=parts.get("timestamp"), branch=parts.get("branch"))
    return document


def read_text(name, data):
    if data.startswith(b"\xef\xbb\xbf"):
        raise Refused(f"{name}: BOMがあります")
    try:
        if not data.decode("utf-8").isascii():
            raise Refused(f"{name}: UTF-8です")
    except UnicodeDecodeError:
        pass
    try:
        text = data.decode("cp932")
    except UnicodeDecodeError:
        raise Refused(f"{name}: Shift_JISとして読めません") from None
    for character in text:
        code = ord(character)
        if code < 0x20 and character not in "\r\n" or 0x7F <= code <= 0xA0 or 0xE000 <= code <= 0xF8FF:
            raise Refused(f"{name}: 使えない文字があります")
    return text


def read_rows(name, text):
    """Cells by rows; quotes are taken as the standard has them, and in no other way."""
    rows, row, at = [], [], 0
    while at < len(text):
        if text[at] == '"':
            cell, at = "", at + 1
            while True:
                end = text.find('"', at)
                if end < 0:
                    raise Refused(f"{name}: 引用符が閉じていません")
                cell += text[at:end]
                at = end + 1
                if text[at : at + 1] != '"':
                    break
                cell, at = cell + '"', at + 1
            if text[at : at + 1] not in ("", ",", "\r", "\n"):
                raise Refused(f"{name}: 引用符の後に文字があります")
        else:
            end = at
            while end < len(text) and text[end] not in ",\r\n":
                end += 1
            cell, at = text[at:end], end
            if '"' in cell:
                raise Refused(f"{name}: 引用符の位置が違います")
        row.append(cell.replace("\r\n", "\n").replace("\r", "\n"))
        if text[at : at + 1] == ",":
            at += 1
            if at == len(text) or text[at] in "\r\n":
                row.append("")
            else:
                continue
        at += 2 if text[at : at + 2] == "\r\n" else 1
        rows.append(row)
        row = []
    return [row for row in rows if row != [""]]


def check_value(where, item, text):
    if item.get("x-required") and not text:
        raise Refused(f"{where}: 必須の項目です")
    if item.get("x-quoted") or not text:
        return
    if not text.isascii():
        raise Refused(f"{where}: 半角で書く項目です")
    if len(text) > item.get("x-at-most", len(text)) or len(text) != item.get("x-exactly", len(text)):
        raise Refused(f"{where}: 桁数が違います")
    if "x-codes" in item and text not in item["x-codes"]:
        raise Refused(f"{where}: コード表にない値です")
    if item["x-form"] == "office" and not (text.isalnum() and text.isupper() or text.isdigit()):
        raise Refused(f"{where}: 事業所番号の形ではありません")
    if item["x-form"] == "date" and text.strip("0") and text.strip("9"):
        try:
            datetime.datetime.strptime(text, "%Y%m%d")
        except ValueError:
            raise Refused(f"{where}: 実在しない日付です") from None


def read_file(name, data):
    document = read_name(name)
    if document is None:
        return None
    if document["kind"] == IMAGE:
        document.update(rows=[], image=base64.b64encode(data).decode("ascii"))
        return document
    rows = read_rows(name, read_text(name, data))
    if not rows:
        raise Refused(f"{name}: 空です")
    document["version"] = rows[0][0]
    layout = LAYOUTS.get((document["kind"], rows[0][0]))
    if layout is None:
        raise Refused(f"{name}: 知らないCSVバージョンです")
    document["rows"] = []
    for number, cells in enumerate(rows, 1):
        if len(cells) != len(layout.items) or cells[0] != document["version"]:
            raise Refused(f"{name}: {number}行目の項目の数か版が違います")
        row = {}
        for (key, item), text in zip(layout.items, cells):
            check_value(f"{name}: {number}行目の{item['title']}", item, text)
            if text:
                row[key] = text
        check_row(f"{name}: {number}行目", document, row)
        document["rows"].append(row)
    fill_down(document)
    return document


def check_row(where, document, row):
    month = row.get("target_month")
    if month and document["month"] and month != document["month"]:
        raise Refused(f"{where}: 対象年月がファイル名と違います")
    day = row.get("service_date", "")
    if month and day.strip("0") and not day.startswith(month):
        raise Refused(f"{where}: 対象年月の日ではありません")
    sends_results = document["source"]["service_type"] not in (None, "43", "46", "AF")
    if document["kind"] == "UPJSK" and sends_results and row["service_office_number"] != document["source"]["office"]:
        raise Refused(f"{where}: ファイル名と違う事業所です")


BLOCKS = {
    "UP2KYO": [
        (["issue_no"], ["issue"]),
        (
            ["issue_no", "support_goal_no"],
            ["long_term_goal", "short_term_goal", "long_term_period", "short_term_period"],
        ),
    ],
    "UPYOBO_SUB": [
        (["issue_no"], ["overall_issue", "goal_proposal", "proposal_intention", "goal"]),
        (
            ["issue_no", "support_plan_no"],
            ["support_point", "self_care_informal", "insured_or_community_service"],
        ),
    ],
}


def fill_down(document):
    """What a row leaves blank because it stands in the row above, where the numbers are the same."""
    for numbers, items in BLOCKS.get(document["kind"], []):
        same = ["insurer_number", "insured_number", "plan_created_on"] + numbers
        for above, row in zip(document["rows"], document["rows"][1:]):
            if all(above.get(key) == row.get(key) for key in same) and not any(row.get(key) for key in items):
                row.update({key: above[key] for key in items if key in above})


# ---------------------------------------------------------------- what belongs together


def family(document):
    kind = document["kind"]
    for name, kinds in {
        "plan": ("UP1KYO", "UP2KYO", "UP3KYO", "DLT1KYO"),
        "table": ("UPPLAN", "UPSIKYU", "DLTPLAN"),
        "result": ("UPJSK", "DLTJSK"),
        "prevention": ("UPYOBO", "UPYOBO_SUB", "DLTYOBO"),
    }.items():
        if kind in kinds:
            return name
    if kind == "UPHOSOKU":
        return "plan" if document["month"] == "000000" else "table"
    return "info"


def deletes(document):
    return document["kind"].startswith("DLT")


def slot(document, row):
    """What is replaced or deleted as one: what a deletion names, and who sent it to whom."""
    which = family(document)
    items = {"plan": ["plan_created_on"], "prevention": ["plan_created_on"], "table": ["target_month"],
             "result": ["target_month", "service_office_number"], "info": ["consulted_on"]}[which]
    key = [which, document["source"]["office"], document["destination"]["office"]]
    key += [row.get(item, "") for item in ["insurer_number", "insured_number"] + items]
    if which == "result":
        key.append(row["service_type"] if deletes(document) else row["service_code"][:2])
    return json.dumps(key)


def split(documents):
    slots = {}
    images = [document for document in documents if document["kind"] == IMAGE]
    for document in documents:
        for row in document.get("rows") or []:
            parts = slots.setdefault(slot(document, row), [])
            part = next((part for part in parts if part["kind"] == document["kind"]), None)
            if part is None:
                parts.append(dict(document, rows=[]))
                part = parts[-1]
            part["rows"].append(row)
    for image in images:
        for parts in slots.values():
            if any(named(row, image) for part in parts for row in part["rows"]):
                parts.append(image)
    return slots


def named(row, image):
    """Whether a row names a picture, whatever the time in the name."""
    name = row.get("family_image_file")
    if not name:
        return False
    other = read_name(name)
    return other is not None and all(other[part] == image.get(part) for part in ("source", "destination", "branch"))


def whole_ends(document):
    """A name without a part and one whose part is null are the same."""
    for side in ("source", "destination"):
        document[side] = {"office": document[side]["office"], "service_type": document[side].get("service_type")}
    for part in ("month", "timestamp", "branch"):
        document[part] = document.get(part)
    document["rows"] = document.get("rows") or []
    return document


# ---------------------------------------------------------------- the program


class Program:
    def __init__(self, path):
        self.path = path
        self.held, self.written = {}, 0
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                self.held, self.written = json.load(file)

    def save(self):
        with open(self.path + ".new", "w", encoding="utf-8") as file:
            json.dump([self.held, self.written], file, ensure_ascii=False)
        os.replace(self.path + ".new", self.path)

    def reset(self):
        self.held, self.written = {}, 0

    # -- export

    def export(self, content, before=None):
        documents = for_receiver([whole_ends(document) for document in content["documents"]])
        gone = split([whole_ends(document) for document in before["documents"]]) if before else {}
        for kept in split(documents):
            gone.pop(kept, None)
        return self.write(documents + self.deletions(gone))

    def delete(self, content):
        return self.write(self.deletions(split([whole_ends(document) for document in content["documents"]])))

    def deletions(self, slots):
        bases = {"UP1KYO": "DLT1KYO", "UPPLAN": "DLTPLAN", "UPJSK": "DLTJSK", "UPKIHON": "DLTKIHON", "UPYOBO": "DLTYOBO"}
        documents = []
        for parts in slots.values():
            for part in parts:
                if part["kind"] in bases:
                    kind, row = bases[part["kind"]], dict(part["rows"][0])
                    row["service_type"] = row.get("service_code", "")[:2]
                    keys = [key for key, _ in LAYOUTS[kind, part["version"]].items]
                    documents.append(dict(part, kind=kind, rows=[{key: row.get(key, "") for key in keys}]))
        return documents

    def write(self, documents):
        """The files of documents: a timestamp for each set, which is what travels together."""
        sets = {}
        for document in documents:
            unit = family(document)
            if unit == "prevention" and not deletes(document):
                unit = "info"
            month = None if document["month"] == "000000" else document["month"]
            key = json.dumps([document["source"], document["destination"], deletes(document), unit, month])
            sets.setdefault(key, []).append(document)
        files = []
        for together in sets.values():
            moment = datetime.datetime(2026, 10, 20, 18) + datetime.timedelta(seconds=self.written)
            self.written += 1
            files += self.files([dict(document, timestamp=moment.strftime("%Y%m%d%H%M%S")) for document in together])
        return files

    def files(self, documents):
        documents = [leave_blank(document) for document in merge(documents)]
        images = [document for document in documents if document["kind"] == IMAGE]
        for document in documents:
            for row in document["rows"]:
                for image in images:
                    if named(row, image):
                        row["family_image_file"] = file_name(image)
        return [(file_name(document), file_bytes(document)) for document in documents]

    def again(self):
        sets = {}
        for document in self.holds():
            key = json.dumps([document["source"], document["destination"], document["timestamp"]])
            sets.setdefault(key, []).append(document)
        return [file for together in sets.values() for file in self.files(together)]

    # -- import

    def take(self, files, office):
        """Takes sets in, the oldest first, each whole or not at all. Tells of each file what became of it."""
        sets, said = {}, []
        for name, data in sorted(files):
            try:
                document = read_name(name)
            except Refused as why:
                said.append({"file": name, "accepted": False, "message": str(why)})
                continue
            if document is None:
                continue  # An attachment for people.
            key = (document["timestamp"], json.dumps([document["source"], document["destination"]]))
            sets.setdefault(key, []).append((name, data))
        for _, together in sorted(sets.items()):
            try:
                documents = [read_file(name, data) for name, data in together]
                check_set(documents, office)
            except Refused as why:
                said += [{"file": name, "accepted": False, "message": str(why)} for name, _ in together]
                continue
            for key, parts in split(documents).items():
                self.hold(key, parts)
            said += [{"file": name, "accepted": True} for name, _ in together]
        return said

    def hold(self, key, parts):
        timestamp = max(part["timestamp"] for part in parts)
        before = self.held.get(key)
        if before is None or before["timestamp"] <= timestamp:
            self.held[key] = {"timestamp": timestamp, "documents": [] if deletes(parts[0]) else parts}

    def holds(self):
        return [document for held in self.held.values() for document in held["documents"]]

    def dump(self):
        return {"schema": "renkei-content/1", "documents": merge(self.holds())}


def for_receiver(documents):
    """Of tables 6 and 7, what the receiver is to get: services that are exchanged, of its own users."""
    mine = set()
    for document in documents:
        if document["kind"] == "UPPLAN":
            linked = LINKED[document["version"]]
            document["rows"] = [row for row in document["rows"] if row["service_code"][:2] in linked]
            to_planner = document["destination"]["service_type"] in ("43", "46", "AF")
            office = document["destination"]["office"]
            for row in document["rows"]:
                if to_planner or row["service_office_number"] == office:
                    mine.add(json.dumps([document["destination"], person(row)]))
    for document in documents:
        if document["kind"] in ("UPPLAN", "UPSIKYU", "UPHOSOKU") and family(document) == "table":
            destination = document["destination"]
            document["rows"] = [row for row in document["rows"] if json.dumps([destination, person(row)]) in mine]
    return [document for document in documents if document["rows"] or document["kind"] == IMAGE]


def person(row):
    return [row.get(key) for key in ("insurer_number", "insured_number", "target_month")]


def leave_blank(document):
    """The opposite of fill_down, for the table whose continuation rows are blank."""
    if document["kind"] == "UPYOBO_SUB":
        whole = [dict(row) for row in document["rows"]]
        for numbers, items in BLOCKS["UPYOBO_SUB"]:
            same = ["insurer_number", "insured_number", "plan_created_on"] + numbers
            for above, full, row in zip(whole, whole[1:], document["rows"][1:]):
                if all(above.get(key) == full.get(key) for key in same + items):
                    row.update({key: "" for key in items})
    return document


def merge(documents):
    """Documents that stand in one file as one."""
    merged = {}
    for document in documents:
        parts = ("kind", "version", "source", "destination", "month", "branch")
        key = json.dumps([document[part] for part in parts])
        if key in merged:
            merged[key]["rows"] += [dict(row) for row in document["rows"]]
        else:
            merged[key] = dict(document, rows=[dict(row) for row in document["rows"]])
    return list(merged.values())


COMPANIONS = {"UP1KYO": ["UP2KYO", "UPHOSOKU"], "UP2KYO": ["UP1KYO"], "UPPLAN": ["UPSIKYU", "UPHOSOKU"],
              "UPSIKYU": ["UPPLAN"], "UPYOBO_SUB": ["UPYOBO"]}


def check_set(documents, office):
    kinds = {document["kind"] for document in documents}
    for document in documents:
        if office and document["destination"]["office"] != office:
            raise Refused("自事業所に送られたものではありません")
        for companion in COMPANIONS.get(document["kind"], []):
            if companion not in kinds:
                raise Refused(f"一緒に送られるはずの{companion}がありません")
    if len({deletes(document) for document in documents}) > 1:
        raise Refused("登録と削除が同じ組にあります")
    if len({document["version"] for document in documents if document["kind"] != IMAGE}) > 1:
        raise Refused("版が混ざっています")
    images = {file_name(document).upper() for document in documents if document["kind"] == IMAGE}
    for document in documents:
        for row in document["rows"]:
            if row.get("family_image_file") and row["family_image_file"].upper() not in images:
                raise Refused("画像がありません")


# ---------------------------------------------------------------- how it is reached


def read_json(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def put(path, data):
    """Whole or not at all, for those who watch."""
    with open(path + ".writing", "wb") as file:
        file.write(data)
    os.replace(path + ".writing", path)


def put_json(path, value):
    put(path, json.dumps(value, ensure_ascii=False).encode("utf-8"))


def put_all(folder, files):
    for name, data in files:
        put(os.path.join(folder, name), data)


def get_all(folder, names=None):
    files = []
    for name in names if names is not None else os.listdir(folder):
        with open(os.path.join(folder, name), "rb") as file:
            files.append((name, file.read()))
    return files


def result(**said):
    return dict(said, schema="renkei-result/1")


def answer(program, folder, task):
    """Does a task of the adapter folder."""
    what = task["task"]
    outbox, inbox = os.path.join(folder, "outbox"), os.path.join(folder, "inbox")
    if what == "reset":
        program.reset()
    elif what == "export":
        put_all(outbox, program.export(task["content"], task.get("before")))
    elif what == "delete":
        put_all(outbox, program.delete(task["content"]))
    elif what == "again":
        put_all(outbox, program.again())
    elif what == "import":
        return result(files=program.take(get_all(inbox, task["files"]), task["office"]))
    elif what == "dump":
        return result(content=program.dump())
    else:
        return result(done=False, message=f"知らない仕事です: {what}")
    return result(done=True)


def watch(program, folder):
    """Does the tasks that come into a folder, one after the other, until it is ended."""
    tasks, done = os.path.join(folder, "tasks"), set()
    while True:
        names = sorted(name for name in os.listdir(tasks) if name.endswith(".json"))
        for name in names:
            if name not in done:
                done.add(name)
                said = answer(program, folder, read_json(os.path.join(tasks, name)))
                program.save()
                put_json(os.path.join(folder, "answers", name), said)
        time.sleep(0.02)


def main(arguments):
    store, what, rest = arguments[0], arguments[1], arguments[2:]
    program = Program(store)
    if what == "reset":
        program.reset()
    elif what == "export":
        before = read_json(rest[2]) if len(rest) > 2 and rest[2] else None
        put_all(rest[1], program.export(read_json(rest[0]), before))
    elif what == "delete":
        put_all(rest[1], program.delete(read_json(rest[0])))
    elif what == "again":
        put_all(rest[0], program.again())
    elif what == "import":
        put_json(rest[1], result(files=program.take(get_all(rest[0]), rest[2])))
    elif what == "dump":
        put_json(rest[0], program.dump())
    elif what == "watch":
        watch(program, rest[0])
    else:
        return f"{what}?"
    program.save()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
