/** Processes of workers, which a contender starts before its rounds and ends after them. */
import { fork } from 'node:child_process';
import { once } from 'node:events';

/**
 * Starts a program several times, and waits until each process has sent a message.
 *
 * @param {URL} program @param {number} count @param {readonly string[]} args
 * @returns {Promise<() => Promise<void>>} ends the processes
 */
export async function startWorkers(program, count, args) {
  const workers = Array.from({ length: count }, () =>
    fork(program, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }),
  );
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  return async () => {
    await Promise.all(
      workers.map((worker) => {
        const exit = once(worker, 'exit');
        worker.kill('SIGTERM');
        return exit;
      }),
    );
  };
}
