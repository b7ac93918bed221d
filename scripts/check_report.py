#!/usr/bin/env python3
"""Checks the report of a document in a browser.

    scripts/check_report.py [--program target/release/jixiao] [--venv target/report-venv] [--pictures FOLDER]

Opens reports of a text, of PDFs with and without their fonts, of a text that attacks the page, and of a booklet of 170
pages in headless Chromium, and uses them as a reviewer does. A click on an indicator must mark exactly its box or line; a
browser error, a request to anywhere, or a text that acts fails the check. Needs Chromium (or Chrome) on this machine;
the package that drives it comes from PyPI into an environment of its own. With --pictures screenshots are written there,
to be looked at.
"""

import argparse
import json
import shutil
import tempfile
import time
from pathlib import Path

from environment import ROOT, expect, run, run_inside

BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
SCREEN = {"width": 1440, "height": 900}
# So many rows of each report are clicked.
CLICKS = 12
# Seconds that the browser may take to show something.
PATIENCE = 15
MEGABYTE = 1 << 20
# A long booklet is so many times a fixture.
COPIES = 5

ATTACKS = [
    "</script><script>window.owned=1</script>",
    "<img src=x onerror=window.owned=1>",
    "'\"><svg onload=window.owned=1>",
    "{{script}}${window.owned=1}",
    "\u202e\u2066翻转\u200b",
    "<!--<script>",
]


class Report:
    """A report that is open in the browser, and the JSON of its document."""

    def __init__(self, browser, folder, program, document, scheme="light", language="en-US"):
        self.name = Path(document).stem
        path = folder / f"{self.name}.html"
        run(program, "report", document, "-o", path)
        self.json = json.loads(run(program, "extract", document, "--compact"))
        self.bytes = path.stat().st_size
        self.path = path
        self.problems = []
        context = browser.new_context(viewport=SCREEN, color_scheme=scheme, locale=language)
        self.page = context.new_page()
        self.page.on("console", lambda message: self.problems.append(message.text))
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("request", self.request)
        self.page.on("dialog", lambda dialog: self.problems.append(f"a dialog: {dialog.message}"))
        self.seconds = opening(self.page, path)

    def request(self, request):
        if not request.url.startswith(("file:", "blob:", "data:")):
            self.problems.append(f"a request to {request.url}")

    def indicators(self):
        return [row for form in self.json["forms"] for row in form["indicators"]]

    def show(self, indicator):
        """Brings the row of an indicator to the screen, and gives it."""
        number = next(n for n, form in enumerate(self.json["forms"]) if form["form_id"] == indicator["form_id"])
        self.page.select_option("#jump", index=number + 1)
        row = self.page.locator(f"article:nth-of-type({number + 2}) .row.indicator")
        return row.nth(self.json["forms"][number]["indicators"].index(indicator))

    def marked(self, kind):
        """What is marked on the right side: line, or page and box in points; and whether it is on the screen."""
        return self.page.evaluate(
            """(kind) => [...document.querySelectorAll(`#pages .${kind}`)].map((node) => {
                const [box, view] = [node, document.getElementById("pages")].map((n) => n.getBoundingClientRect());
                const seen = box.bottom > view.top && box.top < view.bottom;
                if (node.dataset.line) return { line: Number(node.dataset.line), seen };
                const sheet = node.parentElement.getBoundingClientRect();
                const { width, height, number } = node.parentElement.page;
                const at = [[box.left - sheet.left, sheet.width, width], [box.top - sheet.top, sheet.height, height],
                    [box.right - sheet.left, sheet.width, width], [box.bottom - sheet.top, sheet.height, height]];
                return { page: number, box: at.map(([pixels, whole, points]) => pixels / whole * points), seen };
            })""",
            kind,
        )

    def wait_marked(self, kind, indicator):
        """Waits until exactly the place of an indicator is marked, on the screen."""
        deadline = time.monotonic() + PATIENCE
        while not self.is_marked(kind, indicator):
            where = [indicator[column] for column in ("page", "x0", "y0", "x1", "y1", "line")]
            what = f"{self.name}: {indicator['indicator_id']} stands at {where}, {kind} marks {self.marked(kind)}"
            expect(time.monotonic() < deadline, what)
            self.page.wait_for_timeout(50)

    def is_marked(self, kind, indicator):
        marked = self.marked(kind)
        if len(marked) != 1 or not marked[0]["seen"]:
            return False
        if indicator["line"]:
            return marked[0]["line"] == indicator["line"]
        box = [indicator[edge] for edge in ("x0", "y0", "x1", "y1")]
        near = all(abs(one - two) < 1 for one, two in zip(marked[0]["box"], box))
        return marked[0]["page"] == indicator["page"] and near

    def finish(self):
        expect(not self.problems, f"{self.name}: {self.problems}")
        expect(self.page.evaluate("window.owned") is None, f"{self.name}: a text of the document acts")


