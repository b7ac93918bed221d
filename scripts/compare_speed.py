#!/usr/bin/env python3
"""Compares the speed and the memory of jixiao with those of others, on one booklet, in one run.

    scripts/compare_speed.py [--runs 7] [--write]

Makes a booklet of 170 pages out of a fixture, and a throw-away environment with the peers from PyPI (tablers,
pdfplumber-rs, pypdfium2). Every figure is of a whole process, from start to end: the least CPU time (user and system) of
some runs, taken in turns, and the peak of its memory. What matters are the ratios: the machine may be slow or busy, it is
the same for all.

Needs Rust and Python with venv. Exits with 1 where a target is missed. `--write` puts the tables into docs/speed.md.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "fixtures/booklets"
RELEASE = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"
PEERS = ["tablers", "pdfplumber-rs", "pypdfium2"]
TOOLS = ["pikepdf"]
MARKS = ("<!-- measured: begin -->", "<!-- measured: end -->")

TABLERS = """
import sys
from tablers import Document, find_tables
document = Document(sys.argv[1])
print(sum(len(find_tables(page, extract_text=True)) for page in document.pages()))
"""

PLUMBER = """
import sys
from pdfplumber import _native
document = _native.PDF.open(sys.argv[1])
print(sum(len(page.extract_tables()) for page in document.pages))
"""

PDFIUM = """
import sys, pypdfium2
document = pypdfium2.PdfDocument(sys.argv[1])
print(sum(len(page.get_textpage().get_text_bounded()) for page in document))
"""


# Repeats the pages of a booklet in order. Each has contents of its own; fonts are shared, as producers share them.
BOOKLET = """
import sys, pikepdf
name, count, out = sys.argv[1:]
source, made = pikepdf.open(name), pikepdf.new()
for number in range(int(count)):
    made.pages.append(source.pages[number % len(source.pages)])
    page = made.pages[-1]
    page.contents_coalesce()
    page.Contents = made.make_stream(page.Contents.read_bytes())
made.save(out, compress_streams=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
"""


def build():
    for what in (["jixiao"], ["jixiao-pdf", "--example", "count"]):
        subprocess.run(["cargo", "build", "--release", "--quiet", "--locked", "--package", *what], cwd=ROOT, check=True)


def environment(folder):
    """A Python with the peers in it, and their versions."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin/python"
    pip = [python, "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--quiet", *PEERS, *TOOLS], check=True)
    listed = subprocess.run([*pip, "list", "--format", "freeze"], check=True, capture_output=True, text=True).stdout
    versions = dict(line.split("==") for line in listed.splitlines() if "==" in line)
    return python, versions


def booklet(python, fixture, pages, folder):
    out = folder / f"{fixture}-{pages}.pdf"
    if not out.exists():
        subprocess.run([python, "-c", BOOKLET, FIXTURES / f"{fixture}.pdf", str(pages), out], check=True)
    return out


def run(command):
    """CPU seconds, wall seconds and peak memory in MB of a process."""
    begin = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - begin
    child.returncode = os.waitstatus_to_exitcode(status)
    # A booklet that was made by repeating pages may end in the middle of a form, which jixiao says with 1.
    if child.returncode > (1 if command[0] == RELEASE / "jixiao" else 0) or child.returncode < 0:
        sys.exit(f"{command}: exit code {child.returncode}\n{said.decode(errors='replace')[-2000:]}")
    return usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024


