"use strict";
// Terms come from the user's lexicon and may hold anything: they enter the page as text, never as HTML.
(() => {
  const byId = (id) => document.getElementById(id);
  const box = byId("query"), list = byId("suggestions");
  const WIDTH = 640, HEIGHT = 560, MOST = 10, FEW = 8;
  const SENSES = 5, RARE = 0.02; // senses shown at once, and the least share of one of them

  async function ask(address, parameters = {}) {
    const answer = await fetch(`${address}?${new URLSearchParams(parameters)}`);
    const body = await answer.json();
    return answer.ok ? body : { fault: body };
  }
  function element(name, className = "", text = "") {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  }
  const plain = byId("plain");
  try { // a browser may forbid to remember
    plain.checked = localStorage.getItem("plain") === "true";
  } catch { plain.checked = false; }
  plain.addEventListener("change", () => {
    try { localStorage.setItem("plain", String(plain.checked)); } catch { /* for this page alone, then */ }
    start();
  });
  const marked = () => String(!plain.checked);
  let marks = {};
  function mark(term, parent) {
    if (marks[term]) parent.append(element("span", "mark", marks[term]));
  }
  function button(className, text, act) {
    const made = element("button", `plain ${className}`);
    made.type = "button";
    made.append(bdi(text));
    made.addEventListener("click", act);
    return made;
  }
  function bdi(text) { return element("bdi", "", text); }
  const percent = (share) => `${Math.round(100 * share)} %`;

  // ---- suggestions
  let asked = 0, timer = 0, chosen = -1;
  function suggest() {
    clearTimeout(timer);
    const prefix = box.value.trim();
    if (!prefix) return close();
    timer = setTimeout(async () => {
      const number = ++asked;
      const found = await ask("api/suggest", { prefix, n: 10, marked: marked() });
      if (number === asked && !found.fault && document.activeElement === box) open(found.terms);
    }, 60);
  }
  function open(terms) {
    chosen = -1;
    list.replaceChildren(...terms.map((term, place) => {
      const item = element("li");
      item.id = `suggestion-${place}`;
      item.setAttribute("role", "option");
      item.append(bdi(term));
      item.addEventListener("mousedown", (event) => { event.preventDefault(); go(term); });
      return item;
    }));
    list.hidden = !terms.length;
    box.setAttribute("aria-expanded", String(!list.hidden));
    box.removeAttribute("aria-activedescendant");
  }
  function close() { clearTimeout(timer); asked++; open([]); }
  function move(step) {
    const items = list.children;
    if (list.hidden || !items.length) return;
    items[chosen]?.setAttribute("aria-selected", "false");
    chosen = (chosen + step + items.length + (chosen < 0 && step < 0 ? 1 : 0)) % items.length;
    items[chosen].setAttribute("aria-selected", "true");
    items[chosen].scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", items[chosen].id);
  }
  box.addEventListener("input", suggest);
  box.addEventListener("blur", close);
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Escape") close();
  });
  byId("form").addEventListener("submit", (event) => {
    event.preventDefault();
    go(chosen >= 0 && !list.hidden ? list.children[chosen].textContent : box.value);
  });

  // ---- one term
  function go(term) {
    term = term.trim();
    close();
    if (!term) return;
    history.pushState(null, "", `?${new URLSearchParams({ term })}`);
    show(term);
  }
  let shown = 0;
  async function show(term) {
    const number = ++shown;
    box.value = term;
    const found = await ask("api/term", { term, follow: true, marked: marked() });
    if (number !== shown) return;
    byId("why").hidden = true;
    byId("answer").hidden = Boolean(found.fault);
    byId("start").hidden = true;
    byId("message").replaceChildren();
    document.title = `${term} · nymgraph`;
    if (found.fault) return refuse(found.fault);
    if (found.form) byId("message").append(bdi(found.form), ".");
    if (found.instead_of) followed(found);
    card(found);
    const graph = await ask("api/graph", { term: found.term, n: 16, marked: marked() });
    if (number !== shown) return;
    byId("drawing").hidden = Boolean(graph.fault) || graph.nodes.length < 2;
    if (!byId("drawing").hidden) draw(graph);
  }
  function refuse(fault) {
    byId("message").append(`${fault.error}. `, fault.near.length ? "Did you mean " : fault.cure);
    for (const near of fault.near) byId("message").append(button("go", near, () => go(near)));
  }
  function followed(found) {
    byId("message").append(bdi(found.instead_of), " is not in the lexicon; this is ", bdi(found.term), ". ");
    const others = found.near.filter((near) => near !== found.term);
    if (others.length) byId("message").append("Or did you mean ");
    for (const near of others) byId("message").append(button("go", near, () => go(near)));
  }
  function card(found) {
    marks = found.marks;
    byId("term").replaceChildren(bdi(found.term));
    mark(found.term, byId("term"));
    const cluster = found.cluster;
    byId("cluster").replaceChildren();
    if (cluster.id === null) byId("cluster").textContent = "In no cluster.";
    else byId("cluster").append("Cluster of ", bdi(cluster.representative), `: ${cluster.size} terms, cohesion ${cluster.cohesion.toFixed(2)}`);
    byId("lists").replaceChildren();
    terms("Synonyms", "synonyms", found.term, found.synonyms.map((term) => ({ term })));
    terms("In no cluster, but close", "synonyms", found.term, found.alone.map((term) => ({ term })));
    terms("Antonyms", "antonyms", found.term, found.antonyms.filter((x) => x.via === "direct"));
    terms("Opposites by their synonyms", "antonyms", found.term, found.antonyms.filter((x) => x.via === "cluster"));
    terms("Near in meaning", "related", found.term, found.related.map(({ term }) => ({ term })));
    // a sense of no dictionary that is the cluster itself stands above already
    senses(found.senses.filter((x) => x.pos || x.gloss || x.cluster.id !== found.cluster.id), found.term);
  }
  function terms(title, className, from, items) {
    if (!items.length) return;
    const lines = items.map((item) => {
      const line = element("li");
      line.append(button("go", item.term, () => go(item.term)));
      mark(item.term, line);
      if (item.probability !== undefined) line.append(" ", element("small", "", percent(item.probability)));
      line.append(button("why", "why?", () => explain(from, item.term)));
      return line;
    });
    const all = element("ul", `terms ${className}`);
    all.append(...lines.slice(0, MOST));
    byId("lists").append(element("h3", "", title), all);
    const rest = element("ul", `terms ${className}`);
    rest.append(...lines.slice(MOST));
    if (lines.length > MOST) byId("lists").append(folded(`${lines.length - MOST} more`, rest));
  }
  function folded(title, content) {
    const made = element("details");
    made.append(element("summary", "", title), content);
    return made;
  }
  // common senses one under the other, those hardly ever meant behind a line that opens them
  function senses(items, own) {
    if (!items.length) return;
    const common = (item, place) => place < SENSES && (!place || item.share === null || item.share >= RARE);
    const lists = [element("ol", "senses"), element("ol", "senses")];
    let rare = 0;
    for (const [place, item] of items.entries()) {
      const late = rare > 0 || !common(item, place);
      rare += Number(late);
      lists[Number(late)].append(sense(item, own));
    }
    byId("lists").append(element("h3", "", "Senses"), lists[0]);
    lists[1].start = items.length - rare + 1;
    if (rare) byId("lists").append(folded(rare === 1 ? "1 rarer sense" : `${rare} rarer senses`, lists[1]));
  }
  function sense(item, own) {
    const line = element("li");
    const share = item.share === null ? "" : item.share < 0.01 ? "<1 %" : percent(item.share);
    const head = [share, item.pos].filter(Boolean).join(" ");
    if (head) line.append(element("b", "", head), " ");
    if (item.gloss) line.append(bdi(item.gloss));
    if (item.mark) line.append(element("span", "mark", item.mark));
    const told = item.gloss || item.synonyms.length;
    words(line, "same:", "synonyms", told ? item.synonyms : item.cluster.members.filter((member) => member !== own));
    words(line, "near:", "related", item.similar);
    words(line, "opposite:", "antonyms", item.antonyms);
    return line;
  }
  function words(line, title, className, terms) {
    if (!terms.length) return;
    const all = element("span", `words ${className}`);
    all.append(element("small", "", title));
    for (const word of terms.slice(0, FEW)) {
      all.append(" ", button("go", word, () => go(word)));
      mark(word, all);
    }
    if (terms.length > FEW) all.append(" ", element("small", "", "…"));
    line.append(all);
  }
  async function explain(a, b) {
    const found = await ask("api/explain", { a, b });
    if (found.fault) return;
    byId("why-title").textContent = `${found.a} and ${found.b}: ${found.together ? "together" : "apart"}`;
    byId("reasons").replaceChildren(...found.reasons.map((text) => element("li", "", text)));
    byId("evidence").replaceChildren(...found.evidence.flatMap(([name, text]) => [element("dt", "", name), element("dd", "", text)]));
    byId("why").hidden = false;
    byId("why").scrollIntoView({ block: "nearest" });
  }

  // ---- the graph: forces between terms, then labels that overlap are pushed apart
  function draw(graph) {
    const places = layout(graph);
    const svg = byId("graph");
    const make = (name, attributes) => {
      const made = document.createElementNS("http://www.w3.org/2000/svg", name);
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
      return made;
    };
    const title = (text) => { const made = make("title", {}); made.textContent = text; return made; };
    const lines = graph.links.map((link) => {
      const p = places.get(link.a), q = places.get(link.b);
      const line = make("line", { x1: p.x, y1: p.y, x2: q.x, y2: q.y, class: `${link.relation} ${link.evidence}` });
      line.append(title(`${link.a} – ${link.b}: ${link.relation.replace("_", "-")} ${link.probability.toFixed(2)} (${link.evidence})`));
      return line;
    });
    const labels = graph.nodes.map((node) => {
      const { x, y } = places.get(node.term), middle = node.term === graph.term;
      const text = make("text", { x, y, class: [middle && "middle", node.mark && "marked"].filter(Boolean).join(" ") });
      text.textContent = short(node.term);
      text.append(title(node.mark ? `${node.term} (${node.mark})` : node.term));
      if (!middle) reach(text, () => go(node.term));
      return text;
    });
    svg.replaceChildren(...lines, ...labels);
    byId("left-out").textContent = graph.left_out ? `Terms around it that are not shown: ${graph.left_out}.` : "";
  }
  function reach(label, act) {
    label.setAttribute("tabindex", "0");
    label.setAttribute("role", "link");
    label.addEventListener("click", act);
    label.addEventListener("keydown", (event) => { if (event.key === "Enter") act(); });
  }
  const short = (term) => ([...term].length > 24 ? `${[...term].slice(0, 23).join("")}…` : term);

  function layout(graph) {
    const pull = { synonym: 1, antonym: 0.5, co_hyponym: 0.12 };
    const k = Math.min(130, 0.8 * Math.sqrt((WIDTH * HEIGHT) / graph.nodes.length));
    const narrow = matchMedia("(max-width: 40rem)").matches, letter = narrow ? 6.2 : 4.4; // half its width
    const line = narrow ? 30 : 24;
    const nodes = graph.nodes.map((node, place) => {
      const angle = place * 2.39996, radius = node.term === graph.term ? 0 : 60 + 9 * place;
      const wide = 5 + letter * [...short(node.term)].length;
      return { term: node.term, x: radius * Math.cos(angle), y: radius * Math.sin(angle), wide, fixed: node.term === graph.term };
    });
    const at = new Map(nodes.map((node) => [node.term, node]));
    for (let step = 0; step < 250; step++) {
      const heat = 40 * (1 - step / 250);
      for (const node of nodes) { node.dx = -node.x * 0.02; node.dy = -node.y * 0.03; }
      each(nodes, (p, q, dx, dy, far) => shift(p, q, dx, dy, (k * k) / (far * far)));
      for (const link of graph.links) {
        const p = at.get(link.a), q = at.get(link.b), dx = p.x - q.x, dy = p.y - q.y;
        shift(p, q, dx, dy, (-pull[link.relation] * Math.hypot(dx, dy)) / k);
      }
      for (const node of nodes) if (!node.fixed) {
        const size = Math.hypot(node.dx, node.dy) || 1, part = Math.min(size, heat) / size;
        node.x += node.dx * part;
        node.y += node.dy * part;
      }
    }
    fit(nodes);
    for (let step = 0; step < 120; step++) separate(nodes, line);
    return at;
  }
  function each(nodes, act) {
    for (let i = 0; i < nodes.length; i++) for (let j = 0; j < i; j++) {
      const p = nodes[i], q = nodes[j], dx = p.x - q.x || 0.1, dy = p.y - q.y || 0.1;
      act(p, q, dx, dy, Math.hypot(dx, dy));
    }
  }
  function shift(p, q, dx, dy, by) {
    p.dx += dx * by; p.dy += dy * by; q.dx -= dx * by; q.dy -= dy * by;
  }
  function fit(nodes) {
    const far = (axis) => Math.max(1, ...nodes.map((node) => Math.abs(node[axis])));
    const x = Math.min(1.4, (WIDTH / 2 - 75) / far("x")), y = Math.min(1.4, (HEIGHT / 2 - 25) / far("y"));
    for (const node of nodes) { node.x = WIDTH / 2 + node.x * x; node.y = HEIGHT / 2 + node.y * y; }
    for (const node of nodes) inside(node);
  }
  function inside(node) {
    node.x = Math.min(WIDTH - node.wide, Math.max(node.wide, node.x));
    node.y = Math.min(HEIGHT - 14, Math.max(14, node.y));
  }
  function separate(nodes, line) {
    each(nodes, (p, q, dx, dy) => {
      const over = line - Math.abs(dy);
      if (over <= 0 || Math.abs(dx) > p.wide + q.wide) return;
      const by = (Math.sign(dy) || 1) * over / (p.fixed || q.fixed ? 1 : 2);
      if (!p.fixed) p.y += by;
      if (!q.fixed) q.y -= by;
      inside(p); inside(q);
    });
  }

  // ---- start
  function start() {
    const term = new URLSearchParams(location.search).get("term");
    if (term) show(term);
    else { byId("answer").hidden = true; byId("start").hidden = false; byId("message").replaceChildren(); box.value = ""; document.title = "nymgraph"; }
  }
  addEventListener("popstate", start);
  ask("api/about").then((about) => {
    byId("about").textContent = `${about.terms.toLocaleString("en")} terms, ${about.clusters.toLocaleString("en")} clusters, language ${about.language}`;
    if (about.examples.length) byId("query").placeholder = `A term, such as ${about.examples[0]}`;
    byId("examples").replaceChildren(...about.examples.flatMap((term) => [button("go", term, () => go(term)), " "]));
  });
  start();
})();
