// How long the page of `explore` takes for a large document: `node explore_speed.mjs PAGE`. Milliseconds until what was asked for is painted.
import { open, tell } from "./driver.mjs";

const start = performance.now();
const { browser, page, problems } = await open(process.argv[2]);
await page.waitForSelector("#tree [role=treeitem]");
const load = performance.now() - start;
if (problems.length > 0) throw new Error(problems.join("\n"));

/** The median of some rounds of an action, which is told its round. */
const median = (action, rounds = 15) =>
  page.evaluate(
    async (source, rounds) => {
      const act = eval(source);
      const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      const times = [];
      for (let round = 0; round < rounds; round++) {
        await painted();
        const begin = performance.now();
        act(round);
        await painted();
        times.push(performance.now() - begin);
      }
      return times.sort((a, b) => a - b)[rounds >> 1];
    },
    `(${action})`,
    rounds,
  );

const nodes = await page.evaluate(() => doc.count);
const scroll = await median("(round) => { tree.box.scrollTop = 10000 + round * 100000; }");
// Every round clicks elsewhere.
const node = await median(
  "(round) => { const lines = document.querySelectorAll('#tree [role=treeitem]'); lines[round % lines.length].click(); tree.box.scrollTop += 90000; }",
);
await page.evaluate(() => grid.open(head.tables.length - 1));
const cell = await median(
  "(round) => { const cells = document.querySelectorAll('#grid td[data-column]'); cells[(round * 7) % cells.length].click(); grid.box.scrollTop += 20000; }",
);
const filter = await median("() => { problems.checked = !problems.checked; filter(); }", 5);
await browser.close();
tell({ nodes, load, scroll, node, cell, filter });
