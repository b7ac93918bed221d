#!/usr/bin/env python3
"""Checks that the tools of analysts read a dataset, and that all its formats say the same.

    scripts/check_readers.py [--program target/release/jixiao] [--venv target/check-venv]

Writes a dataset of the seed booklet and a PDF in every format. Then pyarrow, pandas, polars and DuckDB read Parquet, CSV
and JSON Lines, calamine (and LibreOffice, where it is installed) reads the workbook and finds no formula, the views and
the first notebook cells run, and frictionless validates the package. The packages come from PyPI into an environment of
their own. Exits with 1 and says why at the first thing that is wrong.
"""

import argparse
import contextlib
import csv
import datetime
import decimal
import io
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from environment import ROOT, expect, run, run_inside

INPUTS = ["seeds", "fixtures/booklets/part-canvas-cid.pdf"]
PACKAGES = ["pandas", "pyarrow", "polars", "duckdb", "python-calamine", "openpyxl", "frictionless"]
IMPORTS = "pandas, pyarrow, polars, duckdb, python_calamine, openpyxl, frictionless"
TABLES = ["documents", "contents", "forms", "amounts", "indicators", "tasks", "staffing", "diagnostics", "cells"]
HEADER_ROWS = 2
REPAIR = 'STRUCT(kind VARCHAR, field VARCHAR, "from" VARCHAR, "to" VARCHAR, evidence VARCHAR)[]'
# Types of the dictionary as DuckDB names them in the views.
SQL_TYPES = {
    "text": "VARCHAR",
    "boolean": "BOOLEAN",
    "int16": "SMALLINT",
    "int32": "INTEGER",
    "int64": "BIGINT",
    "double": "DOUBLE",
    "decimal(18,2)": "DECIMAL(18,2)",
    "list<text>": "VARCHAR[]",
    "list<struct<kind,field,from,to,evidence>>": REPAIR,
    "map<text,text>": "MAP(VARCHAR, VARCHAR)",
    "json": "JSON",
}
# Types of the dictionary as pyarrow names them in Parquet.
ARROW_TYPES = {
    "text": "string",
    "boolean": "bool",
    "int16": "int16",
    "int32": "int32",
    "int64": "int64",
    "double": "double",
    "decimal(18,2)": "decimal128(18, 2)",
    "list<text>": "list<item: string>",
    "list<struct<kind,field,from,to,evidence>>": "list<item: struct<kind: string not null, field: string not null, "
    "from: string, to: string, evidence: string not null>>",
    "map<text,text>": "map<string, string>",
    "json": "string",
}


