// @ts-check
// Puts the panes together: what is chosen or hovered in one is marked in the others.
"use strict";

/** @type {Doc} */
let doc;
/** What is chosen stays marked when nothing is hovered. @type {{ nodes: number[], places: Place[] }} */
let marked = { nodes: [], places: [] };

const documents = /** @type {HTMLSelectElement} */ (byId("document"));
const search = /** @type {HTMLInputElement} */ (byId("search"));
const problems = /** @type {HTMLInputElement} */ (byId("problems"));
const tree = new Tree(chooseNode, hoverNode);
const grid = new Grid(chooseCell, hoverCell);
const detail = new Detail(
  (node) => {
    chooseNode(node);
    tree.reveal(node);
  },
  (row, cell) => chooseCell(row, cell),
);

/** @param {{ nodes: number[], places: Place[] }} what */
function mark({ nodes, places }) {
  tree.link(nodes);
  grid.link(places);
}

/** @param {number} node @returns {Place[]} */
function cellsOf(node) {
  return doc.cellsOf.get(node) ?? [];
}

/** @param {number} node */
function chooseNode(node) {
  const places = cellsOf(node);
  marked = { nodes: [], places };
  tree.chosen = node;
  const here = places.find((place) => doc.raw.rows[place.row].t === grid.table && place.cell.k >= 0);
  const first = here ?? places.find((place) => place.cell.k >= 0);
  const rows = doc.rowsAt.get(node) ?? [];
  if (first) grid.reveal(first.row, first.cell.k);
  else if (rows.length > 0) grid.reveal(rows[0], 0);
  mark(marked);
  tree.draw();
  detail.node(doc, node);
}

/** @param {number} row @param {Cell | null} cell */
function chooseCell(row, cell) {
  const nodes = cell?.n ?? [doc.raw.rows[row].n];
  marked = { nodes, places: cell ? [{ row, cell }] : [] };
  grid.reveal(row, cell && cell.k >= 0 ? cell.k : grid.chosen.column);
  tree.chosen = NONE;
  if (nodes.length > 0) tree.reveal(nodes[0]);
  mark(marked);
  if (cell) detail.cell(doc, row, cell);
  else detail.gone(doc, row);
}

/** @param {number | null} node */
function hoverNode(node) {
  mark(node === null ? marked : { nodes: [node], places: cellsOf(node) });
}

/** @param {Cell | null} cell */
function hoverCell(cell) {
  if (cell) tree.link(cell.n ?? []);
  else mark(marked);
}

/** Search and "only problems", in both panes. */
function filter() {
  const wanted = search.value.trim().toLowerCase();
  const has = (/** @type {string | null} */ text) => text !== null && text.toLowerCase().includes(wanted);
  const isProblem = (/** @type {number} */ node) => !problems.checked || doc.isProblem(node);
  const isFound = (/** @type {number} */ node) => wanted === "" || has(doc.name(node)) || has(doc.value(node));
  const isAll = wanted === "" && !problems.checked;
  let count = 0;
  tree.filter(
    isAll
      ? null
      : (node) => {
          const found = isProblem(node) && isFound(node);
          if (found) count++;
          return found;
        },
  );
  grid.filter(
    isAll
      ? null
      : (row) => (!problems.checked || doc.hasProblem(row)) && (wanted === "" || has(row.w ?? null) || row.c.some((cell) => has(doc.text(cell.v)))),
  );
  byId("found").textContent = isAll ? "" : counted(count, "node");
}

/** @param {number} at */
function show(at) {
  doc = new Doc(parsed(`document-${at}`));
  documents.selectedIndex = at;
  /** @type {HTMLButtonElement} */ (byId("previous")).disabled = at === 0;
  /** @type {HTMLButtonElement} */ (byId("next")).disabled = at + 1 >= head.documents.length;
  const { failure, skipped, row_counts: counts, more_not_made: more, key } = doc.raw;
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const tables = counts.filter((count) => count > 0).length;
  const verdict = byId("verdict");
  verdict.className = failure ? "bad" : "";
  const parts = failure
    ? [`failed: ${failure}`]
    : skipped
      ? [`skipped: ${skipped}`]
      : [`${counted(rows, "row")} in ${counted(tables, "table")}`, key === null ? "" : `key ${key}`];
  if (more > 0) parts.push(`${counted(more, "row")} that are not made are not told of`);
  if (head.left_out > 0) parts.push(`${counted(head.left_out, "document")} left out: the page would be too large`);
  verdict.textContent = parts.filter((part) => part !== "").join(" · ");
  legend();
  marked = { nodes: [], places: [] };
  tree.show(doc);
  grid.show(doc);
  detail.empty(doc);
  if (search.value !== "" || problems.checked) filter();
}

function legend() {
  const counts = new Map(Object.keys(FATES).map((fate) => [fate, 0]));
  for (const fate of doc.raw.nodes.fate) if (fate !== "-") counts.set(fate, (counts.get(fate) ?? 0) + 1);
  const items = Object.entries(FATES).map(([letter, { sign, word, about }]) =>
    make("li", { title: about }, make("span", { class: `mark ${letter}`, "aria-hidden": "true" }, sign), ` ${word} ${(counts.get(letter) ?? 0).toLocaleString("en")}`),
  );
  byId("legend").replaceChildren(...items);
}

function start() {
  const title = `${head.contract.name}: document and rows`;
  document.title = `${title} · xmlshred explore`;
  byId("title").textContent = title;
  documents.append(...head.documents.map((name) => make("option", {}, name)));
  documents.addEventListener("change", () => show(documents.selectedIndex));
  byId("previous").addEventListener("click", () => show(documents.selectedIndex - 1));
  byId("next").addEventListener("click", () => show(documents.selectedIndex + 1));
  problems.addEventListener("change", filter);
  let pending = 0;
  search.addEventListener("input", () => {
    clearTimeout(pending);
    pending = setTimeout(filter, 120);
  });
  if (head.documents.length > 0) show(0);
  else byId("verdict").textContent = "No document was read.";
}

start();
