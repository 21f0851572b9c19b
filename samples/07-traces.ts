/** Spans tell which keys went together, and which tasks waited for them. */
import { all, batch, task } from 'sluice';
import { spansOf, trace$, type TraceEvent } from 'sluice/trace';

const nameOf = batch((ids: readonly number[]) => ids.map((id) => `user ${id}`), { name: 'nameOf' });
const greet = task(function* greet(id: number) {
  return `Hello ${yield* nameOf(id)}`;
});

async function main(): Promise<void> {
  const events: TraceEvent[] = [];
  const tracing = trace$.subscribe((event) => events.push(event));
  await all([greet(1), greet(2)]);
  tracing.unsubscribe();
  for (const { kind, name, keys } of spansOf(events)) console.log(kind, name, keys);
}

export const done = main();
// → task greet []
// → batch nameOf [ '1', '2' ]
// → task greet []
// → flight nameOf [ '1', '2' ]
