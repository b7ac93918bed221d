#!/usr/bin/env python3
"""Checks runs over many documents: right statuses, interrupted runs, a full disk, cheap repeats, the progress bar.

    scripts/check_many.py [--program target/release/jixiao] [--documents 500] [--kills 50] [--seed 1]

Makes documents out of the seed booklet and the fixture PDFs, ten of them bad in ten ways, and runs the program over
them. Needs nothing but Python on a Unix. Exits with 1 and says why at the first thing that is wrong.
"""

import argparse
import hashlib
import json
import os
import pty
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import made_documents as made

FORMATS = "parquet,json,jsonl,csv"
COLUMNS = 80


def contents(folder):
    """Every file of a dataset that may not depend on time, hidden ones included."""
    files = [path for part in (folder, folder / "documents") if part.is_dir() for path in part.iterdir()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files if path.is_file() and path.name != "run.json"}


def expect(condition, message):
    if not condition:
        sys.exit(f"FAILED: {message}")


def same(one, two, what):
    one, two = contents(one), contents(two)
    expect(one.keys() == two.keys(), f"{what}: other files: {sorted(one.keys() ^ two.keys())}")
    differing = [name for name in one if one[name] != two[name]]
    expect(not differing, f"{what}: files differ: {differing[:5]}")


def state(folder):
    """What run.json says of the files; None where there is none."""
    path = folder / "run.json"
    return json.loads(path.read_text("utf-8"))["state"] if path.exists() else None


def fits(folder):
    """True where the files are those of the list of checksums."""
    lines = (folder / "checksums.sha256").read_text("utf-8").splitlines()
    pairs = [line.split("  ", 1) for line in lines]
    return all((folder / name).is_file() and hashlib.sha256((folder / name).read_bytes()).hexdigest() == sum for sum, name in pairs)


