/* The left side: forms. */

const formsPane = byId("forms");

function buildForms() {
  formsPane.replaceChildren();
  const counts = { forms: 0 };
  for (const section of [documentSection, ...sections]) {
    section.rows = section.items.filter(shownRow);
    section.notes = [...section.findings, ...(section.unplaced ?? [])].filter(shownRow);
    section.head = section.headItem && shownRow(section.headItem);
    const always = state.filter === "all" && !state.query;
    section.node = null;
    if (!always && !section.rows.length && !section.notes.length && !section.head) continue;
    counts.forms += 1;
    section.node = buildSection(section);
    formsPane.append(section.node);
    watch.observe(section.node);
  }
  if (!counts.forms) formsPane.append(element("p", { class: "empty" }, word("no_match")));
}

function buildSection(section) {
  const header = element("header", {}, ...(section.form ? formHeader(section) : documentHeader()));
  header.addEventListener("click", () => showPlace(section.form?.place, true));
  const body = element("div", { class: "body" });
  // A body is filled when it comes near: until then it is about as high as it will be.
  body.style.minHeight = `${60 + 34 * (section.rows.length + section.notes.length)}px`;
  const node = element("article", { class: "card" }, header, body);
  node.section = section;
  return node;
}

function formHeader({ form, items: rows, findings }) {
  const count = (status) => rows.filter((item) => item.row.status === status).length;
  const found = findings.length + rows.reduce((sum, item) => sum + item.findings.length, 0);
  const badge = (name, number) => number ? element("span", { title: word(name) }, element("i", { class: `dot ${name}` }), String(number)) : null;
  return [
    element("span", { class: "number" }, String(form.ordinal).padStart(2, "0")),
    element("h2", {}, text(form.name, "span"), element("small", {}, text(form.unit || word(form.kind), "span"))),
    element("span", { class: "badges" }, badge("repaired", count("repaired")), badge("uncertain", count("uncertain")), badge("finding", found)),
  ];
}

function documentHeader() {
  const { forms, indicators } = data.document;
  const summary = `${forms} ${word("forms")} · ${indicators} ${word("indicators")}`;
  return [element("h2", {}, word("document"), element("small", {}, summary))];
}

const watch = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) if (isIntersecting) fill(target.section);
}, { root: formsPane, rootMargin: "1200px 0px" });

function fill(section) {
  const body = section.node?.lastChild;
  if (!body || body.filled) return;
  body.filled = true;
  watch.unobserve(section.node);
  body.append(...section.notes.map(note));
  if (!section.form) body.append(...documentBody());
  else body.append(...formBody(section));
  body.style.minHeight = "";
  if (state.pinned) mark(state.pinned);
}

function documentBody() {
  if (state.query || state.filter !== "all") return [];
  const { message } = data.document;
  const entries = data.contents.map(({ text: entry, page, form }) => {
    const target = sections[form];
    const name = target ? element("a", { href: "#" }, text(entry)) : text(entry);
    if (target) name.addEventListener("click", (event) => { event.preventDefault(); showSection(target); });
    return [element("dt", {}, page ? String(page) : ""), element("dd", {}, name)];
  });
  const contents = entries.length
    ? element("details", {}, element("summary", {}, `${word("contents")} (${entries.length})`), element("dl", {}, ...entries.flat())) : null;
  const told = remarks.length
    ? element("details", {}, element("summary", {}, `${word("remarks")} (${remarks.length})`), ...remarks.map(note)) : null;
  return [message ? element("p", { class: "level" }, text(message)) : null, contents, told].filter(Boolean);
}

function formBody({ form, rows, head, headItem }) {
  const nodes = [];
  const everything = !state.query && state.filter === "all";
  if (everything || head) nodes.push(headDetails(form, headItem));
  const groups = [
    ["amounts", rows.filter((item) => item.type === "amount")],
    ["overall", rows.filter((item) => item.row.scope === "overall")],
    ["annual", rows.filter((item) => item.row.scope === "annual")],
    ["neither", rows.filter((item) => item.type === "indicator" && !item.row.scope)],
    ["tasks", rows.filter((item) => item.type === "task")],
    ["staffing", rows.filter((item) => item.type === "staffing")],
  ];
  for (const [name, members] of groups.filter(([, members]) => members.length)) {
    nodes.push(element("h3", {}, word(name), " ", element("small", {}, String(members.length))));
    let level = null;
    for (const item of members) {
      const { level1, level2 } = item.row;
      const here = [level1, level2].filter(Boolean).join(" › ");
      if (here !== level && item.type === "indicator") nodes.push(element("p", { class: "level" }, text(here)));
      level = here;
      nodes.push(row(item));
    }
  }
  return nodes;
}

