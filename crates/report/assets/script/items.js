/* What there is to look at: rows of forms, findings, unplaced texts. */

// An item is a row of a form, a finding, or an unplaced text: all that has a place and can be pinned.
const items = [];
const sections = data.forms.map((form, index) => ({ form, index, items: [], findings: [] }));
// Remarks of severity info are worth knowing, and nothing to look after.
const remarks = [];
const documentSection = { form: null, index: -1, items: [], findings: [], unplaced: [] };

for (const section of sections) {
  for (const row of section.form.rows) section.items.push(addItem({ type: row.kind, row, section, place: row.place, findings: [] }));
  if (section.form.repairs?.length) {
    section.headItem = addItem({ type: "head", row: section.form, section, place: section.form.place, findings: [] });
  }
}
for (const finding of data.findings) {
  const section = sections[finding.form] ?? documentSection;
  const row = section.items[finding.row];
  const type = finding.severity === "info" ? "remark" : "finding";
  const item = addItem({ type, row: finding, section, place: finding.place ?? row?.place, about: row });
  if (type === "remark") remarks.push(item);
  else (row ?? section).findings.push(item);
}
for (const unplaced of data.unplaced) {
  documentSection.unplaced.push(addItem({ type: "unplaced", row: unplaced, section: documentSection, place: unplaced.place }));
}

function addItem(item) {
  item.index = items.push(item) - 1;
  item.words = haystack(item);
  return item;
}

function haystack({ type, row, section }) {
  const form = section.form;
  const own = [row.name, row.value, row.message, row.code, row.text, row.id, row.level1, row.level2, row.meaning];
  const more = (row.more ?? []).map(([, value]) => value);
  const names = type === "head" ? [] : [form?.name, form?.unit];
  return [...own, ...more, ...names].filter(Boolean).join("\n").toLowerCase();
}

const FILTERS = {
  all: (item) => isMarked(item),
  repaired: (item) => item.row.status === "repaired" || item.type === "head",
  uncertain: (item) => item.row.status === "uncertain",
  finding: (item) => item.type === "finding",
  unplaced: (item) => item.type === "unplaced",
};
const isMarked = (item) => item.type === "finding" || item.type === "unplaced" || item.type === "head"
  || item.row.status === "repaired" || item.row.status === "uncertain";
const severity = (item) => (item.type === "finding" ? item.row.severity : item.row.status);

// In the order of the left side: the document first, then form by form; findings before the rows of their form.
const inOrder = [documentSection, ...sections].flatMap((section) => [
  ...section.findings, ...(section.unplaced ?? []), ...(section.headItem ? [section.headItem] : []),
  ...section.items.flatMap((item) => [...item.findings, item]),
]);
const marks = inOrder.filter(isMarked);

const state = { query: "", filter: "all", pinned: null, hovered: null, current: -1 };

const found = (item) => !state.query || item.words.includes(state.query);
const shownRow = (item) => found(item) && (state.filter === "all" || FILTERS[state.filter](item)
  || item.findings?.some((finding) => FILTERS[state.filter](finding)));
const steps = () => marks.filter((item) => FILTERS[state.filter](item) && found(item));
