// Builds ../static/app.js and app.css, the only files that the page needs beside index.html.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

// What the test without node compares: a hash of all that the build depends on, by name.
const sources = [
  "build.mjs", "package-lock.json", "tsconfig.json",
  ...readdirSync("src").sort().map((name) => `src/${name}`),
];
const digest = createHash("sha256");
for (const name of sources) digest.update(`${name}\n`).update(readFileSync(name));

await build({
  entryPoints: { app: "src/main.tsx" },
  outdir: "../static",
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2021"],
  charset: "utf8",
  legalComments: "none",
  banner: { js: `/* Built by \`make page\` from sources ${digest.digest("hex")} */` },
  logLevel: "warning",
});
writeFileSync("../static/index.html", readFileSync("src/index.html"));
