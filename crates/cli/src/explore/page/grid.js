// @ts-check
// The rows of one table, those that are not there among them. Only the rows in view are elements.
"use strict";

const HEIGHT = 25;

class Grid {
  /** @param {(row: number, cell: Cell | null) => void} choose @param {(cell: Cell | null) => void} hover */
  constructor(choose, hover) {
    this.box = byId("grid");
    this.chips = byId("chips");
    this.choose = choose;
    /** @type {Doc | null} */
    this.doc = null;
    this.table = 0;
    /** Of columns, in characters. @type {number[]} */
    this.widths = [];
    /** @type {HTMLTableSectionElement | null} */
    this.body = null;
    /** @type {((row: Row) => boolean) | null} */
    this.wanted = null;
    /** Rows that are shown, as indices into the document's. @type {number[]} */
    this.rows = [];
    /** @type {Set<Cell>} */
    this.linked = new Set();
    /** @type {{ row: number, column: number }} */
    this.chosen = { row: NONE, column: 0 };
    this.box.addEventListener("scroll", () => this.draw());
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.box.addEventListener("mouseover", (event) => hover(this.cellOf(event.target)?.cell ?? null));
    this.box.addEventListener("mouseleave", () => hover(null));
    this.box.addEventListener("click", (event) => {
      const found = this.cellOf(event.target);
      if (found) this.choose(found.row, found.cell);
    });
    new ResizeObserver(() => this.draw()).observe(this.box);
  }

  /** @param {Doc} doc */
  show(doc) {
    this.doc = doc;
    this.chosen = { row: NONE, column: 0 };
    this.linked.clear();
    const filled = doc.byTable.findIndex((rows) => rows.length > 0);
    this.table = Math.max(0, filled);
    this.filter(null);
  }

  /** Shows these rows; all of them without. @param {((row: Row) => boolean) | null} wanted */
  filter(wanted) {
    this.wanted = wanted;
    this.drawChips();
    this.open(this.table);
  }

  drawChips() {
    const doc = this.doc;
    if (!doc) return;
    this.chips.replaceChildren(
      ...head.tables.map((table, at) => {
        const rows = doc.byTable[at].map((row) => doc.raw.rows[row]);
        const gone = rows.filter((row) => row.r === undefined).length;
        const name = `${table.name} ${doc.raw.row_counts[at].toLocaleString("en")}`;
        const chip = make(
          "button",
          { type: "button", "data-table": at, "aria-pressed": String(at === this.table), click: () => this.open(at) },
          name,
          gone > 0 ? make("span", { class: "gone" }, ` +${gone} not made`) : null,
        );
        return chip;
      }),
    );
  }

  /** @param {number} table */
  open(table) {
    const doc = this.doc;
    if (!doc || head.tables.length === 0) return;
    const isOther = table !== this.table;
    this.table = table;
    const wanted = this.wanted;
    this.rows = doc.byTable[table].filter((row) => !wanted || wanted(doc.raw.rows[row]));
    for (const chip of this.chips.children) {
      chip.setAttribute("aria-pressed", String(chip.getAttribute("data-table") === String(table)));
    }
    this.widths = this.measure(doc);
    if (isOther) this.box.scrollTop = 0;
    this.build();
    this.draw();
  }

  /** Widths of columns in characters, by their names and first values. @param {Doc} doc */
  measure(doc) {
    const { columns } = head.tables[this.table];
    const widths = columns.map((column) => column.name.length + (column.key ? 4 : 0));
    for (const row of this.rows.slice(0, 200)) {
      for (const cell of doc.raw.rows[row].c) {
        if (cell.k >= 0) widths[cell.k] = Math.max(widths[cell.k], doc.text(cell.v)?.length ?? 4);
      }
    }
    return widths.map((width) => Math.min(Math.max(width, 4), 30) + 4);
  }

