// What a contract author does with the page of `explore`: `node explore.mjs PAGE`. Prints what was seen as JSON.
import { looks, open, tell } from "./driver.mjs";

const file = process.argv[2];
const { browser, page, problems } = await open(file);
const text = (selector) => page.$eval(selector, (element) => element.textContent);
/** A line of the tree, by its name. */
const line = async (name) => {
  const found = await page.evaluateHandle(
    (name) => [...document.querySelectorAll("#tree [role=treeitem]")].find((line) => line.querySelector(".name").textContent === name),
    name,
  );
  return found.asElement();
};
const focused = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.tagName);
const seen = {};

// A node and its cells.
await (await line("@number")).click();
seen.node = await text("#detail");
seen.linked_cells = await page.$$eval("#grid td.linked", (cells) => cells.map((cell) => cell.textContent));
seen.table = await text("#chips [aria-pressed=true]");

// A cell and its steps.
await page.evaluate(() => [...document.querySelectorAll("#chips button")].find((chip) => chip.textContent.startsWith("person")).click());
const born = await page.evaluateHandle(() => {
  const columns = [...document.querySelectorAll("#grid thead th")].map((column) => column.textContent);
  return document.querySelectorAll("#grid tbody tr[data-row] > *")[columns.indexOf("born")];
});
await born.click();
seen.cell = await text("#detail");
seen.steps = await page.$$eval("#steps li", (steps) => steps.map((step) => step.textContent));
seen.linked_nodes = await page.$$eval("#tree .linked .name", (names) => names.map((name) => name.textContent));
// From the cell back to its node.
await page.click("#detail .link");
seen.back = await text("#detail");

// Hovering leads both ways, and back to what is chosen.
await (await line("@number")).hover();
seen.hovered_chip = await page.$$eval("#chips .linked", (chips) => chips.map((chip) => chip.textContent));

// What is masked.
await (await line("name")).click();
seen.masked = await text("#detail");

// Search, and only problems.
await page.type("#search", "report");
await page.waitForFunction(() => document.querySelector("#found").textContent !== "");
seen.found = await text("#found");
await page.click("#search", { count: 3 });
await page.keyboard.press("Backspace");
await page.waitForFunction(() => document.querySelector("#found").textContent === "");
await page.click("#problems");
seen.problems = await page.$$eval("#tree .name", (names) => names.map((name) => name.textContent));
await (await line("a")).click();
seen.unread = await text("#detail");
seen.offer = await page.evaluate(() => {
  const offer = head.offers.find((known) => known.path === doc.raw.nodes.path[tree.chosen]);
  return { ...offer, table: head.tables[offer.table].name };
});
seen.shown_offer = await text("#offer pre");
await page.click("#copy");
await page.waitForFunction(() => document.querySelector("#offer [role=status]").textContent !== "");
seen.copied = await text("#offer [role=status]");
// What the clipboard has is pasted as people paste.
await page.focus("#search");
await page.keyboard.down("Control");
await page.keyboard.press("KeyV");
await page.keyboard.up("Control");
seen.pasted = await page.$eval("#search", (field) => field.value);
await page.click("#search", { count: 3 });
await page.keyboard.press("Backspace");
await page.click("#problems");

// The keyboard alone.
await page.focus("#tree");
await page.keyboard.press("Home");
await page.keyboard.press("ArrowDown");
seen.by_key = await page.$eval("#tree [aria-selected=true] .name", (name) => name.textContent);
seen.active = await page.$eval("#tree", (tree) => document.getElementById(tree.getAttribute("aria-activedescendant"))?.textContent);
await page.keyboard.press("Tab");
for (let at = 0; at < 12 && !(await page.evaluate(() => document.activeElement?.matches("#grid td"))); at++) await page.keyboard.press("Tab");
seen.grid_focus = await focused();
await page.keyboard.press("ArrowRight");
seen.grid_cell = await page.$eval("#grid td.chosen", (cell) => cell.getAttribute("data-column"));
seen.grid_still_focused = await page.evaluate(() => document.activeElement?.matches("#grid td.chosen"));

// The next document: the keys stand in the verdict.
seen.first = await text("#verdict");
await page.click("#next");
seen.second = await text("#verdict");
seen.second_tree = await page.$$eval("#tree [role=treeitem]", (lines) => lines.length);
await browser.close();

seen.problems_of_page = [
  ...problems,
  ...(await looks(file, async (page) => {
    await page.evaluate(() => chooseNode(3));
  }, process.argv[3] ?? null)),
];
tell(seen);
