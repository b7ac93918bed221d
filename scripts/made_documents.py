"""Documents for checks and measurements, made of the seed booklet and the fixture PDFs."""

import os
import random
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SEED = ROOT / "seeds/jinan-shizhong-2023.txt"
BOOKLETS = ROOT / "fixtures/booklets"
BOOKLET = BOOKLETS / "part-canvas-cid.pdf"
TITLE = "项目绩效目标申报表"
# One of the bad documents is larger, no good one is.
BYTES_LIMIT = 4_000_000


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
        ("bad-over-limit.txt", form * (BYTES_LIMIT // len(form) + 1), ["failed"], "--limit-bytes"),
        ("bad-binary.txt", noise(4000), ["failed"], "neither"),
        ("bad-no-form.txt", "一封信，没有表。\n".encode(), ["failed"], "form"),
        ("bad-encoding.txt", b"\xff\xff\xfe\x81" * 50 + "\n".encode(), ["failed"], ""),
    ]


def texts(count):
    """Names and bytes of small documents: one form each, no two alike."""
    known = forms()
    for number in range(count):
        text = known[number % len(known)].replace("主管部门编码\t101", f"主管部门编码\t{number}")
        yield f"{number // 1000:03}/{number:05}.txt", f"{text}\n{number}\n".encode()


def booklets(count):
    """Names and bytes of PDFs: the fixtures in turn, no two alike."""
    known = [path.read_bytes() for path in sorted(BOOKLETS.glob("*.pdf"))]
    for number in range(count):
        yield f"pdf/booklet-{number:03}.pdf", known[number % len(known)] + b"%% copy %d\n" % number


def write(folder, documents):
    """Writes documents; old enough for the time of the last change to be relied on."""
    old = time.time() - 3600
    for name, data in documents:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        os.utime(path, (old, old))
