/* What people do. */

const itemAt = (event) => items[event.target.closest?.("[data-item]")?.dataset.item];

formsPane.addEventListener("pointerover", (event) => hover(itemAt(event) ?? null));
formsPane.addEventListener("pointerleave", () => hover(null));
formsPane.addEventListener("click", (event) => {
  const item = itemAt(event);
  if (!item) return;
  // The head opens and closes by itself.
  if (item.type === "head") pin(item, { expand: false });
  else pin(item === state.pinned ? null : item);
});
pagesPane.addEventListener("click", (event) => {
  const line = event.target.closest(".line.linked");
  const here = line ? itemsOn.get(Number(line.dataset.line)) : null;
  const item = here ? here[(here.indexOf(state.pinned) + 1) % here.length] : itemAt(event);
  if (!item) return;
  if (!shownRow(item)) { state.filter = "all"; byId("search").value = state.query = ""; refresh(); }
  pin(item);
});
pagesPane.addEventListener("scroll", () => requestAnimationFrame(tellPage), { passive: true });
byId("previous").addEventListener("click", () => step(-1));
byId("next").addEventListener("click", () => step(1));
byId("jump").addEventListener("change", (event) => { if (event.target.value) showSection(sections[event.target.value]); event.target.value = ""; });
byId("help").addEventListener("click", () => byId("keys").showModal());
byId("language").addEventListener("click", () => {
  language = language === "zh" ? "en" : "zh";
  remember("language", language);
  buildBars();
  refresh();
});
byId("theme").addEventListener("click", () => {
  const theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  remember("theme", theme);
  setTheme(theme);
  buildBars();
});
let typing = 0;
byId("search").addEventListener("input", (event) => {
  clearTimeout(typing);
  typing = setTimeout(() => { state.query = event.target.value.trim().toLowerCase(); refresh(); }, 120);
});

const KEYS = {
  n: () => step(1), p: () => step(-1), ArrowDown: () => moveRow(1), ArrowUp: () => moveRow(-1), "[": () => moveForm(-1), "]": () => moveForm(1),
  "/": () => byId("search").focus(), "?": () => byId("keys").showModal(),
  Escape: () => { if (state.query) { byId("search").value = state.query = ""; refresh(); } else pin(null); },
};
document.addEventListener("keydown", (event) => {
  const writing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (event.ctrlKey || event.metaKey || event.altKey || byId("keys").open || (writing && event.key !== "Escape")) return;
  if (event.key.startsWith("Arrow") && (pagesPane.contains(event.target) || event.target === byId("splitter"))) return;
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

const splitter = byId("splitter");
function setSplit(percent) {
  const value = Math.min(Math.max(percent, 20), 80);
  splitter.setAttribute("aria-valuenow", Math.round(value));
  byId("panes").style.setProperty("--split", `${value}%`);
}
splitter.addEventListener("pointerdown", (event) => splitter.setPointerCapture(event.pointerId));
splitter.addEventListener("pointermove", (event) => {
  if (splitter.hasPointerCapture(event.pointerId)) setSplit((100 * event.clientX) / document.documentElement.clientWidth);
});
splitter.addEventListener("keydown", (event) => {
  const by = { ArrowLeft: -2, ArrowRight: 2 }[event.key];
  if (by) setSplit(Number(splitter.getAttribute("aria-valuenow")) + by);
});

function setTheme(theme) { document.documentElement.dataset.theme = theme; }
setTheme(remembered("theme") ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));
setSplit(46);
buildBars();
buildSource();
buildForms();
tellPosition();
document.documentElement.dataset.ready = "true";