  build() {
    const doc = this.doc;
    if (!doc) return;
    const table = head.tables[this.table];
    if (this.rows.length === 0) {
      const is = doc.byTable[this.table].length === 0 ? "gives no row of" : "has no such row of";
      this.box.replaceChildren(make("p", { class: "empty" }, `The document ${is} ${table.name}.`));
      this.body = null;
      return;
    }
    const { widths } = this;
    const total = widths.reduce((sum, width) => sum + width, 7);
    this.body = make("tbody");
    const columns = table.columns.map((column) =>
      make("th", { scope: "col", title: `${column.name}: ${column.type}, ${column.source}` }, column.name, column.key ? make("span", { class: "faint" }, " key") : null),
    );
    const grid = make(
      "table",
      {
        role: "grid",
        "aria-label": `Rows of ${table.name}`,
        "aria-rowcount": this.rows.length + 1,
        "aria-colcount": table.columns.length + 1,
        style: `width:${total}ch`,
      },
      make("colgroup", {}, make("col", { style: "width:7ch" }), ...widths.map((width) => make("col", { style: `width:${width}ch` }))),
      make("thead", {}, make("tr", { "aria-rowindex": 1 }, make("th", { scope: "col" }, "row"), ...columns)),
      this.body,
    );
    const told = doc.byTable[this.table].filter((row) => doc.raw.rows[row].r !== undefined).length;
    const more = doc.raw.row_counts[this.table] - told;
    this.box.replaceChildren(
      grid,
      more > 0 ? make("p", { class: "empty" }, `and ${counted(more, "more row")}: --max-rows N tells of N of each table`) : "",
    );
  }

  draw() {
    const doc = this.doc;
    if (!doc || !this.body) return;
    const first = Math.max(0, Math.floor(this.box.scrollTop / HEIGHT) - 4);
    const last = Math.min(this.rows.length, first + Math.ceil(this.box.clientHeight / HEIGHT) + 8);
    const fill = (/** @type {number} */ rows) =>
      rows > 0 ? [make("tr", { class: "fill", "aria-hidden": "true" }, make("td", { style: `height:${rows * HEIGHT}px` }))] : [];
    const focused = this.box.contains(document.activeElement);
    const lines = [];
    for (let at = first; at < last; at++) lines.push(this.line(doc, at));
    this.body.replaceChildren(...fill(first), ...lines, ...fill(this.rows.length - last));
    // The keyboard enters at the chosen cell, or at the first in view.
    const entry = this.body.querySelector("td.chosen, tr.chosen td") ?? this.body.querySelector("tr:not(.fill) td");
    entry?.setAttribute("tabindex", "0");
    if (focused && entry instanceof HTMLElement) entry.focus({ preventScroll: true });
  }

  /** @param {Doc} doc @param {number} at */
  line(doc, at) {
    const index = this.rows[at];
    const row = doc.raw.rows[index];
    const { columns } = head.tables[this.table];
    const isChosen = this.chosen.row === index;
    if (row.r === undefined) {
      const why = shortened(row.w ?? "not made", 200);
      const attributes = { class: isChosen ? "gone chosen" : "gone", "data-row": index, "aria-rowindex": at + 2 };
      return make(
        "tr",
        attributes,
        make("th", { scope: "row" }, "–"),
        make("td", { colspan: columns.length, role: "gridcell", tabindex: -1, title: why }, why),
      );
    }
    const cells = new Map(row.c.map((cell) => [cell.k, cell]));
    return make(
      "tr",
      { "data-row": index, "aria-rowindex": at + 2 },
      make("th", { scope: "row" }, String(row.r)),
      ...columns.map((_, column) => this.cell(doc, cells.get(column), column, isChosen && this.chosen.column === column)),
    );
  }

