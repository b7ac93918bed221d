/* Text that comes from the document. */

// Controls and direction marks could make a text look like another: they are shown as what they are.
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/;
const CONTROLS = new RegExp(CONTROL.source, "g");

function element(name, properties = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "class") node.className = value;
    else if (key in node && typeof value !== "string") node[key] = value;
    else node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** A text of the document, isolated from its surroundings, with what was searched for marked. */
function text(value, name = "bdi") {
  const node = element(name);
  if (CONTROL.test(value)) {
    let end = 0;
    for (const match of value.matchAll(CONTROLS)) {
      node.append(...marked(value.slice(end, match.index)));
      const code = match[0].codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
      node.append(element("span", { class: "control" }, `U+${code}`));
      end = match.index + match[0].length;
    }
    node.append(...marked(value.slice(end)));
  } else node.append(...marked(value));
  return node;
}

function marked(value) {
  const query = state.query;
  if (!query) return [value];
  const parts = [];
  const lower = value.toLowerCase();
  if (lower.length !== value.length) return [value];
  let end = 0;
  for (let at = lower.indexOf(query); at >= 0; at = lower.indexOf(query, end)) {
    parts.push(value.slice(end, at), element("mark", {}, value.slice(at, at + query.length)));
    end = at + query.length;
  }
  return [...parts, value.slice(end)];
}
