#!/usr/bin/env python3
"""Counts, without xmlshred, the rows that contract.yaml should give, and the characters of their texts.

    python3 count.py /usr/share/unicode/cldr/common/main

prints one JSON object: {"table": {"rows": N, "characters": N}}.
"""
import json
import pathlib
import sys
from xml.etree import ElementTree

GREGORIAN = "dates/calendars/calendar[@type='gregorian']"
TABLES = {
    "language": "localeDisplayNames/languages/language",
    "territory": "localeDisplayNames/territories/territory",
    "currency_name": "numbers/currencies/currency/displayName[@count]",
    "month_name": GREGORIAN + "/months/monthContext/monthWidth/month",
    "day_name": GREGORIAN + "/days/dayContext/dayWidth/day",
    "date_format": "dates/calendars/calendar/dateFormats/dateFormatLength/dateFormat/pattern",
}


def text(element):
    """The string value of an element, as XPath has it."""
    return "".join(element.itertext()) if element is not None else ""


def main(folder):
    counts = {name: {"rows": 0, "characters": 0} for name in ["locale", "currency", *TABLES]}

    def add(table, value):
        counts[table]["rows"] += 1
        counts[table]["characters"] += len(value)

    for path in sorted(pathlib.Path(folder).glob("*.xml")):
        root = ElementTree.parse(path).getroot()
        parts = [root.find("identity/" + part) for part in ["language", "script", "territory", "variant"]]
        add("locale", "_".join(part.get("type") for part in parts if part is not None))
        for table, where in TABLES.items():
            for element in root.findall(where):
                add(table, text(element))
        for currency in root.findall("numbers/currencies/currency"):
            names = [name for name in currency.findall("displayName") if name.get("count") is None]
            add("currency", text(names[0]) if names else "")
    json.dump(counts, sys.stdout, indent=1)
    print()


main(sys.argv[1])
