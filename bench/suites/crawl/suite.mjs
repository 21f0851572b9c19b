/** The crawl suite: a crawl of a local site, compared with Crawlee and with bare loops. The order is that of the report. */
import { crawl } from './crawl.mjs';

/** @type {readonly import('../../harness/workload.mjs').Workload[]} */
export const workloads = [
  { name: 'a local site without latency', run: () => crawl(0), once: true },
  { name: 'a local site with a latency of 20 ms', run: () => crawl(20), once: true },
];