class Check:
    def __init__(self, args, folder):
        self.program = Path(args.program).resolve()
        self.args, self.folder = args, folder
        self.chance = random.Random(args.seed)

    def command(self, output, *more):
        limit = ["--limit-bytes", str(made.BYTES_LIMIT)]
        return [str(self.program), "ingest", "in", "-o", str(output), "--to", FORMATS, *limit, *more]

    def run(self, output, *more, code=1):
        begun = time.monotonic()
        done = subprocess.run(self.command(output, *more), cwd=self.folder, capture_output=True, text=True)
        expect(done.returncode == code, f"exit code {done.returncode}, not {code}: {done.stderr}")
        expect(not re.search("[\r\x1b]", done.stderr), "the progress bar is drawn where no terminal is")
        return time.monotonic() - begun, done.stderr

    def start(self, output):
        return subprocess.Popen(self.command(output), cwd=self.folder, stderr=subprocess.PIPE, text=True)

    def statuses(self):
        rows = [json.loads(line) for line in (self.folder / "whole/documents.jsonl").read_text("utf-8").splitlines()]
        findings = [json.loads(line) for line in (self.folder / "whole/diagnostics.jsonl").read_text("utf-8").splitlines()]
        errors = {row["document_id"] for row in findings if row["severity"] == "error"}
        rows = {row["file_name"]: row for row in rows}
        expect(len(rows) == self.args.documents, f"{len(rows)} rows for {self.args.documents} documents")
        for name, _, statuses, word in made.bad_documents():
            row = rows.pop(name)
            print(f"  {name}: {row['status']}: {row['message']}")
            expect(row["status"] in statuses, f"{name} is {row['status']}, not {statuses}")
            expect(row["message"] and word in row["message"], f"{name}: {row['message']!r} does not name {word!r}")
            expect(row["document_id"] in errors or word == "form", f"{name} has no row in diagnostics")
        wrong = {name: row["message"] for name, row in rows.items() if row["status"] != "ok"}
        expect(not wrong, f"good documents are not ok: {wrong}")

    def killed(self, whole_time):
        """Runs that are killed once or a few times, then one to the end; every second begins with an older dataset."""
        left, round = self.args.kills, 0
        cut = self.folder / "cut"
        while left > 0:
            shutil.rmtree(cut, ignore_errors=True)
            if round % 2:
                shutil.copytree(self.folder / "older", cut, copy_function=shutil.copy2)
            kills = min(left, self.chance.randint(1, 4))
            for _ in range(kills):
                self.kill_once(cut, whole_time)
            self.run("cut")
            same(self.folder / "whole", cut, f"round {round}, after {kills} kills")
            left, round = left - kills, round + 1

    def kill_once(self, cut, whole_time):
        run = self.start("cut")
        time.sleep(self.chance.uniform(0, whole_time * 1.1))
        run.send_signal(signal.SIGKILL)
        run.communicate()
        if state(cut) == "finished":
            expect(fits(cut), "run.json says finished, but the files do not belong together")

    def killed_while_replacing(self):
        """A run that is killed in the short time in which files of two datasets stand side by side."""
        for attempt in range(20):
            cut = self.folder / f"replaced-{attempt}"
            shutil.copytree(self.folder / "older", cut, copy_function=shutil.copy2)
            run = self.start(cut)
            while run.poll() is None and state(cut) == "finished":
                pass
            run.send_signal(signal.SIGKILL)
            run.communicate()
            caught = state(cut) != "finished" and not fits(cut)
            self.run(cut)
            same(self.folder / "whole", cut, "after a kill while files were replaced")
            shutil.rmtree(cut)
            if caught:
                return print(f"  caught at attempt {attempt + 1}: run.json and the checksums told, the next run repaired it")
        print("  never caught in the act: the files were replaced too fast")

    def interrupted(self):
        """Ctrl-C: what was begun is ended, and the next run goes on from there."""
        shutil.rmtree(self.folder / "cut")
        run = self.start("cut")
        while not (self.folder / "cut/.jixiao/inputs.jsonl").exists() and run.poll() is None:
            time.sleep(0.001)
        run.send_signal(signal.SIGINT)
        said = run.communicate()[1]
        expect(run.returncode == 2 and "interrupted" in said, f"exit code {run.returncode}: {said}")
        print(f"  {said.splitlines()[0]}")
        said = self.run("cut")[1]
        expect(" 0 unchanged" not in said, f"nothing was kept: {said}")
        same(self.folder / "whole", self.folder / "cut", "after Ctrl-C")

    def two_at_once(self):
        shutil.rmtree(self.folder / "cut")
        first = self.start("cut")
        while not (self.folder / "cut/.jixiao/inputs.jsonl").exists() and first.poll() is None:
            time.sleep(0.001)
        said = self.run("cut", code=2)[1]
        expect("another jixiao is writing" in said, said)
        print(f"  {said.strip()}")
        first.kill()
        first.communicate()
        self.run("cut")

    def full_disk(self):
        cut = self.folder / "cut"
        before = contents(cut)
        made.write(self.folder / "in", [("more.txt", made.forms()[1].encode() + b"\nmore\n")])
        script = 'ulimit -f "$1"; shift; exec "$@"'
        for blocks in ["0", "8", "64", "400"]:
            self.refused(["sh", "-c", script, "sh", blocks, *self.command("cut")], f"no file over {blocks} blocks")
            expect(contents(cut) == before, f"limit {blocks}: the last good dataset was changed")
        self.run("cut")
        expect(contents(cut) != before, "after the limit is gone the new document must be there")

    def refused(self, command, what):
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True)
        expect(done.returncode == 2, f"{what}: exit code {done.returncode}: {done.stderr}")
        expect("cannot write" in done.stderr and "make room" in done.stderr, f"{what}: {done.stderr}")
        print(f"  {what}: {done.stderr.strip().splitlines()[0]}")

    def full_disk_in_earnest(self):
        """A file system with less and less room, where one may be mounted."""
        disk = self.folder / "disk"
        disk.mkdir()
        size = sum(path.stat().st_size for path in (self.folder / "older").rglob("*") if path.is_file())
        mount = ["mount", "-t", "tmpfs", "-o", f"size={size * 3 // 2}", "tmpfs", str(disk)]
        if subprocess.run(mount, capture_output=True).returncode:
            return print("  left out: only an administrator may mount a file system")
        try:
            output = disk / "out"
            shutil.copytree(self.folder / "older", output, copy_function=shutil.copy2)
            before = contents(output)
            for filled in (0.2, 0.5, 0.9):
                ballast = disk / f"ballast-{filled}"
                room = shutil.disk_usage(disk).free
                ballast.write_bytes(bytes(int(room * filled)))
                self.refused(self.command(output), f"{shutil.disk_usage(disk).free // 1024} KiB left")
                expect(contents(output) == before, "the last good dataset was changed")
            subprocess.run(["mount", "-o", f"remount,size={size * 9}", str(disk)], check=True)
            self.run(output)
            same(self.folder / "cut", output, "after there is room again")
        finally:
            subprocess.run(["umount", str(disk)], check=True)

    def progress(self):
        """What a terminal of 80 columns shows."""
        shutil.rmtree(self.folder / "cut")
        drawn = b""
        process, terminal = pty.fork()
        if process == 0:
            os.chdir(self.folder)
            os.execve(self.program, self.command("cut"), {**os.environ, "TERM": "xterm", "COLUMNS": str(COLUMNS)})
        while True:
            try:
                part = os.read(terminal, 4096)
            except OSError:
                break
            if not part:
                break
            drawn += part
        os.waitpid(process, 0)
        text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "\r", drawn.decode("utf-8", "replace"))
        lines = [line.strip() for line in re.split("[\r\n]+", text) if line.strip()]
        bars = [line for line in lines if re.search(r"\d+/\d+ [\d.]+/s ETA \d+\w+ \d+ ok, \d+ partial, \d+ failed$", line)]
        expect(bars, f"no progress bar with rate, ETA and counts: {lines[:5]}")
        expect(all(len(line) <= COLUMNS for line in bars), f"the bar is too long: {max(bars, key=len)}")
        expect(any("documents, written" in line for line in lines[-2:]), f"no summary at the end: {lines[-3:]}")
        print(f"  {bars[len(bars) // 2]}")

    def all(self):
        count = self.args.documents
        pdfs = count // 20
        good = [*made.booklets(pdfs), *made.texts(count - pdfs - 10)]
        made.write(self.folder / "in", good[: len(good) // 2])
        self.run("older", code=0)
        made.write(self.folder / "in", good[len(good) // 2 :])
        made.write(self.folder / "in", [(name, data) for name, data, *_ in made.bad_documents()])
        print(f"one run over {count} documents without interruption")
        first, said = self.run("whole")
        print(f"  {first:.2f} s; {said.splitlines()[-2]}")
        self.statuses()
        print("the same again")
        again, said = self.run("whole")
        expect("up to date" in said, said)
        print(f"  {again:.3f} s, {100 * again / first:.1f} % of the first run")
        print(f"{self.args.kills} runs killed at random moments")
        self.killed(first)
        print("a run killed while it replaces files")
        self.killed_while_replacing()
        print("Ctrl-C")
        self.interrupted()
        print("a second process on the same folder")
        self.two_at_once()
        print("a limit on the size of files")
        self.full_disk()
        print("a full disk")
        self.full_disk_in_earnest()
        print("the progress bar")
        self.progress()
        print("good")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=made.ROOT / "target/release/jixiao")
    parser.add_argument("--documents", type=int, default=500)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="jixiao-check-"))
    try:
        Check(args, folder).all()
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
