/** Scopes that heed one AbortSignal, opened and closed: a listener each, which must be gone with its scope. */
import { getEventListeners } from 'node:events';
import { medianTimes } from '../../harness/rounds.mjs';
import { row } from '../../harness/row.mjs';
import { Scope } from '../../sluice.mjs';

const size = 10_000;

export async function* scopesOnASignal() {
  const { signal } = new AbortController();
  const opened = async () => {
    for (let count = 0; count < size; count++) await new Scope({ signal }).close();
    return size;
  };
  const listened = async () => {
    for (let count = 0; count < size; count++) {
      const listener = () => undefined;
      signal.addEventListener('abort', listener, { once: true });
      await null;
      signal.removeEventListener('abort', listener);
    }
    return size;
  };
  const times = await medianTimes(
    [
      { name: 'scopes', work: opened },
      { name: 'listeners', work: listened },
    ],
    { rounds: 15 },
  );
  const left = getEventListeners(signal, 'abort').length;
  if (left > 0) throw new Error(`${left} listeners were left on the signal.`);
  const nsEach = (name) => (times.get(name) * 1e6) / size;
  const figures = { workload: 'a scope on a signal', size, metric: /** @type {const} */ ('ns each') };
  yield row({ ...figures, sluice: nsEach('scopes'), peer: nsEach('listeners'), peerName: 'its listener alone' });
}
