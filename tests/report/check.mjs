// Looks at pages as people do: wide, on a phone, dark and printed; says as JSON what is wrong with them.
//
// node check.mjs MODULES BROWSER JOB, with JOB = {"pages": [{"name", "file"}], "out": FOLDER}

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, browser, given] = process.argv.slice(2);
const require = createRequire(join(modules, "package.json"));
const { default: puppeteer } = await import(pathToFileURL(require.resolve("puppeteer-core")));
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const job = JSON.parse(given);

const FORMS = [
  { form: "wide", width: 1280, scheme: "light" },
  { form: "wide-dark", width: 1280, scheme: "dark" },
  { form: "phone", width: 400, scheme: "light" },
  { form: "phone-dark", width: 400, scheme: "dark" },
];

/** How many controls there are to see, how many of them the Tab key reaches, and which is the first. */
async function tabbed(page) {
  let first = "";
  const count = await page.evaluate(() => {
    const focusable = "a[href], summary, [tabindex='0']";
    return [...document.querySelectorAll(focusable)].filter((one) => one.checkVisibility()).length;
  });
  for (let at = 0; at < count; at += 1) {
    await page.keyboard.press("Tab");
    const reached = await page.evaluate(() => {
      const one = document.activeElement;
      one.dataset.reached = "";
      return `${one.tagName} ${one.textContent.slice(0, 60)}`;
    });
    first ||= reached;
  }
  const reached = await page.evaluate(() => document.querySelectorAll("[data-reached]:not(body)").length);
  return { count, reached, first };
}

async function look(page, { name, file }, { form, width, scheme }) {
  const problems = [];
  const requests = [];
  const onConsole = (message) => problems.push(`console: ${message.text()}`);
  const onError = (error) => problems.push(`error: ${error.message}`);
  const onRequest = (request) => requests.push(request.url());
  page.on("console", onConsole).on("pageerror", onError).on("request", onRequest);
  await page.emulateMediaType("screen");
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.setViewport({ width, height: 900, deviceScaleFactor: 1 });
  const url = pathToFileURL(file).href;
  await page.goto(url);
  await page.screenshot({ path: join(job.out, `${name}-${form}.png`), fullPage: true });
  const keys = await tabbed(page);
  // What is folded up is looked at, too.
  await page.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = true)));
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations", "incomplete"] }));
  const told = (list) => list.map((rule) => ({
    rule: rule.id,
    help: rule.help,
    nodes: rule.nodes.length,
    example: rule.nodes[0]?.html.slice(0, 300) ?? "",
    why: rule.nodes[0]?.failureSummary ?? "",
  }));
  page.off("console", onConsole).off("pageerror", onError).off("request", onRequest);
  return {
    page: name,
    form,
    violations: told(found.violations),
    undecided: told(found.incomplete),
    passes: found.passes.length,
    overflow,
    problems,
    requests: requests.filter((one) => one !== url),
    first_key: keys.first,
    controls: keys.count,
    reached: keys.reached,
  };
}

async function print(page, { name, file }) {
  // In one call: each of the driver's two methods undoes the other.
  const session = await page.createCDPSession();
  const features = [{ name: "prefers-color-scheme", value: "dark" }];
  await session.send("Emulation.setEmulatedMedia", { media: "print", features });
  await page.setViewport({ width: 794, height: 1123, deviceScaleFactor: 1 });
  await page.goto(pathToFileURL(file).href);
  await page.screenshot({ path: join(job.out, `${name}-print.png`), fullPage: true });
  await page.pdf({ path: join(job.out, `${name}.pdf`), format: "A4", printBackground: true, preferCSSPageSize: true });
  const seen = await page.evaluate(() => {
    const folded = [...document.querySelectorAll("details:not([open]):not(.alt)")];
    return {
      // Paper cannot be unfolded.
      unseen: folded.filter((one) => [...one.children].slice(1).some((child) => !child.matches(".alt") && !child.checkVisibility())).length,
      folded: folded.length,
      background: getComputedStyle(document.body).backgroundColor,
      dark: matchMedia("(prefers-color-scheme: dark)").matches,
    };
  });
  await session.detach();
  return seen;
}

const chromium = await puppeteer.launch({
  executablePath: join(browser, "chromium"),
  headless: "shell",
  // Containers have no user namespaces; only pages of our own are opened.
  args: ["--no-sandbox", "--disable-gpu", "--font-render-hinting=none", "--disable-dev-shm-usage"],
});
const answer = { browser: await chromium.version(), looks: [], prints: [] };
try {
  const page = await chromium.newPage();
  for (const one of job.pages) {
    for (const form of FORMS) {
      answer.looks.push(await look(page, one, form));
    }
    answer.prints.push({ page: one.name, ...(await print(page, one)) });
  }
} finally {
  await chromium.close();
}
console.log(JSON.stringify(answer));
