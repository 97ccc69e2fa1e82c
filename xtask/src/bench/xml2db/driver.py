"""Loads demo documents by xml2db in batches, as its manual says: the records of many documents are collected in
`flat_data` and inserted together. Prints the documents and the seconds that parsing and inserting took.

    driver.py XSD URL CONDITION [BATCH_SIZE]
"""

import json
import logging
import re
import sys
import time
from io import BytesIO

import sqlalchemy
from xml2db import DataModel

logging.disable(logging.CRITICAL)


def main(xsd: str, url: str, condition: str, batch_size: int) -> None:
    with sqlalchemy.create_engine(url).connect() as connection:
        query = sqlalchemy.text(f"SELECT xml FROM app_xml WHERE {condition} ORDER BY app_id")
        # Some declarations name another encoding than that of the bytes below, which the parser believes.
        documents = [re.sub(r"^<\?xml[^>]*\?>", "", xml).encode() for (xml,) in connection.execute(query)]
    model = DataModel(xsd, short_name="demo", connection_string=url, db_schema="xml2db")
    model.create_db_schema()
    model.create_all_tables()
    started = time.perf_counter()
    for start in range(0, len(documents), batch_size):
        collected = None
        for document in documents[start : start + batch_size]:
            parsed = model.parse_xml(BytesIO(document), flat_data=collected)
            collected = parsed.data
        parsed.insert_into_target_tables()
    seconds = time.perf_counter() - started
    print(json.dumps({"documents": len(documents), "seconds": seconds}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]) if len(sys.argv) > 4 else 100)