/** The cells of a form's head; opened where they were repaired and that is what is looked for. */
function headDetails(form, item) {
  const summary = element("summary", {}, word("head"));
  const fields = form.fields.flatMap(([label, value]) => [text(label, "dt"), text(value, "dd")]);
  const node = element("details", { class: "head" }, summary, element("dl", {}, ...fields));
  if (item) {
    summary.append(" ", element("span", { class: "tag repaired" }, word("repaired")));
    node.append(element("ul", { class: "repairs" }, ...form.repairs.map(repair)));
    bind(summary, item);
  }
  return node;
}

function row(item) {
  const { row: r } = item;
  const tags = [];
  if (r.status && r.status !== "as_printed") tags.push(element("span", { class: `tag ${r.status}` }, word(r.status)));
  for (const { row: finding } of item.findings) {
    tags.push(element("span", { class: `tag ${finding.severity}`, title: finding.message }, finding.code));
  }
  const value = r.value ? text(r.value) : element("span", { class: "missing" }, r.kind === "indicator" ? word("missing") : "—");
  const name = element("span", { class: "name" }, text(r.name ?? "—"), ...tags.flatMap((tag) => [" ", tag]));
  const node = element("button", { type: "button", tabindex: "-1", class: `row ${r.kind} ${r.status ?? ""}` },
    name, element("span", { class: "value" }, value), element("span", { class: "meaning" }, text(r.meaning ?? "")));
  return bind(node, item);
}

function note(item) {
  const { row: r } = item;
  const kind = item.type === "unplaced" ? "unplaced" : r.severity;
  const node = element("button", { type: "button", tabindex: "-1", class: "note" },
    element("span", { class: `tag ${kind}`, title: r.code }, r.code ?? word("unplaced")), text(r.message ?? r.text, "span"));
  return bind(node, item);
}

function bind(node, item) {
  item.node = node;
  node.dataset.item = item.index;
  return node;
}

/** What is told of a row when it is pinned. */
function more(item) {
  const { row: r } = item;
  const box = element("div", { class: "more" });
  const line = (label, ...nodes) => box.append(element("p", {}, element("span", { class: "label" }, label), " ", ...nodes));
  for (const { row: finding } of item.findings ?? []) {
    box.append(element("p", {}, element("span", { class: `tag ${finding.severity}` }, finding.code), " ", text(finding.message)));
  }
  if (r.repairs?.length) box.append(element("ul", { class: "repairs" }, ...r.repairs.map(repair)));
  if (r.suggested) line(word("suggested"), text(r.suggested, "ins"));
  for (const [label, value] of r.more ?? []) line(label, text(value));
  if (r.parsed) line(word("parsed"), ...Object.entries(r.parsed).flatMap(([key, value]) => [parsedField(key, value), " "]));
  if (placeName(item.place)) line(word("place"), placeName(item.place));
  if (r.id) line(word("id"), element("code", {}, r.id));
  return box;
}

function parsedField(key, value) {
  const shown = typeof value === "string" ? value : JSON.stringify(value);
  return element("span", { class: "field" }, element("i", {}, key), text(shown));
}

function repair({ kind, field, from, to, evidence }) {
  const shown = (value) => value == null ? element("span", { class: "missing" }, word("nothing")) : text(value);
  return element("li", {}, element("code", {}, `${kind} · ${field}`), element("br"),
    `${word("from")}: `, element("del", {}, shown(from)), " → ", `${word("to")}: `, element("ins", {}, shown(to)), element("br"),
    `${word("evidence")}: `, text(evidence));
}

function placeName(place) {
  if (!place) return "";
  const page = place.p ? (language === "zh" ? `第 ${place.p} 页` : `page ${place.p}`) : "";
  const line = place.l ? (language === "zh" ? `第 ${place.l} 行` : `line ${place.l}`) : "";
  return [page, line].filter(Boolean).join(", ");
}
