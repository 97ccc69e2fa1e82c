#!/usr/bin/env python3
"""Looks for every attribute and text of XML documents in the tables that xmlshred made of them, without xmlshred.

    python3 found_again.py CONTRACT DATABASE KEY=FILE…

Compares, document by document, two multisets: attribute values and elements' own texts in the source, and cells of all tables that
are no keys; cells of columns with `type: xml` count with what is in them. Blank values count as nothing on both sides. Prints one
JSON object with the number of documents, of facts, and of those that are missing or extra; names at most ten of these by place.
"""
import collections
import datetime
import decimal
import json
import re
import sqlite3
import sys
from xml.etree import ElementTree

NUMBER = re.compile(r"-?(0|[1-9][0-9]*)?(\.[0-9]+)?([eE][-+]?[0-9]+)?$")
AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: (\d{1,2}):(\d{2}):(\d{2}))?$")


def canonical(text):
    """What different ways to write one value have in common; leading zeros of numbers are part of the value."""
    text = text.strip(" \t\r\n")
    if text and NUMBER.match(text):
        try:
            return str(decimal.Decimal(text).normalize() + 0)
        except decimal.InvalidOperation:
            return text
    american = AMERICAN.match(text)
    if american:
        month, day, year, *time = american.groups()
        date = f"{year}-{int(month):02}-{int(day):02}"
        return date if time[0] is None else f"{date}T{int(time[0]):02}:{time[1]}:{time[2]}"
    if re.match(r"\d\d:\d\d$", text):
        return text + ":00"
    clock = re.match(r"(\d\d:\d\d:\d\d)\.(\d+)(Z|[-+]\d\d:\d\d)?$", text)
    if clock:
        seconds, fraction, zone = clock.groups("")
        return seconds + ("." + fraction).rstrip("0").rstrip(".") + zone
    if re.match(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", text):
        try:
            moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
            return moment.isoformat() if moment.utcoffset() else moment.replace(tzinfo=None).isoformat()
        except ValueError:
            return text
    return text


def facts_of(element, facts):
    """Adds every attribute and own text of an element and of those below it."""
    for part in element.iter():
        if not isinstance(part.tag, str):
            continue
        for value in part.attrib.values():
            facts[canonical(value)] += 1
        own = (part.text or "") + "".join(child.tail or "" for child in part)
        facts[canonical(own)] += 1


def columns_of_type(contract, wanted):
    """Columns of a type, as (table, column), from the lines that `infer` writes: one per table and column."""
    found, table = set(), None
    for line in contract.splitlines():
        heading = re.match(r'  "?([^":]+)"?:  #', line)
        column = re.match(r'      "?([^":]+)"?: +\{ (.*) \}', line)
        if heading:
            table = heading.group(1)
        elif column and re.search(rf"type: {wanted}\b", column.group(2)):
            found.add((table, column.group(1)))
    return found


def tables_of(database, contract):
    """Name, key column and value columns of every table of the contract."""
    names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    tables = []
    for name in names:
        columns = list(database.execute(f'PRAGMA table_info("{name}")'))
        keys = [column for column in columns if column[5]]
        if name.startswith("processing_") or name.startswith("sqlite_") or not keys:
            continue
        first = min(keys, key=lambda column: column[5])[1]
        tables.append((name, first, [column[1] for column in columns if not column[5]]))
    return tables


def zones_of(contract):
    """Columns that hold the zones of the dates before them, as (table, column)."""
    return columns_of_type("\n".join(line if line.endswith("# its zone, where it has one") or line[2:3] != " " else ""
                                     for line in contract.splitlines()), "varchar")


def facts_of_rows(database, tables, key, xml, bools, zones):
    facts = collections.Counter()
    for table, first, columns in tables:
        if not columns:
            continue
        listed = ", ".join(f'"{column}"' for column in columns)
        for row in database.execute(f'SELECT {listed} FROM "{table}" WHERE "{first}" = ?', (key,)):
            before = None
            for column, value in zip(columns, row):
                if value is None:
                    continue
                if (table, column) in zones:
                    facts[canonical(before)] -= 1
                    facts[canonical(before + value)] += 1
                    continue
                before = str(value)
                if (table, column) in xml:
                    facts_of(ElementTree.fromstring(value), facts)
                elif (table, column) in bools:
                    facts["true" if value else "false"] += 1
                else:
                    facts[canonical(str(value))] += 1
    return facts


def main(contract_file, database_file, *documents):
    with open(contract_file, encoding="utf-8") as file:
        contract = file.read()
    database = sqlite3.connect(database_file)
    tables = tables_of(database, contract)
    xml, bools, zones = columns_of_type(contract, "xml"), columns_of_type(contract, "bool"), zones_of(contract)
    total = missing = extra = 0
    places = []
    for document in documents:
        key, path = document.split("=", 1)
        expected = collections.Counter()
        facts_of(ElementTree.parse(path).getroot(), expected)
        found = facts_of_rows(database, tables, int(key), xml, bools, zones)
        del expected[""], found[""]
        total += sum(expected.values())
        lost, added = expected - found, found - expected
        missing += sum(lost.values())
        extra += sum(added.values())
        if lost or added:
            places.append(f"{path}: {list(lost.items())[:5]} lost, {list(added.items())[:5]} added")
    answer = {"documents": len(documents), "facts": total, "missing": missing, "extra": extra, "places": places[:10]}
    json.dump(answer, sys.stdout, indent=1, ensure_ascii=False)
    print()


main(*sys.argv[1:])