  /** @param {Doc} doc @param {Cell | undefined} cell @param {number} column @param {boolean} isChosen */
  cell(doc, cell, column, isChosen) {
    const value = cell ? doc.text(cell.v) : null;
    const classes = [
      isChosen ? "chosen" : "",
      cell && this.linked.has(cell) ? "linked" : "",
      cell?.f !== undefined ? "failed" : "",
      cell?.x?.length ? "issue" : "",
      value === null && cell?.f === undefined ? "null" : "",
    ];
    const shown = cell?.f !== undefined ? "failed" : value === null ? "null" : shortened(value, 80);
    const names = classes.filter((name) => name !== "").join(" ");
    return make("td", { role: "gridcell", tabindex: -1, class: names, "data-column": column, "aria-selected": String(isChosen) }, shown);
  }

  /** @param {EventTarget | null} target @returns {{ row: number, cell: Cell | null } | null} */
  cellOf(target) {
    const field = target instanceof Element ? target.closest("td, tbody th") : null;
    const line = field?.closest("[data-row]");
    if (!field || !line || !this.doc) return null;
    const row = Number(line.getAttribute("data-row"));
    const column = field.getAttribute("data-column");
    const cell = this.doc.raw.rows[row].c.find((known) => String(known.k) === column);
    return { row, cell: cell ?? null };
  }

  /** Marks cells that belong to what is looked at, and their tables. @param {Place[]} places */
  link(places) {
    const doc = this.doc;
    if (!doc) return;
    this.linked = new Set(places.map((place) => place.cell));
    const tables = new Set(places.map((place) => String(doc.raw.rows[place.row].t)));
    for (const chip of this.chips.children) chip.classList.toggle("linked", tables.has(chip.getAttribute("data-table") ?? ""));
    for (const field of this.box.querySelectorAll("td[data-column]")) {
      const cell = this.cellOf(field)?.cell;
      field.classList.toggle("linked", !!cell && this.linked.has(cell));
    }
  }

  /** Chooses a cell and brings it into view. @param {number} row @param {number} column */
  reveal(row, column) {
    const doc = this.doc;
    if (!doc) return;
    this.chosen = { row, column };
    const table = doc.raw.rows[row].t;
    const wanted = this.wanted;
    if (wanted && !wanted(doc.raw.rows[row])) this.wanted = null;
    if (table !== this.table || wanted !== this.wanted) this.open(table);
    const at = this.rows.indexOf(row);
    const room = this.box.clientHeight - HEIGHT;
    if (at * HEIGHT < this.box.scrollTop || (at + 2) * HEIGHT > this.box.scrollTop + room) {
      this.box.scrollTop = Math.max(0, at * HEIGHT - room / 3);
    }
    this.draw();
    const field = this.box.querySelector("td.chosen");
    if (field instanceof HTMLElement) {
      const left = field.offsetLeft;
      if (left < this.box.scrollLeft || left + field.offsetWidth > this.box.scrollLeft + this.box.clientWidth) {
        this.box.scrollLeft = Math.max(0, left - 100);
      }
    }
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const doc = this.doc;
    if (!doc || event.altKey || event.ctrlKey || event.metaKey || this.rows.length === 0) return;
    const { columns } = head.tables[this.table];
    let at = Math.max(0, this.rows.indexOf(this.chosen.row));
    let column = this.chosen.column;
    if (event.key === "ArrowDown") at++;
    else if (event.key === "ArrowUp") at--;
    else if (event.key === "ArrowRight") column++;
    else if (event.key === "ArrowLeft") column--;
    else if (event.key === "Home") column = 0;
    else if (event.key === "End") column = columns.length - 1;
    else if (event.key === "PageDown") at += 10;
    else if (event.key === "PageUp") at -= 10;
    else if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    const row = this.rows[Math.min(Math.max(at, 0), this.rows.length - 1)];
    this.chosen.column = Math.min(Math.max(column, 0), columns.length - 1);
    this.choose(row, doc.raw.rows[row].c.find((cell) => cell.k === this.chosen.column) ?? null);
  }
}
