#!/usr/bin/env python3
"""Measures runs over many small documents: memory, a second run, and what a second thread brings.

    scripts/measure_ingest.py [--program target/release/jixiao] [--documents 10000] [--rounds 3]

Prints a table in Markdown. Times are the best of the rounds, because other work on the machine only ever makes a run
slower; memory is the most of the rounds. Runs that are compared with each other take turns.
"""

import argparse
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import made_documents as made


class Measure:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def run(self, inputs, output, jobs):
        """Seconds and the most memory in MB of one run."""
        command = [self.program, "ingest", inputs, "-o", output, "--jobs", str(jobs)]
        begun = time.monotonic()
        process = subprocess.Popen(command, cwd=self.folder, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - begun
        if os.waitstatus_to_exitcode(status) != 0:
            raise SystemExit(f"{command} ended with {os.waitstatus_to_exitcode(status)}")
        return seconds, usage.ru_maxrss * 1024 / 1e6

    def rounds(self, rounds, inputs):
        """The least seconds and the most memory of first runs with one and two threads, and of second runs."""
        found = {"one": [], "two": [], "again": []}
        for _ in range(rounds):
            for name, jobs in (("one", 1), ("two", 2)):
                shutil.rmtree(self.folder / name, ignore_errors=True)
                found[name].append(self.run(inputs, name, jobs))
            found["again"].append(self.run(inputs, "two", 2))
        return {name: (min(s for s, _ in runs), max(m for _, m in runs)) for name, runs in found.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=made.ROOT / "target/release/jixiao")
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="jixiao-measure-"))
    few, many = args.documents // 10, args.documents
    try:
        measure = Measure(str(Path(args.program).resolve()), folder)
        made.write(folder / "few", made.texts(few))
        made.write(folder / "many", made.texts(many))
        small, large = (measure.rounds(args.rounds, name) for name in ("few", "many"))
    finally:
        shutil.rmtree(folder)
    print(f"| | {few:,} documents | {many:,} documents |\n| --- | ---: | ---: |")
    row = lambda name, figure: print(f"| {name} | {figure(small)} | {figure(large)} |")
    row("first run, one thread", lambda runs: f"{runs['one'][0]:.2f} s")
    row("first run, two threads", lambda runs: f"{runs['two'][0]:.2f} s")
    row("two threads against one", lambda runs: f"{runs['one'][0] / runs['two'][0]:.2f} ×")
    row("second run, nothing changed", lambda runs: f"{runs['again'][0]:.3f} s")
    row("second run against the first", lambda runs: f"{100 * runs['again'][0] / runs['two'][0]:.2f} %")
    row("most memory, one thread", lambda runs: f"{runs['one'][1]:.0f} MB")
    row("most memory, two threads", lambda runs: f"{runs['two'][1]:.0f} MB")


if __name__ == "__main__":
    main()
