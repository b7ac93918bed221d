/* Pinning an item, and stepping from one to the next. */

/** Pins an item: its row is marked and told in full, and its place is shown. */
function pin(item, { expand = true, scroll = true, focus = false } = {}) {
  unmark();
  state.pinned = item;
  if (!item) return paint(null, "pinned");
  const target = item.about && item.about.section.rows.includes(item.about) ? item.about : item;
  if (target.section.node) fill(target.section);
  mark(item, expand);
  if (scroll) bringIntoView(target.node);
  if (focus) target.node?.focus({ preventScroll: true });
  showPlace(item.place, true);
  const at = steps().indexOf(item);
  if (at >= 0) state.current = at;
  tellPosition();
  byId("live").textContent = [severity(item) ? word(severity(item)) : "", item.row.name ?? item.row.message ?? item.row.text ?? "", placeName(item.place)].filter(Boolean).join(": ");
}

function mark(item, expand = true) {
  const target = item.about && item.about.section.rows.includes(item.about) ? item.about : item;
  if (!target.node?.isConnected || target.node.getAttribute("aria-current")) return;
  target.node.setAttribute("aria-current", "true");
  target.node.tabIndex = 0;
  const details = target.node.closest("details");
  if (details && expand) details.open = true;
  if (expand && target.type !== "head" && target.type !== "unplaced") target.node.after(more(target));
}

/** A row with what is told of it; where both do not fit, the row. */
function bringIntoView(node) {
  const told = node?.nextElementSibling;
  if (told?.classList.contains("more")) told.scrollIntoView({ block: "nearest" });
  node?.scrollIntoView({ block: "nearest" });
}

function unmark() {
  for (const node of formsPane.querySelectorAll("[aria-current]")) {
    node.removeAttribute("aria-current");
    if (node.tagName === "BUTTON") node.tabIndex = -1;
  }
  for (const node of formsPane.querySelectorAll(".more")) node.remove();
}

function step(by) {
  const all = steps();
  if (!all.length) return;
  const known = all.indexOf(state.pinned);
  // From a row that is not marked, the next marked one is meant.
  const from = known >= 0 ? known : state.pinned ? nearest(all, by) : by > 0 ? -1 : all.length;
  const at = Math.min(Math.max(from + by, 0), all.length - 1);
  state.current = at;
  pin(all[at], { focus: true });
}

function nearest(all, by) {
  const position = inOrder.indexOf(state.pinned);
  const after = all.findIndex((item) => inOrder.indexOf(item) > position);
  const next = after < 0 ? all.length : after;
  return by > 0 ? next - 1 : next;
}

function tellPosition() {
  const all = steps();
  const at = all.indexOf(state.pinned);
  byId("position").textContent = all.length ? `${at >= 0 ? at + 1 : "–"} ${word("of")} ${all.length}` : word("none");
  byId("previous").disabled = !all.length || at === 0;
  byId("next").disabled = !all.length || at === all.length - 1;
}

/** The next row of the left side, whether it is marked or not. */
function moveRow(by) {
  const rows = [documentSection, ...sections].filter((section) => section.node).flatMap((section) => [...section.notes, ...section.rows]);
  const at = rows.indexOf(state.pinned?.about ?? state.pinned);
  const next = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by];
  if (next) pin(next, { focus: true });
}

function moveForm(by) {
  const shown = sections.filter((section) => section.node);
  const at = shown.indexOf(state.pinned?.section ?? state.section);
  const next = shown[Math.min(Math.max(at + by, 0), shown.length - 1)];
  if (next) showSection(next);
}

function showSection(section) {
  pin(null);
  state.section = section;
  if (!section.node) { state.filter = "all"; byId("search").value = state.query = ""; refresh(); }
  fill(section);
  section.node.scrollIntoView({ block: "start" });
  showPlace(section.form.place, true);
  byId("live").textContent = section.form.name;
}
