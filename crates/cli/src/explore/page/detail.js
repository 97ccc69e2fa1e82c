// @ts-check
// What is known of a node, a cell or a row that is not there.
"use strict";

/** Longer values are cut, in this place too. */
const MAX_SHOWN = 20_000;
const MAX_LISTED = 100;

class Detail {
  /** @param {(node: number) => void} toNode @param {(row: number, cell: Cell | null) => void} toCell */
  constructor(toNode, toCell) {
    this.box = byId("detail");
    this.toNode = toNode;
    this.toCell = toCell;
    this.lines = head.contract.text.split(/\r?\n/);
  }

  /** @param {Doc} doc @param {(HTMLElement | null)[]} parts */
  fill(doc, parts) {
    this.box.replaceChildren(...parts.filter((part) => part !== null));
    this.box.scrollTop = 0;
  }

  /** Before anything is chosen. @param {Doc} doc */
  empty(doc) {
    this.fill(doc, [make("p", { class: "faint" }, "Choose a node to see its cells, or a cell to see where its value comes from.")]);
  }

  /** @param {[string, Node | string | null][]} facts */
  facts(facts) {
    const list = make("dl");
    for (const [name, fact] of facts) if (fact !== null) list.append(make("dt", {}, name), make("dd", {}, fact));
    return list;
  }

  /** @param {string | null} value */
  value(value) {
    if (value === null) return make("span", { class: "faint" }, "null");
    const rest = value.length - MAX_SHOWN;
    return make("span", { class: "text" }, value.slice(0, MAX_SHOWN), rest > 0 ? `… and ${counted(rest, "more character")}` : null);
  }

  /** @param {Doc} doc @param {number} node */
  nodeLink(doc, node) {
    const click = () => this.toNode(node);
    const value = doc.value(node);
    const shown = value === null ? "" : ` “${shortened(value, 80)}”`;
    return make("li", {}, make("button", { type: "button", class: "link", click }, doc.path(node)), ` at ${doc.place(node)}${shown}`);
  }

  /** @param {Doc} doc @param {Place} place */
  cellLink(doc, { row, cell }) {
    const { t, r } = doc.raw.rows[row];
    const name = cell.k >= 0 ? head.tables[t].columns[cell.k].name : `let ${head.tables[t].lets[-1 - cell.k].name}`;
    const which = r === undefined ? "of a row that is not made" : `row ${r}`;
    const click = () => this.toCell(row, cell);
    const value = doc.text(cell.v);
    return make(
      "li",
      {},
      make("button", { type: "button", class: "link", click }, `${head.tables[t].name}.${name}`),
      ` ${which}: ${value === null ? "null" : `“${shortened(value, 80)}”`}`,
    );
  }

  /** @param {string} title @param {HTMLElement[]} items @param {number} [more] */
  list(title, items, more = 0) {
    const rest = items.length - MAX_LISTED + more;
    const listed = items.slice(0, MAX_LISTED);
    if (rest > 0 && items.length + more > MAX_LISTED) listed.push(make("li", { class: "faint" }, `and ${rest} more`));
    else if (more > 0) listed.push(make("li", { class: "faint" }, `and ${more} more`));
    return items.length + more === 0 ? null : make("div", {}, make("h3", {}, title), make("ul", {}, ...listed));
  }

  /** @param {Doc} doc @param {number} node */
  node(doc, node) {
    const { kind, fate: fates, path, parent } = doc.raw.nodes;
    const fate = FATES[fates[node]];
    const values = doc.values[node];
    const cells = doc.cellsOf.get(node) ?? [];
    const rows = doc.rowsAt.get(node) ?? [];
    /** @type {Place[]} */
    const around = [];
    for (let at = parent[node]; at !== NONE && cells.length === 0 && fates[node] === "r"; at = parent[at]) {
      around.push(...(doc.cellsOf.get(at) ?? []).slice(0, MAX_LISTED));
    }
    const state = fate ? make("span", {}, make("span", { class: `mark ${fates[node]}` }, fate.sign), ` ${fate.word}: ${fate.about}`) : null;
    const within = kind[node] === "e" && values > 0 ? `${doc.read[node]} of ${values} values read` : null;
    const value = doc.value(node);
    const offer = head.offers.find((known) => known.path === path[node]);
    this.fill(doc, [
      this.facts([
        [kind[node] === "e" ? "element" : kind[node] === "a" ? "attribute" : "text", make("span", { class: "text" }, doc.path(node))],
        ["at", `line ${doc.raw.nodes.line[node]}, column ${doc.raw.nodes.column[node]}`],
        ["value", value === null ? null : this.value(value)],
        ["", value === MASK && doc.raw.nodes.value[node] === MASKED ? "masked: a sensitive column has a path here" : null],
        ["state", state],
        ["within", within],
      ]),
      this.list("Cells that have it", cells.map((place) => this.cellLink(doc, place))),
      this.list("lets of the document that have it", this.documentLets(doc, node)),
      this.list("As part of what is around it", around.map((place) => this.cellLink(doc, place))),
      this.list("Rows that begin here", rows.map((row) => this.rowLink(doc, row))),
      fates[node] === "u" ? this.offer(offer) : null,
    ]);
  }