def measure(commands, runs):
    """The least CPU and wall time and the least peak of each command; all are run in turns."""
    best = {name: (float("inf"),) * 3 for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            best[name] = tuple(map(min, best[name], run(command() if callable(command) else command)))
    return best


def ingest(file, folder, jobs):
    """A command that is made anew for each run, with an empty folder: a dataset that is there is not written again."""

    def command():
        out = folder / f"out-{jobs}"
        shutil.rmtree(out, ignore_errors=True)
        return [RELEASE / "jixiao", "ingest", file, "-o", out, "--to", "parquet", "--jobs", str(jobs)]

    return command


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"


def compare(file, python, versions, folder, runs):
    """All programs on one booklet: a table, and the ratios that have targets."""
    count, program = RELEASE / "examples/count", RELEASE / "jixiao"
    everything, tables = "jixiao ingest: forms, values, Parquet", "jixiao tables: all tables as JSON"
    names = {
        "the PDF library alone, counting": [count, file],
        everything: ingest(file, folder, 1),
        tables: [program, "tables", file, "-o", folder / "tables.json"],
        f"tablers {versions['tablers']}: tables": [python, "-c", TABLERS, file],
        f"pdfplumber-rs {versions['pdfplumber-rs']}: tables": [python, "-c", PLUMBER, file],
        f"pypdfium2 {versions['pypdfium2']}: text only": [python, "-c", PDFIUM, file],
    }
    best = measure(names, runs)
    library, whole, own, *peers = best.values()
    rows = [
        [name, f"{cpu:.3f}", f"{cpu / library[0]:.2f}", f"{memory:.0f}"] for name, (cpu, _, memory) in best.items()
    ]
    text = table(["program", "CPU s", "× the library", "peak MB"], rows)
    targets = [
        ("everything, × the library", whole[0] / library[0], 1.6),
        ("tables, × tablers", own[0] / peers[0][0], 1.0),
        ("tables, × pdfplumber-rs", own[0] / peers[1][0], 1.0),
        ("peak memory of everything, MB", whole[2], 60.0),
    ]
    return text, targets


def threads(file, folder, runs):
    """How much more two threads do in the same time than one, and how much more two processes of one thread each do,
    which need nothing from each other: all that the machine gives at the time. On a shared machine two processors are
    left alone for a whole run much more rarely than one, so short runs are repeated more often."""
    times = runs * 4 if file.stat().st_size < 2_000_000 else runs
    one, two, twins = ingest(file, folder, 1), ingest(file, folder, 2), ingest(file, folder / "twin", 1)
    (folder / "twin").mkdir(exist_ok=True)
    least = [float("inf")] * 3
    with ThreadPoolExecutor(2) as pool:
        for _ in range(times):
            alone, shared = run(one())[1], run(two())[1]
            commands, begin = [one(), twins()], time.perf_counter()
            list(pool.map(run, commands))
            least = list(map(min, least, (alone, shared, time.perf_counter() - begin)))
    return least[0] / least[1], 2 * least[0] / least[2]


def flatness(python, folder, runs):
    """CPU milliseconds for one page more, and peaks of memory, for booklets of different lengths."""
    sizes = (50, 500, 2000)
    files = {pages: booklet(python, "part-writer", pages, folder) for pages in sizes}
    best = measure({pages: ingest(file, folder, 1) for pages, file in files.items()}, runs)
    start = measure({"start": [RELEASE / "jixiao", "--version"]}, runs)["start"][0]
    each = {pages: (best[pages][0] - start) * 1000 / pages for pages in sizes}
    rows = [[pages, f"{best[pages][0]:.3f}", f"{each[pages]:.3f}", f"{best[pages][2]:.0f}"] for pages in sizes]
    return table(["pages", "CPU s", "ms a page", "peak MB"], rows), each[2000] / each[50]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--pages", type=int, default=170)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/speed.md")
    arguments = parser.parse_args()
    build()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        python, versions = environment(folder / "peers")
        text, bounds, targets = "", "", []
        for fixture in ("part-writer", "part-typst", "part-chromium"):
            file = booklet(python, fixture, arguments.pages, folder)
            one, its = compare(file, python, versions, folder, arguments.runs)
            size = file.stat().st_size / 1e6
            text += f"{arguments.pages} pages of `{fixture}` ({size:.1f} MB):\n\n{one}\n"
            targets += [(f"{fixture}: {what}", got, limit) for what, got, limit in its]
        pages, growth = flatness(python, folder, max(3, arguments.runs // 2))
        text += f"Everything, by the number of pages of `part-writer`:\n\n{pages}\n"
        targets.append(("time of a page at 2,000 pages, × that at 50", growth, 1.2))
        for count in (arguments.pages, 2000):
            gain, most = threads(booklet(python, "part-writer", count, folder), folder, arguments.runs)
            targets.append((f"one thread, × the time of two ({count:,} pages)", gain, -1.6))
            bounds += f"Two processes of one thread each, side by side ({count:,} pages): {most:.2f} × the work of one.\n"
    # A target below zero is one to reach, the others are not to be passed.
    met = [got <= limit if limit > 0 else got >= -limit for _, got, limit in targets]
    rows = [[what, f"{got:.2f}", ("≤ " if limit > 0 else "≥ ") + f"{abs(limit):g}", "yes" if ok else "**no**"]
            for (what, got, limit), ok in zip(targets, met)]
    text += "Targets:\n\n" + table(["what", "measured", "target", "met"], rows) + "\n" + bounds
    print(text)
    if arguments.write:
        page = ROOT / "docs/speed.md"
        before, rest = page.read_text(encoding="utf-8").split(MARKS[0])
        page.write_text(f"{before}{MARKS[0]}\n\n{text}\n{MARKS[1]}{rest.split(MARKS[1])[1]}", encoding="utf-8")
    sys.exit(0 if all(met) else 1)


if __name__ == "__main__":
    main()
