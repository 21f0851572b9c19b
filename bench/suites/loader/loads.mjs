/** Loads per second of one kind of loader, measured alone in this process: `node loads.mjs kind shape size`. */
import { createRequire } from 'node:module';
import { performance } from 'node:perf_hooks';
import { median } from '../../harness/rounds.mjs';

const require = createRequire(import.meta.url);
const [kind, shape, count] = process.argv.slice(2);
/** @type {typeof import('dataloader')} */
const Loader = require(kind === 'sluice' ? '../../../dist/dataloader.cjs' : 'dataloader');
const size = Number(count);
const keys = Array.from({ length: size }, (_, index) => index);
/** The number of runs of about a quarter of a second. */
const RUNS = Math.ceil(2_000_000 / size);
const WARM_UP = Math.ceil(RUNS / 4);

const identity = async (/** @type {readonly number[]} */ ids) => ids;

/** Loads all keys once with a new loader; returns the time in ms, until the last load has its value. */
async function run() {
  const loader = new Loader(identity, { cache: shape !== 'without cache' });
  if (shape === 'with hits') for (const key of keys) loader.prime(key, key);
  /** @type {Promise<number> | undefined} */
  let last;
  const start = performance.now();
  for (const key of keys) last = loader.load(key);
  const value = await last;
  const ms = performance.now() - start;
  if (value !== size - 1) throw new Error(`the last load has the value ${value}`);
  return ms;
}

for (let warmUp = 0; warmUp < WARM_UP; warmUp++) await run();
const times = [];
for (let number = 0; number < RUNS; number++) times.push(await run());
console.log(JSON.stringify(size / (median(times) / 1_000)));
