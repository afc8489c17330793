// Asks Ace by DAISY about each book among the words after the folder of its packages; a line of JSON for each.
const { createRequire } = require("module");
const { mkdtempSync, rmSync } = require("fs");
const { tmpdir } = require("os");
const { join } = require("path");

const [folder, ...books] = process.argv.slice(2);
const need = createRequire(join(folder, "x.js"));
const ace = need("@daisy/ace-core");
const runner = need("@daisy/ace-axe-runner-puppeteer");

(async () => {
  for (let i = 0; i < books.length; i++) {
    const out = mkdtempSync(join(tmpdir(), "editions-ace-"));
    try {
      const [, report] = await ace(books[i], { cwd: process.cwd(), outdir: out, silent: true }, runner);
      console.log(JSON.stringify({ file: i, assertions: report.assertions }));
    } catch (error) {
      console.log(JSON.stringify({ file: i, error: String(error) }));
    } finally {
      rmSync(out, { recursive: true, force: true });
    }
  }
  process.exit(0);
})();
