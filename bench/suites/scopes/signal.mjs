/** Scopes with one AbortSignal, opened and closed. Each adds a listener, which must be removed with its scope. */
import { getEventListeners } from 'node:events';
import { timeRounds } from '../../harness/rounds.mjs';
import { timedRow } from '../../harness/row.mjs';
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
  const times = await timeRounds(
    [
      { name: 'scopes', work: opened },
      { name: 'listeners', work: listened },
    ],
    { rounds: 15 },
  );
  const left = getEventListeners(signal, 'abort').length;
  if (left > 0) throw new Error(`${left} listeners were left on the signal.`);
  yield timedRow({
    workload: 'a scope on a signal',
    size,
    metric: 'ns each',
    sluice: times.get('scopes'),
    peer: times.get('listeners'),
    peerName: 'its listener alone',
  });
}
