// sharp's side of a comparison: reads a command a line, answers `ok …` or `error …`, and is idle in between.
//
//   task NAME FILE FORMAT SIZE…                    SIZE is 1600 (a width) or 720x588
//   run NAME SECONDS IN_FLIGHT CONCURRENCY DECODES → images a second; DECODES is `each` (as users write it) or `once`
//   write NAME DECODES                             leaves NAME-SIZE.sharp.FORMAT
//   score SOURCE OUTPUT                            → width, height, SSIM; see score.mjs
//   enlarge FILE WIDTH HEIGHT TO                   a JPEG of this size
//   versions
//
// Runs in the folder where sharp is installed and where the files are.

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { lanczos3, luma, ssim } from "./score.mjs";

const sharp = createRequire(`${process.cwd()}/`)("sharp");
sharp.cache(false);

const ENCODE = {
  jpeg: (image) => image.jpeg({ quality: 80 }),
  webp: (image) => image.webp({ quality: 80 }),
  png: (image) => image.png({ compressionLevel: 6, adaptiveFiltering: false }),
};

const tasks = new Map();
const lumas = new Map();

function task(name, file, format, ...sizes) {
  tasks.set(name, { original: readFileSync(file), format, sizes });
}

/** The files of one original, in the order of the sizes. */
async function render({ original, format, sizes }, decodes) {
  const source = decodes === "once" ? await decoded(original, sizes[0]) : () => sharp(original);
  return Promise.all(sizes.map((size) => ENCODE[format](resized(source(), size)).toBuffer()));
}

/** Pixels that serve all sizes, since the first is the largest. */
async function decoded(original, size) {
  const { data, info } = await resized(sharp(original), size).raw().toBuffer({ resolveWithObject: true });
  return () => sharp(data, { raw: info });
}

function resized(image, size) {
  const [width, height] = size.split("x").map(Number);
  return image.resize(width, height, { fit: height ? "fill" : "cover" });
}

async function run(name, seconds, inFlight, concurrency, decodes) {
  sharp.concurrency(Number(concurrency));
  const end = performance.now() + 1000 * seconds;
  const rates = Array.from({ length: Number(inFlight) }, () => work(tasks.get(name), decodes, end));
  return (await Promise.all(rates)).reduce((a, b) => a + b);
}

async function work(what, decodes, end) {
  const start = performance.now();
  let done = 0;
  while (performance.now() < end) {
    await render(what, decodes);
    done++;
  }
  return (1000 * done) / (performance.now() - start);
}

async function write(name, decodes) {
  const what = tasks.get(name);
  const files = await render(what, decodes);
  files.forEach((file, i) => writeFileSync(`${name}-${what.sizes[i]}.sharp.${what.format}`, file));
}

async function score(source, output) {
  const image = await luma(sharp, output);
  if (!lumas.has(source)) lumas.set(source, await luma(sharp, source));
  const reference = lanczos3(lumas.get(source), image.width, image.height);
  return `${image.width} ${image.height} ${ssim(reference, image)}`;
}

async function enlarge(file, width, height, to) {
  await sharp(file).resize(Number(width), Number(height), { fit: "fill" }).jpeg({ quality: 90 }).toFile(to);
}

function versions() {
  return `sharp ${sharp.versions.sharp} with libvips ${sharp.versions.vips}, Node.js ${process.versions.node}`;
}

const COMMANDS = { task, run, write, score, enlarge, versions };

for await (const line of createInterface({ input: process.stdin })) {
  const [command, ...words] = line.split(" ");
  try {
    console.log(`ok ${(await COMMANDS[command](...words)) ?? ""}`.trim());
  } catch (problem) {
    console.log(`error ${String(problem).replaceAll("\n", " ")}`);
  }
}
