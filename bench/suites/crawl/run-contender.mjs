/**
 * Runs one crawler in this process, which is started with an IPC channel: `run-contender.mjs NAME CONFIG`. Time is that of
 * the crawl, without the loading of packages; the peak of memory is that of the whole process.
 */
import { performance } from 'node:perf_hooks';
import { peakResidentBytes } from '../../harness/peak-memory.mjs';
import { contenders } from './contenders/contenders.mjs';

const [name, config] = process.argv.slice(2);
const crawl = await contenders[name]();

const cpuStart = process.cpuUsage();
const start = performance.now();
const urls = await crawl(JSON.parse(config));
const wallMs = performance.now() - start;
const { user, system } = process.cpuUsage(cpuStart);
const peakBytes = peakResidentBytes();

process.send?.({
  paths: urls()
    .map((url) => decodeURIComponent(new URL(url).pathname))
    .sort(),
  wallMs,
  cpuMs: (user + system) / 1_000,
  peakBytes,
});
process.disconnect?.();