def plain(value):
    """A value of any reader in one form: JSON types, numbers as floats, null for whatever means missing."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, (bool, str)):
        return value
    if isinstance(value, (int, float, decimal.Decimal)):
        return float(value)
    if isinstance(value, datetime.date):
        return value.isoformat()  # DuckDB takes a JSON text such as 2023-12-31 for a date
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if hasattr(value, "to_list"):
        return plain(value.to_list())
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    raise TypeError(type(value))


class Dictionary:
    """Types of the columns, from the program itself."""

    def __init__(self, program):
        text = subprocess.run([program, "schema", "--format", "json"], capture_output=True, check=True).stdout
        self.columns = {table["name"]: table["columns"] for table in json.loads(text)["tables"]}

    def typed(self, table, row):
        """A row of JSON Lines or Parquet as it must come out of every reader."""
        return [self.value(column["type"], row[column["name"]]) for column in self.columns[table]]

    def lines(self, folder, table):
        """The rows of a table in JSON Lines, with which the other formats are compared."""
        lines = (folder / f"{table}.jsonl").read_text("utf-8").splitlines()
        return [self.typed(table, plain(json.loads(line))) for line in lines]

    @staticmethod
    def value(kind, value):
        """Readers differ in how they show maps, JSON and decimals in text: bring them together."""
        if value is None:
            return None
        if kind == "map<text,text>":
            if isinstance(value, str):
                value = json.loads(value)
            if isinstance(value, list):
                pairs = [tuple(item.values()) if isinstance(item, dict) else tuple(item) for item in value]
                value = dict(pairs)
            return value
        if kind == "json" or kind.startswith("list"):
            return plain(json.loads(value) if isinstance(value, str) else value)
        if kind.startswith("decimal"):
            return round(float(value), 2)
        if kind == "boolean":
            return value if isinstance(value, bool) else {"true": True, "false": False}[str(value).lower()]
        if kind in ("int16", "int32", "int64", "double"):
            return float(value)
        return str(value)


def same(want, got, what):
    expect(len(want) == len(got), f"{what}: {len(got)} rows, not {len(want)}")
    for number, (one, two) in enumerate(zip(want, got)):
        for column, (a, b) in enumerate(zip(one, two)):
            expect(a == b, f"{what}: row {number}, column {column}: {b!r}, not {a!r}")


def readers(folder, table):
    """Every way of reading a table: name, rows as dictionaries."""
    import duckdb
    import pandas
    import polars
    import pyarrow.parquet

    parquet, csv, jsonl = (str(folder / f"{table}.{ending}") for ending in ("parquet", "csv", "jsonl"))
    yield "pyarrow parquet", pyarrow.parquet.read_table(parquet).to_pylist()
    yield "pandas parquet", pandas.read_parquet(parquet).astype(object).to_dict("records")
    yield "polars parquet", polars.read_parquet(parquet).to_dicts()
    yield "duckdb parquet", rows(duckdb.sql(f"SELECT * FROM '{parquet}'"))
    yield "pandas csv", pandas.read_csv(csv, dtype=str, keep_default_na=False, na_values=[""]).astype(object).to_dict("records")
    yield "polars csv", polars.read_csv(csv, infer_schema=False).to_dicts()
    yield "duckdb csv", rows(duckdb.sql(f"SELECT * FROM read_csv('{csv}', all_varchar = true)"))
    yield "duckdb jsonl", rows(duckdb.sql(f"SELECT * FROM read_json('{jsonl}', map_inference_threshold = 0)"))
    yield "polars jsonl", polars.read_ndjson(jsonl, infer_schema_length=None).to_dicts() if os.path.getsize(jsonl) else []


def rows(relation):
    names = relation.columns
    return [dict(zip(names, row)) for row in relation.fetchall()]


def check_tables(folder, dictionary):
    for table in TABLES:
        want = dictionary.lines(folder, table)
        columns = dictionary.columns[table]
        for name, found in readers(folder, table):
            got = [dictionary.typed(table, {key: plain(value) for key, value in row.items()}) for row in found]
            if name in ("duckdb jsonl", "polars jsonl"):
                # These two give every object of a column the keys of all: compare what is flat.
                flat = [n for n, column in enumerate(columns) if column["type"] not in ("json", "map<text,text>")]
                same([[row[n] for n in flat] for row in want], [[row[n] for n in flat] for row in got], f"{table}, {name}")
            else:
                same(want, got, f"{table}, {name}")
        check_parquet(folder / f"{table}.parquet", columns)
        print(f"  {table}: {len(want)} rows")


def check_parquet(path, columns):
    """Types, titles, compression, dictionaries and statistics of a Parquet file."""
    import pyarrow.parquet

    file = pyarrow.parquet.ParquetFile(path)
    schema = file.schema_arrow
    expect(schema.metadata[b"schema_version"] == b"1", f"{path.name}: no schema version")
    expect(schema.names == [column["name"] for column in columns], f"{path.name}: columns {schema.names}")
    for column in columns:
        field = schema.field(column["name"])
        kind = re.sub(r" \('\w+'\)", "", str(field.type))  # the name of a map's entries
        expect(kind == ARROW_TYPES[column["type"]], f"{path.name}, {field.name}: {kind}")
        expect(field.metadata[b"title"].decode() == column["title"], f"{path.name}, {field.name}: no title")
        expect(field.metadata[b"description"].decode() == column["description"], f"{path.name}, {field.name}: no meaning")
        expect(field.nullable == column["nullable"], f"{path.name}, {field.name}: nullable")
    for group in range(file.metadata.num_row_groups):
        for number in range(file.metadata.num_columns):
            column = file.metadata.row_group(group).column(number)
            short = column.total_uncompressed_size <= 4 << 10
            expect(column.compression == "ZSTD" or short, f"{path.name}, {column.path_in_schema}: {column.compression}")
            expect(column.is_stats_set, f"{path.name}, {column.path_in_schema}: no statistics")
            texts = column.physical_type == "BYTE_ARRAY" and column.num_values > 0
            expect(not texts or column.has_dictionary_page, f"{path.name}, {column.path_in_schema}: no dictionary")


def check_documents(folder, dictionary):
    """The nested JSON has the rows of the tables."""
    documents = [json.loads(path.read_text("utf-8")) for path in sorted((folder / "documents").glob("*.json"))]
    forms = [form for document in documents for form in document["forms"]]
    found = {
        "documents": [document["document"] for document in documents],
        "forms": forms,
        **{table: [row for document in documents for row in document[table]] for table in ("contents", "diagnostics", "cells")},
        **{table: [row for form in forms for row in form[table]] for table in ("amounts", "indicators", "tasks", "staffing")},
    }
    for table in TABLES:
        got = [dictionary.typed(table, plain(row)) for row in found[table]]
        same(dictionary.lines(folder, table), got, f"{table}, documents")
    print(f"  documents: {len(documents)} with the rows of the tables")


def check_workbook(folder, dictionary, path, office=False):
    """Every sheet against the tables; no cell is a formula."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(path)
    expect(book.sheet_names == [*TABLES, "dictionary"], f"sheets: {book.sheet_names}")
    for table in TABLES:
        columns = dictionary.columns[table]
        sheet = book.get_sheet_by_name(table).to_python(skip_empty_area=False)
        expect(sheet[0] == [column["name"] for column in columns], f"{table}: header {sheet[0]}")
        expect(sheet[1] == [column["title"] for column in columns], f"{table}: titles {sheet[1]}")
        got = [typed_cells(dictionary, table, row) for row in sheet[HEADER_ROWS:]]
        same(dictionary.lines(folder, table), got, f"{table}, {path.name}")
    no_formula(path, office)
    texts = book.get_sheet_by_name("indicators").to_python()
    risky = sum(str(value).startswith("=") for row in texts for value in row)
    expect(risky > 0, "the booklet has values such as =100%: none is in the workbook")
    print(f"  {path.name}: as the tables; no formula; {risky} texts begin with =")


