// @ts-check
// The document's tree. Only the lines in view are elements, so that a hundred thousand nodes scroll.
"use strict";

const LINE = 22;
/** Taller elements than this, browsers do not lay out well; further lines are scrolled to in larger steps. */
const MAX_HEIGHT = 8_000_000;

class Tree {
  /** @param {(node: number) => void} choose @param {(node: number | null) => void} hover */
  constructor(choose, hover) {
    this.box = byId("tree");
    this.rows = byId("tree-rows");
    this.choose = choose;
    /** @type {Doc | null} */
    this.doc = null;
    this.lines = new Int32Array(0);
    this.closed = new Uint8Array(0);
    /** @type {Set<number>} */
    this.linked = new Set();
    this.chosen = NONE;
    this.box.addEventListener("scroll", () => this.draw());
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.box.addEventListener("mouseover", (event) => hover(this.nodeOf(event.target)));
    this.box.addEventListener("mouseleave", () => hover(null));
    this.box.addEventListener("click", (event) => this.click(event));
    new ResizeObserver(() => this.draw()).observe(this.box);
  }

  /** @param {Doc} doc */
  show(doc) {
    this.doc = doc;
    this.closed = new Uint8Array(doc.count);
    this.chosen = NONE;
    this.linked.clear();
    this.box.scrollTop = 0;
    this.filter(null);
  }

  /** Shows these nodes and those around them; all of them without. @param {((node: number) => boolean) | null} wanted */
  filter(wanted) {
    const doc = this.doc;
    if (!doc) return;
    /** @type {Uint8Array | null} */
    this.kept = null;
    if (wanted) {
      this.kept = new Uint8Array(doc.count);
      for (let at = doc.count - 1; at >= 0; at--) {
        const isFound = wanted(at);
        if (isFound || this.kept[at]) {
          this.kept[at] = 1;
          const above = doc.raw.nodes.parent[at];
          if (above !== NONE) this.kept[above] = 1;
        }
      }
    }
    this.layOut();
  }

  layOut() {
    const doc = this.doc;
    if (!doc) return;
    const lines = new Int32Array(doc.count);
    let count = 0;
    for (let at = 0; at < doc.count; ) {
      if (this.kept && !this.kept[at]) {
        at = doc.end[at];
        continue;
      }
      lines[count++] = at;
      at = this.closed[at] ? doc.end[at] : at + 1;
    }
    this.lines = lines.subarray(0, count);
    this.rows.style.height = `${Math.min(count * LINE, MAX_HEIGHT)}px`;
    this.draw();
  }

  /** Pixels of scrolling for one line. */
  get step() {
    const room = this.box.clientHeight;
    const full = this.lines.length * LINE;
    return full <= MAX_HEIGHT ? LINE : (MAX_HEIGHT - room) / (this.lines.length - room / LINE);
  }

  draw() {
    const doc = this.doc;
    if (!doc) return;
    const first = Math.max(0, Math.floor(this.box.scrollTop / this.step) - 4);
    const last = Math.min(this.lines.length, first + Math.ceil(this.box.clientHeight / LINE) + 8);
    // Where lines are scrolled in larger steps, they stand where the view is.
    const shift = this.step === LINE ? 0 : this.box.scrollTop - Math.floor(this.box.scrollTop / this.step) * LINE;
    const drawn = document.createDocumentFragment();
    for (let at = first; at < last; at++) drawn.append(this.line(doc, this.lines[at], at * LINE + shift));
    this.rows.replaceChildren(drawn);
    this.drawn = [first, last];
    const active = document.getElementById(`node-${this.chosen}`);
    if (active) this.box.setAttribute("aria-activedescendant", active.id);
    else this.box.removeAttribute("aria-activedescendant");
  }

