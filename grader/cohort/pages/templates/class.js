"use strict";
(() => {
  const table = document.getElementById("learners-table");
  if (!table) return;
  const rows = [...table.tBodies[0].rows];
  const language = document.documentElement.lang;
  const collator = new Intl.Collator(language, { numeric: true, sensitivity: "base" });
  const plain = (text) => text.normalize("NFKC").toLocaleLowerCase(language);
  const texts = new Map(rows.map((row) => [row, plain(row.textContent)]));
  const count = document.getElementById("count");
  const box = document.getElementById("search");
  const headers = [...table.tHead.rows[0].cells].filter((cell) => cell.dataset.sort);

  function search() {
    const words = plain(box.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      row.hidden = !words.every((word) => texts.get(row).includes(word));
      shown += row.hidden ? 0 : 1;
    }
    const told = words.length ? count.dataset.some.replace("{shown}", shown) : count.dataset.all;
    if (count.textContent !== told) count.textContent = told;
  }

  function valueOf(row, column) {
    const cell = row.cells[column];
    return cell.dataset.value === undefined ? cell.textContent.trim() : cell.dataset.value;
  }

  function sort(header) {
    const column = header.cellIndex;
    const before = header.getAttribute("aria-sort");
    const first = header.dataset.first || "ascending";
    const other = first === "ascending" ? "descending" : "ascending";
    const direction = before === first ? other : first;
    const sign = direction === "ascending" ? 1 : -1;
    const numeric = header.dataset.sort === "number";
    const keyed = rows.map((row) => [valueOf(row, column), row]);
    // Who has no value stands last, whatever the direction.
    keyed.sort(([one], [two]) => {
      if (one === "" || two === "") return (one === "") - (two === "");
      return sign * (numeric ? Number(one) - Number(two) : collator.compare(one, two));
    });
    rows.splice(0, rows.length, ...keyed.map(([, row]) => row));
    table.tBodies[0].append(...rows);
    for (const cell of headers) cell.setAttribute("aria-sort", cell === header ? direction : "none");
  }

  for (const header of headers) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    header.append(button);
    header.setAttribute("aria-sort", header.dataset.sorted || "none");
    button.addEventListener("click", () => sort(header));
  }
  box.addEventListener("input", search);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      box.value = "";
      search();
    }
  });
  document.getElementById("finder").hidden = false;
  search();
})();
