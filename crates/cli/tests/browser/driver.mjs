// A headless Chromium for the pages that xmlshred writes. `XMLSHRED_TEST_BROWSER` names the folder with puppeteer-core and axe-core, which
// `./x test` fetches from npm; Chromium is the system's.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const folder = process.env.XMLSHRED_TEST_BROWSER ?? ".";
const require = createRequire(join(folder, "node_modules", "x.js"));
const puppeteer = require("puppeteer-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/** Opens a page of the disk; `problems` collects what no page may do: fetch, and say errors. */
export async function open(file, { width = 1280, height = 800, scheme = "light" } = {}) {
  const browser = await puppeteer.launch({
    executablePath: process.env.XMLSHRED_TEST_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--force-color-profile=srgb"],
    // Large pages are text for longer than any page may take.
    protocolTimeout: 120_000,
  });
  const page = await browser.newPage();
  const problems = [];
  const address = pathToFileURL(file).href;
  page.on("request", (request) => {
    if (request.url() !== address) problems.push(`fetches ${request.url()}`);
  });
  page.on("pageerror", (error) => problems.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(`console: ${message.text()}`);
  });
  await page.setViewport({ width, height });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.goto(address, { waitUntil: "load", timeout: 120_000 });
  return { browser, page, problems };
}

/** What axe-core finds wrong. */
export async function violations(page) {
  await page.evaluate(axe);
  const { violations: found } = await page.evaluate(() => globalThis.axe.run(document));
  return found.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 120)).slice(0, 3).join(" | ")}`);
}

/** By how many pixels the page is wider than the window. */
export function overflow(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}

/** Every width and colour scheme that pages are made for: overflow and what axe finds. */
export async function looks(file, prepare = async () => {}, screenshots = null) {
  const found = [];
  for (const width of [1280, 380]) {
    for (const scheme of ["light", "dark"]) {
      const { browser, page, problems } = await open(file, { width, scheme });
      await prepare(page);
      found.push(...(await violations(page)).map((one) => `${width} ${scheme}: ${one}`), ...problems);
      const wider = await overflow(page);
      if (wider > 0) found.push(`${width} ${scheme}: ${wider} pixels too wide`);
      if (screenshots) await page.screenshot({ path: `${screenshots}-${width}-${scheme}.png` });
      await browser.close();
    }
  }
  return found;
}

/** The answer for the test. */
export function tell(answer) {
  process.stdout.write(JSON.stringify(answer) + "\n");
}
