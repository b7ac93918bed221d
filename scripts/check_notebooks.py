#!/usr/bin/env python3
"""Checks that the notebooks run, and that the 中文 in their figures is drawn.

    scripts/check_notebooks.py [--program target/release/jixiao] [--venv target/notebooks-venv] [--figures FOLDER]

Writes a dataset of the seed booklet and runs every notebook over it, with the packages of notebooks/requirements.txt
from PyPI in an environment of their own. Exits with 1 and says why where a cell fails, where a character of a figure has
no glyph, where a notebook draws nothing, or where a notebook is kept with its output. With --figures the figures are
written there, to be looked at.
"""

import argparse
import base64
import os
import re
import tempfile
from pathlib import Path

from environment import ROOT, expect, run, run_inside

NOTEBOOKS = ROOT / "notebooks"
# matplotlib says: Glyph 20013 (\N{CJK UNIFIED IDEOGRAPH-4E2D}) missing from font(s) DejaVu Sans.
MISSING_GLYPH = re.compile(r"Glyph \d+ .*missing from")
# Draws 中 with a font that does not have it: the check must see that.
WITHOUT_GLYPH = 'import matplotlib.pyplot as plt\nplt.figure()\nplt.title("\u4e2d", family="DejaVu Sans")\nplt.show()'
SECONDS = 300


def execute(notebook, folder):
    """Runs a notebook and gives what it said on stderr, and its figures as PNG."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    client = NotebookClient(notebook, timeout=SECONDS, kernel_name="python3", resources={"metadata": {"path": folder}})
    try:
        client.execute()
    except CellExecutionError as error:
        return f"Error: {error.ename}: {error.evalue}", []
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    said = "".join(output.text for output in outputs if output.get("name") == "stderr")
    pictures = [output.data["image/png"] for output in outputs if "image/png" in output.get("data", {})]
    return said, [base64.b64decode(picture) for picture in pictures]


def check(path, figures):
    """Checks one notebook."""
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    kept = [cell for cell in notebook.cells if cell.get("outputs") or cell.get("execution_count")]
    expect(not kept, f"{path.name} is kept with its output: clear it before it is committed")
    said, pictures = execute(notebook, str(NOTEBOOKS))
    expect("Error" not in said, f"{path.name}: {said}")
    expect(not MISSING_GLYPH.search(said), f"{path.name}: {said}")
    expect(pictures, f"{path.name} draws nothing")
    for number, picture in enumerate(pictures, 1):
        if figures:
            figures.mkdir(parents=True, exist_ok=True)
            (figures / f"{path.stem}-{number}.png").write_bytes(picture)
    print(f"  {path.name}: {len(notebook.cells)} cells, {len(pictures)} figures")


def check_the_check():
    """A glyph that is missing must not go unseen."""
    from nbformat import v4

    notebook = v4.new_notebook(cells=[v4.new_code_cell(WITHOUT_GLYPH)])
    said, _ = execute(notebook, str(NOTEBOOKS))
    expect(MISSING_GLYPH.search(said), f"a missing glyph is not noticed any more; matplotlib said: {said!r}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=Path, default=ROOT / "target/release/jixiao")
    parser.add_argument("--venv", type=Path, default=ROOT / "target/notebooks-venv")
    parser.add_argument("--figures", type=Path, help="folder for the figures")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if not args.inside:
        packages = ["nbclient", "nbformat", "-r", NOTEBOOKS / "requirements.txt"]
        imports = "duckdb, ipykernel, matplotlib, mplfonts, nbclient, nbformat, pandas, polars, pyarrow"
        run_inside(args.venv.absolute(), packages, imports)
    with tempfile.TemporaryDirectory(prefix="jixiao-notebooks-") as folder:
        run(args.program.resolve(), "ingest", "seeds", "-o", folder)
        os.environ["JIXIAO_DATASET"] = folder
        os.environ["PYTHONPATH"] = str(NOTEBOOKS)
        check_the_check()
        paths = sorted(NOTEBOOKS.glob("*.ipynb"))
        expect(paths, "there is no notebook")
        for path in paths:
            check(path, args.figures)
    print("good")


if __name__ == "__main__":
    main()
