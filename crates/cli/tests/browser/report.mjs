// What an operator does with the page of `report`: `node report.mjs PAGE [SCREENSHOTS]`. Prints what was seen as JSON.
import { looks, open, tell } from "./driver.mjs";

const file = process.argv[2];
const { browser, page, problems } = await open(file);
const seen = {};
const text = (selector) => page.$eval(selector, (element) => element.textContent);
seen.verdict = await text("#verdict");
seen.sections = await page.$$eval("main h2", (titles) => titles.map((title) => title.textContent));

// One form of each plot is shown, and only that one is there for those who do not see.
const shown = () =>
  page.$$eval("svg", (plots) => plots.filter((plot) => getComputedStyle(plot).display !== "none").map((plot) => plot.getAttribute("class")));
seen.wide = await shown();
seen.named = await page.$$eval("svg.wide", (plots) =>
  plots.map((plot) => plot.getAttribute("aria-labelledby").split(" ").map((id) => document.getElementById(id).textContent.trim()).join(": ")),
);

// The keyboard alone: the first stops, a section by its link, the table beside a plot.
await page.keyboard.press("Tab");
seen.first_stop = await page.evaluate(() => document.activeElement.textContent);
const stops = new Set();
for (let at = 0; at < 200; at++) {
  const stop = await page.evaluate(() => {
    const element = document.activeElement;
    return `${element.tagName} ${element.getAttribute("aria-label") ?? element.textContent}`.trim();
  });
  stops.add(stop);
  await page.keyboard.press("Tab");
}
seen.stops = [...stops];
await page.focus("summary");
await page.keyboard.press("Enter");
seen.opened = await page.$eval("details", (details) => details.open && details.querySelectorAll("tbody tr").length > 0);
await page.focus("nav a[href='#failures']");
await page.keyboard.press("Enter");
seen.went = await page.evaluate(() => Math.abs(document.getElementById("failures").getBoundingClientRect().top) < 400 && window.scrollY > 0);

// A command is copied.
await page.focus(".cause .command button");
await page.keyboard.press("Enter");
await page.waitForFunction(() => document.querySelector(".cause .command [role=status]").textContent !== "");
seen.copied = await text(".cause .command [role=status]");

// On paper: light whatever the screen is, nothing to click, and no wider than the paper.
await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "dark" }]);
await page.emulateMediaType("print");
await page.setViewport({ width: 700, height: 990 });
seen.paper = await page.evaluate(() => ({
  back: getComputedStyle(document.body).backgroundColor,
  buttons: [...document.querySelectorAll("button, nav")].filter((element) => getComputedStyle(element).display !== "none").length,
  wider: document.documentElement.scrollWidth - window.innerWidth,
}));
seen.print_plots = [...new Set(await shown())];
const paper = await page.pdf({ format: "A4", margin: { top: "12mm", bottom: "12mm", left: "12mm", right: "12mm" } });
seen.pages = (Buffer.from(paper).toString("latin1").match(/\/Type \/Page\b/g) ?? []).length;
await browser.close();

const narrow = await open(file, { width: 380 });
seen.narrow = [...new Set(await narrow.page.$$eval("svg", (plots) => plots.filter((plot) => getComputedStyle(plot).display !== "none").map((plot) => plot.getAttribute("class"))))];
await narrow.browser.close();

seen.problems_of_page = [...problems, ...(await looks(file, async () => {}, process.argv[3] ?? null))];
tell(seen);
