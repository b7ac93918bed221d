/* The right side: pages or lines. */

const pagesPane = byId("pages");
const LINES = 100;
const sheets = new Map();
const itemsOn = new Map();
const placed = items.filter((item) => item.place && item.type !== "finding" && item.type !== "head");
for (const item of placed) {
  const key = data.format === "pdf" ? item.place.p : item.place.l;
  if (key === undefined || (data.format === "pdf" && !item.place.b)) continue;
  if (!itemsOn.has(key)) itemsOn.set(key, []);
  itemsOn.get(key).push(item);
}

const near = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (isIntersecting) fillSheet(target);
    else emptySheet(target);
  }
  tellPage();
}, { root: pagesPane, rootMargin: "150% 0px" });

function buildSource() {
  if (data.format === "pdf") {
    for (const page of data.pages) {
      const node = element("figure", { class: "sheet", "aria-label": `${page.number}` }, element("figcaption", {}, String(page.number)));
      node.style.aspectRatio = `${page.width} / ${page.height}`;
      node.page = page;
      sheets.set(page.number, node);
    }
  } else {
    for (let first = 0; first < data.lines.length; first += LINES) {
      const node = element("div", { class: "chunk" });
      node.first = first;
      const count = Math.min(LINES, data.lines.length - first);
      const long = data.lines.slice(first, first + count).reduce((sum, line) => sum + Math.floor(line.length / 60), 0);
      node.style.minHeight = `${20 * (count + long)}px`;
      sheets.set(first / LINES, node);
    }
  }
  pagesPane.append(...sheets.values());
  for (const node of sheets.values()) near.observe(node);
}

function fillSheet(node) {
  if (node.filled) return;
  node.filled = true;
  if (node.page) fillPage(node);
  else fillLines(node);
  for (const kind of ["hover", "pinned"]) if (shownPlaces[kind]) paint(shownPlaces[kind], kind);
}

// Pages far away are let go of, so that a long booklet stays light. Lines keep their height and cost little.
function emptySheet(node) {
  if (!node.filled || !node.page) return;
  node.filled = false;
  if (node.picture) URL.revokeObjectURL(node.picture);
  node.replaceChildren(node.querySelector("figcaption"));
}

function fillPage(node) {
  const { page } = node;
  const store = byId(`page-${page.number}`);
  if (page.mode === "picture") {
    const bytes = Uint8Array.from(atob(store.textContent), (c) => c.charCodeAt(0));
    node.picture = URL.createObjectURL(new Blob([bytes], { type: "image/png" }));
    node.append(element("img", { src: node.picture, alt: "" }));
  } else if (page.mode === "drawn") {
    node.append(drawing(page, JSON.parse(store.textContent)));
    node.title = word("drawn");
  } else node.append(element("p", { class: "empty" }, word("no_picture")));
  for (const item of itemsOn.get(page.number) ?? []) {
    const box = element("button", { type: "button", tabindex: "-1", class: `box ${item.row.status ?? ""}`, title: item.row.name ?? item.row.text ?? "" });
    box.dataset.item = item.index;
    setBox(box, item.place, page);
    node.append(box);
  }
}

function setBox(box, { b: [x0, y0, x1, y1] }, { width, height }) {
  const percent = (value, whole) => `${(100 * value) / whole}%`;
  Object.assign(box.style, { left: percent(x0, width), top: percent(y0, height), width: percent(x1 - x0, width), height: percent(y1 - y0, height) });
}

/** A page from its glyphs and rules, in points. Each glyph stands where the file puts it, in a font of the browser. */
function drawing({ width, height }, { rules, runs }) {
  const svg = (name, attributes) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    return node;
  };
  const root = svg("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
  for (const [x1, y1, x2, y2] of rules) root.append(svg("line", { x1, y1, x2, y2 }));
  for (const [size, angle, x, y, string, steps] of runs) {
    const node = svg("text", { "font-size": size, x: steps.map((step) => step.toFixed(1)).join(" "), y: 0, transform: `translate(${x} ${y}) rotate(${angle})` });
    node.textContent = string;
    root.append(node);
  }
  return root;
}

function fillLines(node) {
  const lines = data.lines.slice(node.first, node.first + LINES);
  lines.forEach((string, offset) => {
    const number = node.first + offset + 1;
    const here = itemsOn.get(number) ?? [];
    const worst = ["uncertain", "repaired"].find((status) => here.some((item) => item.row.status === status)) ?? "";
    const line = element("div", { class: `line ${here.length ? "linked" : ""} ${worst}` },
      element("span", { class: "no" }, String(number)), lineText(string));
    line.dataset.line = number;
    node.append(line);
  });
  node.style.minHeight = "";
}

function lineText(string) {
  const node = element("span", { class: "txt" });
  string.split("\t").forEach((cell, index) => {
    if (index) node.append(element("span", { class: "tab" }));
    node.append(text(cell));
  });
  return node;
}

const shownPlaces = { hover: null, pinned: null };

/** Marks a place on the right side, in place of what was marked in this way before. */
function paint(place, kind) {
  for (const node of pagesPane.querySelectorAll(`.${kind}`)) {
    node.classList.remove(kind);
    if (node.extra) node.remove();
  }
  shownPlaces[kind] = place;
  if (!place) return;
  if (data.format !== "pdf") {
    pagesPane.querySelector(`.line[data-line="${place.l}"]`)?.classList.add(kind);
    return;
  }
  const sheet = sheets.get(place.p);
  if (!sheet?.filled || !place.b) return;
  const box = element("div", { class: `box ${kind}` });
  box.extra = true;
  box.style.pointerEvents = "none";
  setBox(box, place, sheet.page);
  sheet.append(box);
}

/** Brings a place into view. */
function scrollToPlace(place, smooth) {
  const sheet = place && (data.format === "pdf" ? sheets.get(place.p) : sheets.get(Math.floor((place.l - 1) / LINES)));
  if (!sheet) return;
  fillSheet(sheet);
  const line = sheet.querySelector(`.line[data-line="${place.l}"]`);
  const top = line ? offsetIn(line) : sheet.offsetTop + (place.b ? (place.b[1] / sheet.page.height) * sheet.offsetHeight : 0);
  const height = line ? line.offsetHeight : place.b ? ((place.b[3] - place.b[1]) / sheet.page.height) * sheet.offsetHeight : 40;
  const view = { top: pagesPane.scrollTop, bottom: pagesPane.scrollTop + pagesPane.clientHeight };
  if (top >= view.top + 8 && top + height <= view.bottom - 8) return;
  const near = Math.abs(top - view.top) < 3 * pagesPane.clientHeight;
  pagesPane.scrollTo({ top: top - pagesPane.clientHeight / 3, behavior: smooth && near && !stillness.matches ? "smooth" : "auto" });
}

const offsetIn = (node) => node.offsetTop + (node.offsetParent === pagesPane ? 0 : node.offsetParent?.offsetTop ?? 0);
const stillness = matchMedia("(prefers-reduced-motion: reduce)");

function showPlace(place, smooth) {
  scrollToPlace(place, smooth);
  paint(place, "pinned");
}

let hovering = 0;
function hover(item) {
  if (state.hovered === item) return;
  state.hovered = item;
  clearTimeout(hovering);
  paint(item?.place ?? null, "hover");
  if (!item || state.pinned) return;
  hovering = setTimeout(() => {
    scrollToPlace(item.place, false);
    paint(item.place, "hover");
  }, 90);
}
