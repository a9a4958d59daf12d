"use strict";
// tables that can be sorted and filtered, code that can be copied; without it the page is whole, only still
const words = (name, values = {}) => {
  const found = document.getElementById("page-words");
  const said = found ? JSON.parse(found.textContent)[name] || name : name;
  return said.replace(/\{(\w+)\}/g, (_, key) => values[key]);
};
const signs = { decimal: document.body.dataset.decimal || ".", group: document.body.dataset.group || "," };
const valueOf = (cell) => {
  const given = cell.dataset.value;
  if (given !== undefined) return given === "" ? -Infinity : Number(given);
  const text = cell.textContent.trim();
  if (!cell.classList.contains("number")) return text.toLowerCase();
  const plain = text.split(signs.group).join("").replace(signs.decimal, ".").replace(/[^0-9.eE-]/g, "");
  return plain === "" || Number.isNaN(Number(plain)) ? -Infinity : Number(plain);
};
const sortBy = (table, column, descending) => {
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row, place) => [valueOf(row.cells[column]), place, row]);
  rows.sort(([one, first], [other, second]) => (one < other ? -1 : one > other ? 1 : first - second));
  if (descending) rows.reverse();
  body.append(...rows.map(([, , row]) => row));
};
for (const table of document.querySelectorAll("table.sortable")) {
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const descending = head.getAttribute("aria-sort") === "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      sortBy(table, column, descending);
    });
  });
}
const filters = new Map();
for (const table of document.querySelectorAll("table.filtered")) {
  const bar = document.createElement("div");
  const field = document.createElement("input");
  const shown = document.createElement("output");
  bar.className = "filter";
  field.type = "search";
  field.placeholder = words("Filter");
  field.setAttribute("aria-label", words("Filter"));
  bar.append(field, shown);
  table.closest(".scroll").before(bar);
  const apply = () => {
    const wanted = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of table.tBodies[0].rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !wanted.every((word) => text.includes(word));
      count += row.hidden ? 0 : 1;
    }
    const all = table.tBodies[0].rows.length;
    shown.textContent = wanted.length ? words("{shown} of {all}", { shown: count, all }) : "";
  };
  field.addEventListener("input", apply);
  filters.set(table.id, (text) => {
    field.value = text;
    apply();
  });
}
for (const link of document.querySelectorAll("a[data-filter]")) {
  link.addEventListener("click", () => {
    const table = document.querySelector(link.getAttribute("href") + " table.filtered");
    if (table) filters.get(table.id)(link.dataset.filter);
  });
}
for (const block of document.querySelectorAll("pre.copied")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = words("Copy");
  block.before(button);
  button.addEventListener("click", async () => {
    const text = block.textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    button.textContent = words("Copied");
    setTimeout(() => { button.textContent = words("Copy"); }, 1500);
  });
}
