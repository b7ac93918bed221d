/* The bars on top. */

function buildBars() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  const { title, file, year, status, message } = data.document;
  byId("title").replaceChildren(text(title || file, "span"));
  byId("file").replaceChildren(text([file, year, status === "ok" ? null : `${status}: ${message ?? ""}`].filter(Boolean).join(" · "), "span"));
  const search = byId("search");
  search.placeholder = word("search");
  search.setAttribute("aria-label", word("search"));
  for (const name of ["previous", "next", "language"]) byId(name).textContent = word(name);
  byId("theme").textContent = document.documentElement.dataset.theme === "dark" ? "☀" : "☾";
  for (const [id, name] of [["theme", "theme"], ["help", "keys"], ["jump", "jump"], ["splitter", "resize"], ["forms", "section"], ["source", "source"]]) {
    byId(id).setAttribute("aria-label", word(name));
    if (id === "theme" || id === "help") byId(id).title = word(name);
  }
  buildFilters();
  const options = sections.map(({ form, index }) => element("option", { value: String(index) }, `${String(form.ordinal).padStart(2, "0")} ${form.name}${form.unit ? ` · ${form.unit}` : ""}`));
  byId("jump").replaceChildren(element("option", { value: "" }, word("jump")), ...options);
  buildPagebar();
  byId("keys").replaceChildren(element("h2", {}, word("keys")),
    element("dl", {}, ...word("help").flatMap(([key, meaning]) => [element("dt", {}, element("kbd", {}, key)), element("dd", {}, meaning)])),
    element("form", { method: "dialog" }, element("button", { class: "chip" }, word("close"))));
}

function buildFilters() {
  const chips = Object.keys(FILTERS).map((name) => {
    const count = marks.filter(FILTERS[name]).length;
    const chip = element("button", { type: "button", role: "radio", class: "chip", "aria-checked": String(state.filter === name), disabled: name !== "all" && !count },
      name === "all" ? null : element("i", { class: `dot ${name}` }), word(name), name === "all" ? null : element("b", {}, String(count)));
    chip.addEventListener("click", () => { state.filter = name; refresh(); });
    return chip;
  });
  byId("filters").replaceChildren(...chips);
}

function buildPagebar() {
  const bar = byId("pagebar");
  if (data.format !== "pdf") return bar.replaceChildren(word("show_source"), ` · ${data.lines.length}`);
  const input = element("input", { id: "page", type: "number", min: "1", max: String(data.pages.length), value: "1", "aria-label": word("page") });
  input.addEventListener("change", () => scrollToPlace({ p: Number(input.value), b: [0, 0, 0, 0] }, false));
  const zoom = (label, change, name) => {
    const button = element("button", { type: "button", "aria-label": name ?? label, title: name }, label);
    button.addEventListener("click", () => setZoom(change(Number(pagesPane.dataset.zoom ?? 1))));
    return button;
  };
  bar.replaceChildren(word("page"), input, `/ ${data.pages.length}${language === "zh" ? " 页" : ""}`,
    element("span", { class: "zoom" }, zoom("−", (value) => value / 1.2), zoom("⤢", () => 1, word("fit")), zoom("+", (value) => value * 1.2)));
}

function setZoom(value) {
  const zoom = Math.min(Math.max(value, 0.4), 4);
  const middle = (pagesPane.scrollTop + pagesPane.clientHeight / 2) / pagesPane.scrollHeight;
  pagesPane.dataset.zoom = zoom;
  pagesPane.style.setProperty("--zoom", zoom);
  pagesPane.scrollTop = middle * pagesPane.scrollHeight - pagesPane.clientHeight / 2;
}

function tellPage() {
  const input = byId("page");
  if (!input || document.activeElement === input) return;
  const middle = pagesPane.scrollTop + pagesPane.clientHeight / 3;
  const sheet = [...sheets.values()].findLast((node) => node.offsetTop <= middle);
  if (sheet?.page) input.value = sheet.page.number;
}

/** Builds the left side again for another filter, search or language; what is pinned stays pinned. */
function refresh() {
  const pinned = state.pinned;
  buildFilters();
  buildForms();
  tellPosition();
  const target = pinned?.about ?? pinned;
  if (target?.section.node && shownRow(target)) {
    fill(target.section);
    mark(pinned);
    target.node?.scrollIntoView({ block: "center" });
  } else if (pinned) pin(null);
  for (const sheet of sheets.values()) {
    if (sheet.filled && !sheet.page) { sheet.filled = false; sheet.replaceChildren(); fillSheet(sheet); }
  }
}
