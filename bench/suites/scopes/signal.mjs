/** Scopes on one AbortSignal, opened and closed. Each scope adds a listener, and must remove it when it closes. */
import { getEventListeners } from 'node:events';
import { timeRounds } from '../../harness/rounds.mjs';
import { timedRow } from '../../harness/row.mjs';
import { Scope } from '../../sluice.mjs';

const size = 10_000;

export async function* scopesOnASignal() {
  const { signal } = new AbortController();
  const openScopes = async () => {
    for (let count = 0; count < size; count++) await new Scope({ signal }).close();
    return size;
  };
  const addListeners = async () => {
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
      { name: 'scopes', work: openScopes },
      { name: 'listeners', work: addListeners },
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
    peerName: 'a listener alone',
  });
}
