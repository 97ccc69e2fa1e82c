// @ts-check
// What the page is told, as `xmlshred explore --json` prints it, and a document of it made ready to be looked at.
"use strict";

/** @typedef {{ name: string, type: string, source: string, line: number | null, key: boolean, sensitive: boolean }} Column */
/** @typedef {{ name: string, line: number | null, each: string | null, columns: Column[], lets: Column[] }} Table */
/** @typedef {{ path: number, table: number, kind: "column" | "tables", text: string, after: number | null, namespaces: [string, string][] }} Offer */
/** @typedef {{ version: number, program: string, contract: { name: string, file: string, text: string }, tables: Table[], lets: Column[], documents: string[], left_out: number, offers: Offer[] }} Head */
/** A value of a row: `k` its column, or `let` as -1, -2 …; `v` its value; `n` nodes; `m` how many more; `s` steps; `i` inputs; `x` issues; `f` failure. */
/** @typedef {{ k: number, v: number, n?: number[], m?: number, s?: number[], i?: [string, number][], x?: string[], f?: string }} Cell */
/** `t` table, `p` template, `n` node, `r` number of a row that is made, `w` why it is not, `o` the node of the one that was kept instead. */
/** @typedef {{ t: number, p: number, n: number, r?: number, w?: string, o?: number, c: Cell[] }} Row */
/** @typedef {{ kind: string, fate: string, name: number[], parent: number[], line: number[], column: number[], value: number[], path: number[] }} Nodes */
/** @typedef {{ name: string, key: string | null, failure: string | null, skipped: string | null, strings: string[], nodes: Nodes, lets: Cell[], rows: Row[], row_counts: number[], more_not_made: number }} Raw */
/** @typedef {{ row: number, cell: Cell }} Place */

const NONE = -1;
const MASKED = -2;
const MASK = "•••";

/** What can become of a value, by its letter. */
/** @type {Record<string, { sign: string, word: string, about: string }>} */
const FATES = {
  r: { sign: "●", word: "read", about: "a column of a row has it" },
  c: { sign: "◐", word: "read by a condition only", about: "a condition looks at it, no column has it" },
  n: { sign: "◌", word: "in no row", about: "a column has a path to it, but no row that was made took it" },
  i: { sign: "–", word: "ignored", about: "the contract leaves it out on purpose" },
  u: { sign: "○", word: "unread", about: "no path of the contract leads to it" },
};

/** One document: nodes with what lies within them, and which cells read them. */
class Doc {
  /** @param {Raw} raw */
  constructor(raw) {
    this.raw = raw;
    const { parent, kind } = raw.nodes;
    this.count = kind.length;
    const count = this.count;
    /** Behind the last node within each. */
    this.end = new Int32Array(count);
    this.depth = new Uint16Array(count);
    this.position = new Int32Array(count);
    this.children = new Int32Array(count + 1);
    /** Values in each subtree that are not ignored, and those of them that are read. */
    this.values = new Int32Array(count);
    this.read = new Int32Array(count);
    for (let at = 0; at < count; at++) {
      const above = parent[at];
      this.depth[at] = above === NONE ? 0 : this.depth[above] + 1;
      this.position[at] = ++this.children[above === NONE ? count : above];
    }
    for (let at = count - 1; at >= 0; at--) {
      const fate = raw.nodes.fate[at];
      if (fate !== "-" && fate !== "i") this.values[at]++;
      if (fate === "r") this.read[at]++;
      this.end[at] = Math.max(this.end[at], at + 1);
      const above = parent[at];
      if (above !== NONE) {
        this.values[above] += this.values[at];
        this.read[above] += this.read[at];
        this.end[above] = Math.max(this.end[above], this.end[at]);
      }
    }
    /** The rows of each table. @type {number[][]} */
    this.byTable = head.tables.map(() => []);
    /** The rows that begin at a node. @type {Map<number, number[]>} */
    this.rowsAt = new Map();
    /** The cells that read a node. @type {Map<number, Place[]>} */
    this.cellsOf = new Map();
    this.indexRows();
  }

  indexRows() {
    const { rows } = this.raw;
    rows.forEach((row, at) => {
      this.byTable[row.t].push(at);
      append(this.rowsAt, row.n, at);
      for (const cell of row.c) for (const node of cell.n ?? []) append(this.cellsOf, node, { row: at, cell });
    });
    for (const list of this.byTable) list.sort((a, b) => rows[a].n - rows[b].n || a - b);
  }

  /** @param {number} at */
  name(at) {
    const name = this.raw.strings[this.raw.nodes.name[at]];
    const kind = this.raw.nodes.kind[at];
    return kind === "a" ? `@${name}` : kind === "t" ? "text()" : name;
  }

  /** The value of a node; `null` where it has none. @param {number} at */
  value(at) {
    return this.text(this.raw.nodes.value[at]);
  }

  /** @param {number} at @returns {string | null} */
  text(at) {
    return at === NONE ? null : at === MASKED ? MASK : this.raw.strings[at];
  }

  /** `/a/b[2]/@c` @param {number} at */
  path(at) {
    const steps = [];
    for (let node = at; node !== NONE; node = this.raw.nodes.parent[node]) {
      const same = this.sameBefore(node);
      steps.unshift(same > 1 || this.hasSameBehind(node) ? `${this.name(node)}[${same}]` : this.name(node));
    }
    return "/" + steps.join("/");
  }

  /** How many siblings have the name up to here. @param {number} at */
  sameBefore(at) {
    const { parent, name, kind } = this.raw.nodes;
    if (kind[at] === "a" || parent[at] === NONE) return 1;
    let count = 0;
    for (let node = parent[at] + 1; node <= at; node = this.end[node]) {
      if (name[node] === name[at] && kind[node] === kind[at]) count++;
    }
    return count;
  }

  /** @param {number} at */
  hasSameBehind(at) {
    const { parent, name, kind } = this.raw.nodes;
    if (kind[at] === "a" || parent[at] === NONE) return false;
    for (let node = this.end[at]; node < this.end[parent[at]]; node = this.end[node]) {
      if (name[node] === name[at] && kind[node] === kind[at]) return true;
    }
    return false;
  }

  /** `12:3` @param {number} at */
  place(at) {
    return `${this.raw.nodes.line[at]}:${this.raw.nodes.column[at]}`;
  }

  /** Whether a node is one of those that "only problems" shows. @param {number} at */
  isProblem(at) {
    const fate = this.raw.nodes.fate[at];
    return fate === "u" || fate === "n" || fate === "c";
  }

  /** @param {Row} row */
  hasProblem(row) {
    return row.r === undefined || row.c.some((cell) => cell.f !== undefined || (cell.x?.length ?? 0) > 0);
  }
}

/** @template K, V @param {Map<K, V[]>} map @param {K} key @param {V} value */
function append(map, key, value) {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** @param {string} id @returns {any} */
function parsed(id) {
  const element = document.getElementById(id);
  const data = JSON.parse(element?.textContent ?? "null");
  return data;
}

/** @type {Head} */
const head = parsed("head");