  /** @param {Doc} doc @param {number} node */
  documentLets(doc, node) {
    const having = doc.raw.lets.filter((cell) => cell.n?.includes(node));
    return having.map((cell) => {
      const value = doc.text(cell.v);
      return make("li", {}, `${head.lets[-1 - cell.k].name}: ${value === null ? "null" : `“${shortened(value, 80)}”`}`);
    });
  }

  /** @param {Doc} doc @param {number} at */
  rowLink(doc, at) {
    const row = doc.raw.rows[at];
    const click = () => this.toCell(at, row.c.find((cell) => cell.k >= 0) ?? null);
    const name = `${head.tables[row.t].name} ${row.r === undefined ? "not made" : `row ${row.r}`}`;
    return make("li", {}, make("button", { type: "button", class: "link", click }, name), row.w ? `: ${row.w}` : null);
  }

  /** What to paste into the contract. @param {Offer | undefined} offer */
  offer(offer) {
    const title = make("h3", {}, "To read it");
    if (!offer) {
      return make("div", {}, title, make("p", {}, "No column can be offered: no row with one template lies around it, or its name is not known."));
    }
    const { name } = head.tables[offer.table];
    const what = offer.kind === "column" ? `a column of ${name}` : `a table of its own: it may stand several times in a row of ${name}`;
    const where = offer.after === null ? "" : `, to be pasted behind line ${offer.after} of ${head.contract.file}`;
    const said = make("span", { role: "status" });
    const copy = async () => {
      said.textContent = (await copied(offer.text)) ? " copied" : " select the text and copy it";
    };
    const uses = offer.namespaces.map(([prefix, uri]) => `${prefix}: "${uri}"`).join(", ");
    return make(
      "div",
      { id: "offer" },
      title,
      make("p", {}, `${what}${where}.`),
      make("pre", { tabindex: 0 }, offer.text),
      uses === "" ? null : make("p", {}, `Its path needs document.namespaces: { ${uses} }`),
      make("button", { type: "button", id: "copy", click: copy }, "Copy"),
      said,
    );
  }

  /** The lines of the contract that say this. @param {number | null} line */
  contract(line) {
    if (line === null) return null;
    const indent = (/** @type {string} */ text) => text.length - text.trimStart().length;
    const shown = [this.lines[line - 1]];
    while (shown.length < 12) {
      const next = this.lines[line - 1 + shown.length];
      if (next === undefined || next.trim() === "" || indent(next) <= indent(shown[0])) break;
      shown.push(next);
    }
    const numbered = shown.map((text, at) => `${String(line + at).padStart(4)}  ${text}`);
    return make("div", {}, make("h3", {}, `${head.contract.file}, line ${line}`), make("pre", { tabindex: 0 }, numbered.join("\n")));
  }

  /** @param {Doc} doc @param {number} at @param {Cell} cell */
  cell(doc, at, cell) {
    const row = doc.raw.rows[at];
    const table = head.tables[row.t];
    const column = cell.k >= 0 ? table.columns[cell.k] : table.lets[-1 - cell.k];
    const steps = (cell.s ?? []).map((step) => make("li", {}, make("span", { class: "text" }, doc.raw.strings[step])));
    const inputs = (cell.i ?? []).map(([name, value]) => make("li", {}, `${name} is `, this.value(doc.text(value))));
    const issues = (cell.x ?? []).map((issue) => make("li", { class: "warn" }, `${issue} (xmlshred help ${issue})`));
    const nodes = (cell.n ?? []).map((node) => this.nodeLink(doc, node));
    const lets = row.c.filter((other) => other.k < 0 && other !== cell);
    const isEmpty = nodes.length === 0 && !cell.m && column.source.startsWith("path ");
    this.fill(doc, [
      this.facts([
        ["column", make("span", { class: "text" }, `${table.name}.${column.name}`)],
        ["row", row.r === undefined ? "not made" : String(row.r)],
        ["type", column.type],
        ["from", make("span", { class: "text" }, column.source)],
        ["value", cell.f === undefined ? this.value(doc.text(cell.v)) : make("span", { class: "bad" }, `failed: ${cell.f}`)],
        ["", cell.v === MASKED ? "masked: the column is sensitive" : null],
      ]),
      nodes.length > 0 || cell.m ? this.list("Read", nodes, cell.m) : null,
      isEmpty ? make("p", { class: "faint" }, "The path matches nothing.") : null,
      this.list("The expression read", inputs),
      steps.length > 0 ? make("div", { id: "steps" }, make("h3", {}, "Steps"), make("ol", {}, ...steps)) : null,
      this.list("Issues", issues),
      this.list("lets of the row", lets.map((other) => this.cellLink(doc, { row: at, cell: other }))),
      this.contract(column.line),
    ]);
  }

  /** A row that is not there. @param {Doc} doc @param {number} at */
  gone(doc, at) {
    const row = doc.raw.rows[at];
    const table = head.tables[row.t];
    this.fill(doc, [
      this.facts([
        ["table", table.name],
        ["row", row.r === undefined ? make("span", { class: "warn" }, "not made") : String(row.r)],
        ["because", row.w === undefined ? null : make("span", { class: "text" }, row.w)],
      ]),
      this.list("Its element", [this.nodeLink(doc, row.n)]),
      row.o === undefined ? null : this.list("Kept instead", [this.nodeLink(doc, row.o)]),
      this.list("As far as it was looked at", row.c.map((cell) => this.cellLink(doc, { row: at, cell }))),
      this.contract(table.line),
    ]);
  }
}