def typed_cells(dictionary, table, cells):
    names = [column["name"] for column in dictionary.columns[table]]
    cells = [None if cell == "" else cell for cell in cells] + [None] * (len(names) - len(cells))
    return dictionary.typed(table, dict(zip(names, cells)))


def no_formula(path, office=False):
    """No cell of a workbook is a formula; `office` says that LibreOffice wrote it, which writes true as `TRUE()`."""
    archive = zipfile.ZipFile(path)
    for name in archive.namelist():
        formulas = re.findall(rb"<f[ >/][^<]*", archive.read(name))
        formulas = [formula for formula in formulas if not (office and re.search(rb">(TRUE|FALSE)\(\)$", formula))]
        expect(not formulas, f"{path.name}: {name} has formulas: {formulas[:5]}")


def check_layout(path):
    """Frozen header, filter and column widths of every sheet."""
    archive = zipfile.ZipFile(path)
    for name in archive.namelist():
        if name.startswith("xl/worksheets/sheet"):
            sheet = archive.read(name)
            for part in (b'state="frozen"', b"<autoFilter ", b"<cols>"):
                expect(part in sheet, f"{name} has no {part.decode()}")


def check_libreoffice(folder, dictionary):
    """LibreOffice opens the workbook and the CSV for Excel, and writes what it saw."""
    office = shutil.which("soffice")
    if not office:
        return print("  left out: LibreOffice is not installed here")
    out = folder / "office"
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    csv_filter = "--infilter=Text - txt - csv (StarCalc):44,34,76,1,,0,false,true"
    for path, more in [(folder / "dataset.xlsx", []), (folder / "excel/indicators.csv", [csv_filter])]:
        command = [office, profile, "--headless", *more, "--convert-to", "xlsx", "--outdir", str(out), str(path)]
        subprocess.run(command, check=True, capture_output=True)
    check_workbook(folder, dictionary, out / "dataset.xlsx", office=True)
    no_formula(out / "indicators.xlsx", office=True)
    from python_calamine import CalamineWorkbook

    sheet = CalamineWorkbook.from_path(out / "indicators.xlsx").get_sheet_by_index(0).to_python()
    column = sheet[0].index("value_raw")
    names = [column["name"] for column in dictionary.columns["indicators"]]
    want = [row[names.index("value_raw")] for row in dictionary.lines(folder, "indicators")]
    risky = [(text, row[column]) for text, row in zip(want, sheet[1:]) if text and text[0] in "=+-@"]
    expect(risky and all(shown == f"'{text}" for text, shown in risky), f"CSV for Excel: {risky[:5]}")
    print(f"  LibreOffice: the workbook is the same; {len(risky)} risky texts of the CSV stayed texts")


