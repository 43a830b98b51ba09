"use strict";
(() => {
  const SHOWN = 30;

  // Tables: a click on a heading sorts by it, numbers falling first; a second click turns it round.
  function sortBy(header) {
    const table = header.closest("table"), body = table.tBodies[0];
    const column = header.cellIndex, numeric = header.classList.contains("number");
    const first = numeric ? "descending" : "ascending";
    const other = numeric ? "ascending" : "descending";
    const order = header.getAttribute("aria-sort") === first ? other : first;
    for (const th of header.parentNode.cells) th.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", order);
    const key = (row) => {
      const cell = row.cells[column];
      return numeric ? (cell.dataset.sort === "" ? NaN : Number(cell.dataset.sort)) : cell.textContent.trim();
    };
    const sign = order === "ascending" ? 1 : -1;
    const compare = (a, b) => {
      const x = key(a), y = key(b);
      if (!numeric) return sign * x.localeCompare(y);
      if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y);
      return sign * (x - y);
    };
    body.append(...Array.from(body.rows).sort(compare));
  }
  for (const button of document.querySelectorAll("th button"))
    button.addEventListener("click", () => sortBy(button.closest("th")));

  // Search: terms that are the query first, then those that begin with it, then those that hold it.
  const box = document.getElementById("query");
  if (!box) return;
  const fold = (text) => text.normalize("NFKC").toLowerCase();
  const clusters = JSON.parse(document.getElementById("clusters").textContent);
  for (const cluster of clusters) cluster.keys = cluster.members.map(fold);
  const results = document.getElementById("results"), found = document.getElementById("found");

  function rank(cluster, query) {
    let best = 3;
    for (const key of cluster.keys) {
      if (key === query) return 0;
      if (key.startsWith(query)) best = Math.min(best, 1);
      else if (key.includes(query)) best = Math.min(best, 2);
    }
    return best;
  }
  function element(name, text, className) {
    const made = document.createElement(name);
    made.textContent = text;
    if (className) made.className = className;
    return made;
  }
  function names(parent, terms) {
    terms.forEach((term, place) => parent.append(place ? ", " : "", element("bdi", term)));
  }
  function card(cluster) {
    const item = document.createElement("li");
    const head = document.createElement("strong");
    head.append(element("bdi", cluster.name));
    item.append(head, " ", element("small", `cohesion ${cluster.cohesion.toFixed(2)}`), document.createElement("br"));
    names(item, cluster.members);
    if (cluster.opposites.length) {
      const line = element("div", "opposite: ", "opposite");
      names(line, cluster.opposites);
      item.append(line);
    }
    return item;
  }
  function search() {
    const query = fold(box.value.trim());
    if (!query) {
      results.replaceChildren();
      found.textContent = "";
      return;
    }
    const ranked = clusters.map((cluster) => [rank(cluster, query), cluster]).filter(([place]) => place < 3);
    ranked.sort((a, b) => a[0] - b[0]);
    found.textContent = ranked.length
      ? `${ranked.length} of these clusters hold it` + (ranked.length > SHOWN ? `; the first ${SHOWN}:` : "")
      : "None of these clusters holds it.";
    results.replaceChildren(...ranked.slice(0, SHOWN).map(([, cluster]) => card(cluster)));
  }
  box.addEventListener("input", search);
  search();
})();
