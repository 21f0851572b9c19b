/** A task of a pool is a future like any other, and runs on a thread. */
import { all } from 'sluice';
import { WorkerPool } from 'sluice/pool';

async function main(): Promise<void> {
  const pool = new WorkerPool({ size: 2 });
  const zlib = pool.module<typeof import('node:zlib')>('node:zlib');
  const texts = ['a', 'b'].map((letter) => letter.repeat(10_000));
  const packed = await all(texts.map((text) => zlib.gzipSync(text)));
  console.log(packed.map(({ length }) => length < 100));
  await pool.close();
}

export const done = main();
// → [ true, true ]