def check_excel(folder, dictionary):
    """CSV for Excel begins with a byte order mark, and gives back every text as it was."""
    for table in TABLES:
        data = (folder / f"excel/{table}.csv").read_bytes()
        expect(data.startswith(b"\xef\xbb\xbf"), f"{table}: no byte order mark")
        records = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))[1:]
        risky = [field for record in records for field in record if re.match(r"\s*[=+@]", field)]
        expect(not risky, f"{table}: {risky[:5]}")
        got = [typed_cells(dictionary, table, [re.sub("^'", "", field) for field in record]) for record in records]
        same(dictionary.lines(folder, table), got, f"{table}, CSV for Excel")
    print("  CSV for Excel: the same once the apostrophes are taken away")


def check_package(folder, dictionary):
    """The descriptor is valid, the checksums are right, the views have the types of the dictionary, the cells run."""
    frictionless = Path(sys.executable).parent / "frictionless"
    done = subprocess.run([frictionless, "validate", "--json", "datapackage.json"], cwd=folder, capture_output=True, text=True)
    report = json.loads(done.stdout)
    expect(report["valid"], f"frictionless: {json.dumps(report, ensure_ascii=False)[:2000]}")
    done = subprocess.run(["sha256sum", "--quiet", "-c", "checksums.sha256"], cwd=folder, capture_output=True, text=True)
    expect(done.returncode == 0, f"checksums: {done.stdout}")
    with working_in(folder):
        views = check_views(folder, dictionary)
        run_cells((folder / "README.md").read_text("utf-8"))
    print(f"  {folder.name}: {report['stats']['tasks']} resources valid, checksums right, {views} views, first cells run")


@contextlib.contextmanager
def working_in(folder):
    here = os.getcwd()
    os.chdir(folder)
    yield
    os.chdir(here)


def check_views(folder, dictionary):
    import duckdb

    connection = duckdb.connect()
    connection.execute((folder / "create_views.sql").read_text("utf-8"))
    views = [name for (name,) in connection.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()]
    for table in views:
        described = connection.execute(f"DESCRIBE {table}").fetchall()
        want = [(column["name"], SQL_TYPES[column["type"]]) for column in dictionary.columns[table]]
        expect([row[:2] for row in described] == want, f"view {table}: {described}")
        relation = connection.sql(f"SELECT * FROM {table}")
        got = [dictionary.typed(table, {key: plain(value) for key, value in row.items()}) for row in rows(relation)]
        same(dictionary.lines(folder.parent / "all", table), got, f"view {table} of {folder.name}")
    return len(views)


def run_cells(card):
    """The Python cells of the dataset card, one after the other as in a notebook."""
    names = {}
    cells = re.findall(r"```python\n(.*?)```", card, re.S)
    expect(len(cells) == 2, f"{len(cells)} cells in the dataset card")
    for cell in cells:
        *lines, last = cell.strip().splitlines()
        exec("\n".join(lines), names)
        expect(len(eval(last, names)) > 0, f"nothing comes out of {last}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=str(ROOT / "target/release/jixiao"))
    parser.add_argument("--venv", type=Path, default=ROOT / "target/check-venv")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if not args.inside:
        run_inside(args.venv.absolute(), PACKAGES, IMPORTS)
    program = str(Path(args.program).resolve())
    dictionary = Dictionary(program)
    with tempfile.TemporaryDirectory(prefix="jixiao-check-") as top:
        # Each name, and what is written under it.
        kinds = {
            "all": ["--to", "parquet,json,jsonl,csv,xlsx"],
            "usual": [],
            "lines": ["--to", "jsonl"],
            "excel": ["--to", "csv", "--excel"],
            "csv": ["--to", "csv"],
            "workbook": ["--to", "xlsx"],
            "nested": ["--to", "json"],
        }
        for name, more in kinds.items():
            run(program, "ingest", *INPUTS, "-o", f"{top}/{name}", "--cells", *more)
        folder = Path(top) / "all"
        (folder / "excel").symlink_to(Path(top) / "excel")
        check_tables(folder, dictionary)
        check_documents(folder, dictionary)
        check_workbook(folder, dictionary, folder / "dataset.xlsx")
        check_layout(folder / "dataset.xlsx")
        check_excel(folder, dictionary)
        check_libreoffice(folder, dictionary)
        for name in kinds:
            check_package(Path(top) / name, dictionary)
    print("good")


if __name__ == "__main__":
    main()