  /** @param {Doc} doc @param {number} node @param {number} top */
  line(doc, node, top) {
    const { kind, fate: fates, parent } = doc.raw.nodes;
    const fate = FATES[fates[node]];
    const value = doc.value(node);
    const isOpen = doc.end[node] > node + 1 ? !this.closed[node] : undefined;
    const values = doc.values[node];
    const isWhole = values === doc.read[node];
    const cover = kind[node] === "e" && values > 1 ? `${doc.read[node]}/${values} read` : "";
    const above = parent[node];
    return make(
      "div",
      {
        id: `node-${node}`,
        "data-node": node,
        role: "treeitem",
        class: `node ${kind[node]} ${fates[node]}${this.linked.has(node) ? " linked" : ""}${this.chosen === node ? " chosen" : ""}`,
        style: `top:${top}px;padding-left:${doc.depth[node] * 14 + 6}px`,
        "aria-level": doc.depth[node] + 1,
        "aria-posinset": doc.position[node],
        "aria-setsize": doc.children[above === NONE ? doc.count : above],
        "aria-selected": this.chosen === node ? "true" : "false",
        "aria-expanded": isOpen === undefined ? undefined : String(isOpen),
      },
      make("span", { class: "toggle", "aria-hidden": "true" }, isOpen === undefined ? "" : isOpen ? "▾" : "▸"),
      make("span", { class: "mark", title: fate?.word, "aria-hidden": "true" }, fate?.sign ?? ""),
      make("span", { class: "name" }, doc.name(node)),
      value === null ? null : make("span", { class: "value" }, shortened(value, 300)),
      fate ? make("span", { class: "hidden" }, fate.word) : null,
      cover === "" ? null : make("span", { class: isWhole ? "cover" : "cover part" }, cover),
    );
  }

  /** @param {EventTarget | null} target @returns {number | null} */
  nodeOf(target) {
    const line = target instanceof Element ? target.closest("[data-node]") : null;
    return line ? Number(line.getAttribute("data-node")) : null;
  }

  /** @param {MouseEvent} event */
  click(event) {
    const node = this.nodeOf(event.target);
    if (node === null) return;
    if (event.target instanceof Element && event.target.classList.contains("toggle")) this.toggle(node);
    else this.choose(node);
  }

  /** @param {number} node @param {boolean} [isClosed] */
  toggle(node, isClosed = !this.closed[node]) {
    this.closed[node] = isClosed ? 1 : 0;
    this.layOut();
  }

  /** Marks nodes that belong to what is looked at. @param {number[]} nodes */
  link(nodes) {
    this.linked = new Set(nodes);
    for (const line of this.rows.children) {
      line.classList.toggle("linked", this.linked.has(Number(line.getAttribute("data-node"))));
    }
  }

  /** Chooses a node and brings it into view. @param {number} node */
  reveal(node) {
    const doc = this.doc;
    if (!doc || node === NONE) return;
    for (let at = doc.raw.nodes.parent[node]; at !== NONE; at = doc.raw.nodes.parent[at]) this.closed[at] = 0;
    if (this.kept && !this.kept[node]) this.filter(null);
    else this.layOut();
    this.scrollTo(this.lineOf(node));
  }

  /** @param {number} node */
  lineOf(node) {
    let [low, high] = [0, this.lines.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.lines[middle] <= node) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** @param {number} line */
  scrollTo(line) {
    const first = this.box.scrollTop / this.step;
    const room = this.box.clientHeight / LINE;
    if (line < first + 1 || line > first + room - 2) this.box.scrollTop = Math.max(0, (line - room / 3) * this.step);
    this.draw();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const doc = this.doc;
    if (!doc || event.altKey || event.ctrlKey || event.metaKey || this.lines.length === 0) return;
    const line = this.chosen === NONE ? 0 : this.lineOf(this.chosen);
    const node = this.lines[line];
    const page = Math.max(1, Math.floor(this.box.clientHeight / LINE) - 1);
    const last = this.lines.length - 1;
    const hasChildren = doc.end[node] > node + 1;
    let to = line;
    if (event.key === "ArrowDown") to = this.chosen === NONE ? 0 : Math.min(last, line + 1);
    else if (event.key === "ArrowUp") to = Math.max(0, line - 1);
    else if (event.key === "PageDown") to = Math.min(last, line + page);
    else if (event.key === "PageUp") to = Math.max(0, line - page);
    else if (event.key === "Home") to = 0;
    else if (event.key === "End") to = last;
    else if (event.key === "ArrowLeft" && hasChildren && !this.closed[node]) this.toggle(node, true);
    else if (event.key === "ArrowLeft") to = Math.max(0, this.lineOf(Math.max(0, doc.raw.nodes.parent[node])));
    else if (event.key === "ArrowRight" && hasChildren && this.closed[node]) this.toggle(node, false);
    else if (event.key === "ArrowRight" && hasChildren) to = Math.min(last, line + 1);
    else if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    this.choose(this.lines[to]);
    this.scrollTo(to);
  }
}
