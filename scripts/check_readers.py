#!/usr/bin/env python3
"""Checks that the tools of analysts read a dataset, and that all its formats say the same.

    scripts/check_readers.py [--program target/release/jixiao] [--venv target/check-venv]

Writes a dataset of the seed booklet in every format. Then pyarrow, pandas, polars and DuckDB read Parquet, CSV and
JSON Lines, calamine reads the workbook and finds no formula, and frictionless validates the package. The packages come
from PyPI into an environment of their own. Exits with 1 and says why at the first thing that is wrong.
"""

import argparse
import datetime
import decimal
import json
import math
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from environment import ROOT, expect, run, run_inside

PACKAGES = ["pandas", "pyarrow", "polars", "duckdb", "python-calamine", "frictionless"]
TABLES = ["documents", "contents", "forms", "amounts", "indicators", "tasks", "staffing", "diagnostics"]
HEADER_ROWS = 2


def plain(value):
    """A value of any reader in one form: JSON types, numbers as floats, null for whatever means missing."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float, decimal.Decimal)):
        return float(value)
    if isinstance(value, str):
        return value
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
        tables = json.loads(text)["tables"]
        self.columns = {table["name"]: table["columns"] for table in tables}

    def typed(self, table, row):
        """A row of JSON Lines or Parquet as it must come out of every reader."""
        return [self.value(column["type"], row[column["name"]]) for column in self.columns[table]]

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
            return json.loads(value) if isinstance(value, str) else plain(value)
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
    import pyarrow.parquet

    for table in TABLES:
        lines = (folder / f"{table}.jsonl").read_text("utf-8").splitlines()
        want = [dictionary.typed(table, plain(json.loads(line))) for line in lines]
        for name, found in readers(folder, table):
            nested = name in ("duckdb jsonl", "polars jsonl")
            columns = dictionary.columns[table]
            got = [dictionary.typed(table, {key: plain(value) for key, value in row.items()}) for row in found]
            if nested:
                # These two give every object of a column the keys of all: compare what is flat.
                flat = [n for n, column in enumerate(columns) if column["type"] not in ("json", "map<text,text>")]
                want_flat = [[row[n] for n in flat] for row in want]
                same(want_flat, [[row[n] for n in flat] for row in got], f"{table}, {name}")
            else:
                same(want, got, f"{table}, {name}")
        schema = pyarrow.parquet.read_schema(folder / f"{table}.parquet")
        expect(schema.metadata[b"schema_version"] == b"1", f"{table}: no schema version")
        for column in dictionary.columns[table]:
            field = schema.field(column["name"])
            expect(field.metadata[b"title"].decode() == column["title"], f"{table}.{field.name}: no title")
            expect(field.nullable == column["nullable"], f"{table}.{field.name}: nullable")
        print(f"  {table}: {len(want)} rows")


def check_workbook(folder, dictionary):
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(folder / "dataset.xlsx")
    expect(book.sheet_names == [*TABLES, "dictionary"], f"sheets: {book.sheet_names}")
    for table in TABLES:
        columns = dictionary.columns[table]
        sheet = book.get_sheet_by_name(table).to_python(skip_empty_area=False)
        expect(sheet[0] == [column["name"] for column in columns], f"{table}: header {sheet[0]}")
        expect(sheet[1] == [column["title"] for column in columns], f"{table}: titles {sheet[1]}")
        empty = lambda value: None if value == "" else value
        got = [dictionary.typed(table, {c["name"]: empty(v) for c, v in zip(columns, row)}) for row in sheet[HEADER_ROWS:]]
        lines = (folder / f"{table}.jsonl").read_text("utf-8").splitlines()
        same([dictionary.typed(table, plain(json.loads(line))) for line in lines], got, f"{table}, workbook")
    archive = zipfile.ZipFile(folder / "dataset.xlsx")
    for name in archive.namelist():
        expect(b"<f>" not in archive.read(name) and b"<f " not in archive.read(name), f"{name} has a formula")
    texts = book.get_sheet_by_name("indicators").to_python()
    risky = sum(str(value).startswith("=") for row in texts for value in row)
    expect(risky > 0, "the booklet has values such as =100%: none is in the workbook")
    print(f"  workbook: no formula; {risky} texts begin with =")


def check_package(folder):
    done = subprocess.run([Path(sys.executable).parent / "frictionless", "validate", "--json", "datapackage.json"], cwd=folder, capture_output=True, text=True)
    report = json.loads(done.stdout)
    expect(report["valid"], f"frictionless: {json.dumps(report, ensure_ascii=False)[:2000]}")
    done = subprocess.run(["sha256sum", "--quiet", "-c", "checksums.sha256"], cwd=folder, capture_output=True, text=True)
    expect(done.returncode == 0, f"checksums: {done.stdout}")
    import duckdb

    here = os.getcwd()
    os.chdir(folder)
    connection = duckdb.connect()
    connection.execute((folder / "create_views.sql").read_text("utf-8"))
    for table in TABLES:
        connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    os.chdir(here)
    print(f"  package: {report['stats']['tasks']} resources valid, checksums right, views work")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=str(ROOT / "target/release/jixiao"))
    parser.add_argument("--venv", type=Path, default=ROOT / "target/check-venv")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if not args.inside:
        imports = "pandas, pyarrow, polars, duckdb, python_calamine, frictionless"
        run_inside(args.venv.absolute(), PACKAGES, imports)
    program = str(Path(args.program).resolve())
    dictionary = Dictionary(program)
    with tempfile.TemporaryDirectory(prefix="jixiao-check-") as folder:
        folder = Path(folder)
        for formats, name in [("parquet,json,jsonl,csv,xlsx", "all"), ("parquet,json", "usual"), ("jsonl", "lines")]:
            run(program, "ingest", "seeds", "-o", folder / name, "--to", formats)
        check_tables(folder / "all", dictionary)
        check_workbook(folder / "all", dictionary)
        for name in ("all", "usual", "lines"):
            check_package(folder / name)
    print("good")


if __name__ == "__main__":
    main()
