/**
 * A program that starts a thread from the package as it is installed: what the thread runs must be there, too, beside the
 * door that the program came by.
 */
import { AsyncValue } from 'sluice';
import { WorkerPool } from 'sluice/pool';

export const pool = new WorkerPool({ size: 1 });
export const job = pool.do((a: number, b: number) => a + b, 1, 2);

async function end(): Promise<void> {
  const sum: number = await job;
  // What is behind both doors is there once.
  console.log(sum, job instanceof AsyncValue);
  await pool.close();
}
void end();
// → 3 true
