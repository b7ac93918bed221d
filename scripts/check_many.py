#!/usr/bin/env python3
"""Checks runs over many documents: right statuses, interrupted runs, a disk that is full, cheap repeats.

    scripts/check_many.py [--program target/release/jixiao] [--documents 500] [--kills 20] [--seed 1]

Makes documents out of the seed booklet and the fixture PDF, ten of them bad in ten ways, and runs the program over
them. Needs nothing but Python. Exits with 1 and says why at the first thing that is wrong.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SEED = ROOT / "seeds/jinan-shizhong-2023.txt"
BOOKLET = ROOT / "fixtures/booklets/part-canvas-cid.pdf"
TITLE = "项目绩效目标申报表"
LIMIT = 4_000_000


def forms():
    """The project forms of the seed booklet, each as a text of its own."""
    lines = SEED.read_text(encoding="utf-8").splitlines(keepends=True)
    starts = [n for n, line in enumerate(lines) if n > 40 and line.strip() == TITLE]
    return ["".join(lines[a:b]) for a, b in zip(starts, starts[1:])]


def pdf(objects, trailer=b""):
    """A PDF file out of the bodies of its objects; object 1 is the catalog."""
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, table)
    return out


def page(content, resources=b"", more=()):
    """The objects of a PDF with one page."""
    return [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << %s >> >>" % resources,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        *more,
    ]


def image_only():
    """A scanned page: a picture and no text."""
    picture = b"<< /Type /XObject /Subtype /Image /Width 8 /Height 8 /ColorSpace /DeviceGray /BitsPerComponent 8 "
    picture += b"/Length 64 >>\nstream\n" + bytes(range(32, 96)) + b"\nendstream"
    return pdf(page(b"q 595 0 0 842 0 0 cm /Im Do Q", b"/XObject << /Im 5 0 R >>", [picture]))


def encrypted():
    """A PDF whose password nobody has: its keys are noise."""
    noise = bytes((n * 37 + 11) % 256 for n in range(32)).hex().encode()
    encrypt = b"<< /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P -44 >>" % (noise, noise[::-1])
    trailer = b"/Encrypt 5 0 R /ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>]"
    return pdf(page(b"BT ET", more=[encrypt]), trailer)


def bad_documents():
    """Name, bytes, the statuses that are right, and a word that the message must have."""
    noise = random.Random(7).randbytes
    form = forms()[0].encode()
    return [
        ("bad-empty.txt", b"", ["failed"], "empty"),
        ("bad-truncated.pdf", BOOKLET.read_bytes()[:60_000], ["failed", "partial"], ""),
        ("bad-encrypted.pdf", encrypted(), ["failed"], "--password"),
        ("bad-image-only.pdf", image_only(), ["failed"], ""),
        ("bad-not-a-pdf.pdf", b"PK\x03\x04" + noise(500), ["failed"], "ZIP"),
        ("bad-header-only.pdf", b"%PDF-1.7\n" + noise(3000), ["failed"], ""),
        ("bad-over-limit.txt", form * (LIMIT // len(form) + 1), ["failed"], "--limit-bytes"),
        ("bad-binary.txt", noise(4000), ["failed"], "neither"),
        ("bad-no-form.txt", "一封信，没有表。\n".encode(), ["failed"], "form"),
        ("bad-encoding.txt", b"\xff\xff\xfe\x81" * 50 + "\n".encode(), ["failed"], ""),
    ]


def make(folder, count):
    """Writes `count` documents; ten are bad, ten are PDFs, the rest are texts of one form."""
    folder.mkdir()
    texts, bad = forms(), bad_documents()
    for name, data, _, _ in bad:
        (folder / name).write_bytes(data)
    for number in range(10):
        (folder / f"booklet-{number:02}.pdf").write_bytes(BOOKLET.read_bytes() + b"%% copy %d\n" % number)
    for number in range(count - len(bad) - 10):
        text = texts[number % len(texts)].replace("主管部门编码\t101", f"主管部门编码\t{number}")
        (folder / f"{number:05}.txt").write_text(f"{text}\n{number}\n", encoding="utf-8")
    old = time.time() - 3600
    for path in folder.iterdir():
        os.utime(path, (old, old))


def contents(folder):
    """Every file of a dataset that may not depend on time."""
    files = [path for path in [*folder.iterdir(), *(folder / "documents").iterdir()] if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files if path.name != "run.json"}


def expect(condition, message):
    if not condition:
        sys.exit(f"FAILED: {message}")


def same(one, two, what):
    one, two = contents(one), contents(two)
    expect(one.keys() == two.keys(), f"{what}: other files: {one.keys() ^ two.keys()}")
    differing = [name for name in one if one[name] != two[name]]
    expect(not differing, f"{what}: files differ: {differing[:5]}")


class Check:
    def __init__(self, args, folder):
        self.program = Path(args.program).resolve()
        self.args, self.folder = args, folder

    def command(self, output, *more):
        limit = ["--limit-bytes", str(LIMIT)]
        return [str(self.program), "ingest", "in", "-o", output, "--to", "parquet,json,jsonl,csv", *limit, *more]

    def run(self, output, *more, code=1):
        begun = time.monotonic()
        done = subprocess.run(self.command(output, *more), cwd=self.folder, capture_output=True, text=True)
        expect(done.returncode == code, f"exit code {done.returncode}, not {code}: {done.stderr}")
        return time.monotonic() - begun, done.stderr

    def statuses(self):
        rows = [json.loads(line) for line in (self.folder / "whole/documents.jsonl").read_text("utf-8").splitlines()]
        rows = {row["file_name"]: row for row in rows}
        expect(len(rows) == self.args.documents, f"{len(rows)} rows for {self.args.documents} documents")
        for name, _, statuses, word in bad_documents():
            row = rows.pop(name)
            print(f"  {name}: {row['status']}: {row['message']}")
            expect(row["status"] in statuses, f"{name} is {row['status']}, not {statuses}")
            expect(row["message"] and word in row["message"], f"{name}: {row['message']!r} does not name {word!r}")
        wrong = {name: row["message"] for name, row in rows.items() if row["status"] != "ok"}
        expect(not wrong, f"good documents are not ok: {wrong}")

    def killed(self, whole_time):
        chance = random.Random(self.args.seed)
        for _ in range(self.args.kills):
            run = subprocess.Popen(self.command("cut"), cwd=self.folder, stderr=subprocess.DEVNULL)
            time.sleep(chance.uniform(0, whole_time * 1.2))
            run.send_signal(signal.SIGKILL)
            run.wait()
        self.run("cut")
        same(self.folder / "whole", self.folder / "cut", "after kills")

    def full_disk(self):
        output = self.folder / "cut"
        before = contents(output)
        (self.folder / "in/more.txt").write_text(forms()[1] + "\nmore\n", encoding="utf-8")
        script = 'ulimit -f "$1"; shift; exec "$@"'
        for blocks in ["0", "8", "64", "400"]:
            command = ["sh", "-c", script, "sh", blocks, *self.command("cut")]
            done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True)
            expect(done.returncode == 2, f"limit {blocks}: exit code {done.returncode}: {done.stderr}")
            expect("cannot write" in done.stderr, f"limit {blocks}: {done.stderr}")
            expect(contents(output) == before, f"limit {blocks}: the last good dataset was changed")
        print(f"  {done.stderr.strip().splitlines()[0]}")
        self.run("cut")
        expect(contents(output) != before, "after the limit is gone the new document must be there")

    def all(self):
        make(self.folder / "in", self.args.documents)
        print("one run without interruption")
        first, said = self.run("whole")
        print(f"  {first:.2f} s; {said.splitlines()[-2]}")
        self.statuses()
        print("the same again")
        again, said = self.run("whole")
        expect("up to date" in said, said)
        print(f"  {again:.3f} s, {100 * again / first:.1f} % of the first run")
        print(f"{self.args.kills} runs killed at random moments, then one to the end")
        self.killed(first)
        print("a limit on the size of files")
        self.full_disk()
        print("good")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=ROOT / "target/release/jixiao")
    parser.add_argument("--documents", type=int, default=500)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="jixiao-check-"))
    try:
        Check(args, folder).all()
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
