/**
 * The fleet suite: calls of a function on workers in other processes, beside BullMQ used plainly, and beside piscina as the
 * floor. The commands of Redis for a call do not depend on the speed of the machine.
 */
import { timeRounds } from '../../harness/rounds.mjs';
import { row, timedRow } from '../../harness/row.mjs';
import { all } from '../pool/pools/gather-promises.mjs';
import { bullmq, piscina, sluice } from './contenders/contenders.mjs';
import { withRedis } from './redis.mjs';

const inputs = (/** @type {number} */ size) => Array.from({ length: size }, (_, input) => input);
const sum = (/** @type {readonly unknown[]} */ results) => results.reduce((total, result) => total + Number(result), 0);

/** @param {{ workload: string, size: number, inFlight: number, workers: number, rounds: number }} config */
async function* calls({ workload, size, inFlight, workers, rounds }) {
  yield* await withRedis(async (redis) => {
    const contenders = await Promise.all([sluice, bullmq, piscina].map((open) => open({ url: redis.url, workers })));
    try {
      const work = contenders.map(({ name, call }) => ({
        name,
        work: async () => sum(await all(inputs(size), call, inFlight)),
      }));
      const times = await timeRounds(work, { rounds });
      const costs = [];
      for (const { work: run } of work.slice(0, 2)) costs.push(await redisCosts(redis, run));
      const [own, peer] = costs;
      const labels = { workload, size, peerName: 'BullMQ' };
      const timed = contenders.slice(1).map(({ name: peerName }) =>
        timedRow({
          ...labels,
          peerName,
          metric: 'tasks per second',
          sluice: times.get('sluice'),
          peer: times.get(peerName),
        }),
      );
      return [
        ...timed,
        row({ ...labels, metric: 'commands of Redis a call', sluice: own.commands / size, peer: peer.commands / size }),
        row({
          ...labels,
          metric: 'us of Redis a call',
          sluice: (own.cpuMs * 1e3) / size,
          peer: (peer.cpuMs * 1e3) / size,
        }),
      ];
    } finally {
      await Promise.all(contenders.map(({ close }) => close()));
    }
  });
}

/** What one run costs Redis. */
async function redisCosts(
  /** @type {import('./redis.mjs').RedisUnderTest} */ redis,
  /** @type {() => Promise<unknown>} */ run,
) {
  const before = { commands: await redis.commands(), cpuMs: await redis.cpuMs() };
  await run();
  return { commands: (await redis.commands()) - before.commands, cpuMs: (await redis.cpuMs()) - before.cpuMs };
}

const oneWorker = { workers: 1, rounds: 7 };

/** @type {readonly import('../../harness/workload.mjs').Workload[]} */
export const workloads = [
  {
    name: 'calls, each awaited',
    run: () => calls({ workload: 'calls, each awaited', size: 300, inFlight: 1, ...oneWorker }),
  },
  {
    name: 'tiny calls, 500 in flight',
    run: () => calls({ workload: 'tiny calls, 500 in flight', size: 5_000, inFlight: 500, ...oneWorker }),
  },
  {
    name: 'tiny calls, two workers',
    run: () =>
      calls({ workload: 'tiny calls, 500 in flight, two workers', size: 5_000, inFlight: 500, workers: 2, rounds: 7 }),
  },
  {
    name: 'tiny calls, in one burst',
    run: () => calls({ workload: 'tiny calls, in one burst', size: 5_000, inFlight: Infinity, ...oneWorker }),
  },
];