def opening(page, path):
    """Opens a page and gives the seconds until it can be used."""
    began = time.perf_counter()
    page.goto(path.as_uri())
    page.wait_for_function("document.documentElement.dataset.ready || !document.scripts[document.scripts.length - 1].text")
    return time.perf_counter() - began


def check_marks(report):
    """Pointing at a row marks its place; clicking keeps it, and tells of the row."""
    rows = report.indicators()
    for indicator in rows[:: max(1, len(rows) // CLICKS)]:
        row = report.show(indicator)
        row.hover()
        report.wait_marked("hover", indicator)
        row.click()
        report.wait_marked("pinned", indicator)
        expect(indicator["indicator_id"] in report.page.inner_text(".more"), f"{report.name}: the row is not told")
        report.page.keyboard.press("Escape")
        expect(not report.marked("pinned"), f"{report.name}: Escape does not let go")
    print(f"  {report.name}: {len(rows[:: max(1, len(rows) // CLICKS)])} rows pointed at and clicked")


def check_steps(report):
    """Every marked row and every finding is stepped through once."""
    page, forms = report.page, report.json["forms"]
    marked = sum(row["status"] != "as_printed" for row in report.indicators())
    heads = sum(bool(form["repairs"]) for form in forms)
    findings = sum(row["severity"] != "info" for row in report.json["diagnostics"])
    want = marked + heads + findings + len(report.json["unplaced"])
    page.evaluate("document.activeElement?.blur()")
    seen = []
    for _ in range(want):
        page.keyboard.press("n")
        seen.append(page.inner_text("#position").split()[0])
        expect(page.locator("#forms [aria-current=true]").count() == 1, f"{report.name}: step {len(seen)} marks no row")
    expect(seen == [str(n + 1) for n in range(want)], f"{report.name}: steps {seen}, not 1 to {want}")
    expect(page.is_disabled("#next"), f"{report.name}: there is a step after the last")
    page.keyboard.press("p")
    page.keyboard.press("Escape")
    print(f"  {report.name}: {want} steps")


def check_search(report, words):
    """Only what holds the words is left, and they are marked; the filters leave only rows of their kind."""
    page = report.page
    rows = page.locator("#forms .row.indicator")
    page.fill("#search", words)
    page.wait_for_selector("#forms .row.indicator mark")
    texts = rows.all_inner_texts()
    expect(all(words in text for text in texts), f"{report.name}: {words}: {texts[:5]}")
    expect(len(texts) <= sum(words in (row["level3"] or "") for row in report.indicators()), f"{report.name}: {words}: too many")
    page.fill("#search", "no such words anywhere")
    page.wait_for_selector("#forms .empty")
    expect(rows.count() == 0, "what does not match is shown")
    page.fill("#search", "")
    page.wait_for_selector("#forms .row.indicator")
    page.locator(".chip", has_text="Repaired").click()
    page.wait_for_selector("#forms .tag.repaired")
    kinds = rows.evaluate_all("nodes => nodes.map((node) => node.className)")
    expect(all("repaired" in kind for kind in kinds), f"{report.name}: the filter leaves {set(kinds)}")
    page.locator(".chip", has_text="All").click()
    page.wait_for_selector("#forms .row.indicator.as_printed")


def check_attack(report):
    """Texts of the document are shown as they are, and do nothing."""
    shown = report.page.inner_text("#forms") + report.page.inner_text("#pages")
    for attack in ATTACKS:
        words = attack.replace("\u202e", "U+202E").replace("\u2066", "U+2066").replace("\u200b", "U+200B")
        expect(words in shown, f"{attack!r} is not shown as it is")
    expect(report.page.locator("#forms img, #forms svg, #pages img").count() == 0, "a text became an element")


def check_large(report, folder, browser):
    """A whole booklet stays small, and little of it is made before it is looked at."""
    expect(report.bytes < 20 * MEGABYTE, f"the report has {report.bytes} bytes")
    report.page.wait_for_selector("#pages img")
    pictures, rows = (report.page.locator(where).count() for where in ("#pages img", "#forms .row"))
    expect(0 < pictures < 12 and rows < 500, f"{pictures} pictures and {rows} rows are made at once")
    plain = folder / "plain.html"
    plain.write_text(report.path.read_text("utf-8").rsplit("<script>", 1)[0] + "<script></script>", "utf-8")
    page = browser.new_page()
    reference = min(opening(page, plain) for _ in range(3))
    seconds = min([report.seconds] + [opening(report.page, report.path) for _ in range(2)])
    last = report.json["document"]["pages"]
    report.page.fill("#page", str(last))
    report.page.press("#page", "Enter")
    report.page.wait_for_selector(f"figure[aria-label='{last}'] img, figure[aria-label='{last}'] svg")
    print(f"  {last} pages: {report.bytes / MEGABYTE:.1f} MB, opens in {seconds:.2f} s (the file alone: {reference:.2f} s)")


def attacking_text(folder):
    """A form whose names and values attack the page that shows them."""
    rows = "".join(f"\t\t\t{attack}甲{n}\t{attack}\n" for n, attack in enumerate(ATTACKS))
    head = f"项目绩效目标申报表\n\n(2023 年度)\n\n项目名称\t{ATTACKS[0]}\t\t项目类别\t{ATTACKS[1]}\n主管部门\t{ATTACKS[2]}\t\t主管部门编码\t101\n"
    headings = "\t一级指标\t二级指标\t三级指标\t指标值\n绩效指标\t产出指标\t数量指标\t一\t≥1个\n"
    table = "".join(f"{name}\n{headings}{rows}" for name in ("总体绩效指标", "年度绩效指标"))
    path = folder / "attack.txt"
    path.write_text(head + table, "utf-8")
    return path


def whole_booklet(folder):
    """A booklet of 170 pages, out of the ten forms of a smaller one."""
    from pypdf import PdfWriter

    writer = PdfWriter()
    for _ in range(COPIES):
        writer.append(ROOT / "fixtures/booklets/part-writer.pdf")
    writer.write(folder / "booklet.pdf")
    return folder / "booklet.pdf"


def check(browser, program, folder, pictures):
    def shot(report, name):
        if pictures:
            pictures.mkdir(parents=True, exist_ok=True)
            report.page.screenshot(path=pictures / f"{name}.png")

    booklets = ROOT / "fixtures/booklets"
    for document, scheme in [(ROOT / "seeds/jinan-shizhong-2023.txt", "dark"), (booklets / "part-writer.pdf", "light"), (booklets / "part-canvas-cid.pdf", "light")]:
        report = Report(browser, folder, program, document, scheme)
        check_marks(report)
        check_search(report, "发放时间")
        check_steps(report)
        report.page.keyboard.press("n")
        report.page.wait_for_timeout(700)
        shot(report, f"{report.name}-step")
        report.show(report.indicators()[5]).click()
        report.page.wait_for_timeout(700)
        shot(report, f"{report.name}-pinned")
        report.finish()
    report = Report(browser, folder, program, attacking_text(folder), language="zh-CN")
    check_attack(report)
    shot(report, "attack")
    report.finish()
    report = Report(browser, folder, program, whole_booklet(folder))
    check_large(report, folder, browser)
    shot(report, "booklet")
    report.finish()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=Path, default=ROOT / "target/release/jixiao")
    parser.add_argument("--venv", type=Path, default=ROOT / "target/report-venv")
    parser.add_argument("--pictures", type=Path, help="folder for screenshots")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    chromium = next(filter(None, map(shutil.which, BROWSERS)), None)
    expect(chromium, f"no browser here: install one of {', '.join(BROWSERS)}")
    if not args.inside:
        run_inside(args.venv.absolute(), ["playwright", "pypdf"], "playwright, pypdf")
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory(prefix="jixiao-report-") as folder, sync_playwright() as playwright:
        # Inside a container the browser cannot make a sandbox of its own; it opens our own files only.
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        check(browser, args.program.resolve(), Path(folder), args.pictures)
        browser.close()
    print("good")


if __name__ == "__main__":
    main()
