#!/usr/bin/env python3
"""Measures runs over many small documents: memory, a second run, and what a second thread brings.

    scripts/measure_ingest.py [--program target/release/jixiao] [--documents 10000] [--rounds 3]

Prints a table in Markdown. Times are the best of the rounds, because other work on the machine only ever makes a run
slower; memory is the most of the rounds. Runs that are compared with each other take turns. Time of the processors says
what a run costs even where other work takes them away meanwhile; the load says whether it does.
"""

import argparse
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import made_documents as made


class Run(NamedTuple):
    """What a run took: seconds, seconds of processors, and the most memory in MB."""

    seconds: float
    processors: float
    memory: float


class Measure:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def run(self, inputs, output, jobs):
        command = [self.program, "ingest", inputs, "-o", output, "--jobs", str(jobs)]
        begun = time.monotonic()
        process = subprocess.Popen(command, cwd=self.folder, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - begun
        if os.waitstatus_to_exitcode(status) != 0:
            raise SystemExit(f"{command} ended with {os.waitstatus_to_exitcode(status)}")
        return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6)

    def rounds(self, rounds, inputs):
        """The least times and the most memory of first runs with one and two threads, and of second runs."""
        found = {"one": [], "two": [], "again": []}
        for _ in range(rounds):
            for name, jobs in (("one", 1), ("two", 2)):
                shutil.rmtree(self.folder / name, ignore_errors=True)
                found[name].append(self.run(inputs, name, jobs))
            found["again"].append(self.run(inputs, "two", 2))
        columns = {name: list(zip(*runs)) for name, runs in found.items()}
        return {name: Run(min(seconds), min(processors), max(memory)) for name, (seconds, processors, memory) in columns.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=made.ROOT / "target/release/jixiao")
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="jixiao-measure-"))
    few, many, load = args.documents // 10, args.documents, os.getloadavg()
    try:
        measure = Measure(str(Path(args.program).resolve()), folder)
        made.write(folder / "few", made.texts(few))
        made.write(folder / "many", made.texts(many))
        small, large = (measure.rounds(args.rounds, name) for name in ("few", "many"))
    finally:
        shutil.rmtree(folder)
    print(f"| | {few:,} documents | {many:,} documents |\n| --- | ---: | ---: |")
    row = lambda name, figure: print(f"| {name} | {figure(small)} | {figure(large)} |")
    row("first run, one thread", lambda runs: f"{runs['one'].seconds:.2f} s")
    row("first run, two threads", lambda runs: f"{runs['two'].seconds:.2f} s")
    row("two threads against one", lambda runs: f"{runs['one'].seconds / runs['two'].seconds:.2f} ×")
    row("processor time, one thread", lambda runs: f"{runs['one'].processors:.2f} s")
    row("processor time, two threads", lambda runs: f"{runs['two'].processors:.2f} s")
    row("second run, nothing changed", lambda runs: f"{runs['again'].seconds:.3f} s")
    row("second run against the first", lambda runs: f"{100 * runs['again'].seconds / runs['two'].seconds:.2f} %")
    row("the same in processor time", lambda runs: f"{100 * runs['again'].processors / runs['two'].processors:.2f} %")
    row("most memory, one thread", lambda runs: f"{runs['one'].memory:.0f} MB")
    row("most memory, two threads", lambda runs: f"{runs['two'].memory:.0f} MB")
    print(f"\nLoad of the machine: {load[0]:.1f} before, {os.getloadavg()[0]:.1f} after, on {os.cpu_count()} processors.")


if __name__ == "__main__":
    main()
