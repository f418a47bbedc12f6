// Unpacks Chromium, its libraries and fonts from the npm package into $TMPDIR.

import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const modules = process.argv[2];
const require = createRequire(join(modules, "package.json"));
const entry = require.resolve("@sparticuz/chromium");
const { inflate } = await import(pathToFileURL(entry));
const bin = join(modules, "node_modules", "@sparticuz", "chromium", "bin");
for (const part of ["chromium.br", "fonts.tar.br", "al2023.tar.br"]) {
  await inflate(join(bin, part));
}
console.log(dirname(bin));
