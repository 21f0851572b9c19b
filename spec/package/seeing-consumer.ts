/** A program that is looked at, and a test of it: what is behind the other doors is there once, and knows the main one. */
import { batch, debug, dumpTasks, stream, emit, task } from 'sluice';
import { mockTask, probeBatch, VirtualPool } from 'sluice/testing';
import { metrics, spansOf, renderTimeline, trace$, type TraceEvent } from 'sluice/trace';

export const nameOf = batch((ids: readonly number[]) => ids.map((id) => `user ${id}`), { name: 'nameOf' });
export const greet = task(function* greet(id: number) {
  return `Hello ${yield* nameOf(id)}`;
});
export const counted = metrics();
export const names = stream(function* names() {
  for (const id of [1, 2]) yield* emit(yield* nameOf(id));
});

async function look(): Promise<void> {
  const events: TraceEvent[] = [];
  const watching = trace$.subscribe(counted);
  watching.add(trace$.subscribe((event) => events.push(event)));
  const probe = probeBatch(nameOf);
  console.log(await greet(1), probe.keys);
  watching.unsubscribe();
  const mock = mockTask(nameOf).returns('Ada');
  const greeting: string = await greet(2);
  console.log(greeting, mock.calls);
  mock.restore();
  probe.stop();
  console.log(
    spansOf(events)
      .map(({ kind }) => kind)
      .sort()
      .join(),
    renderTimeline(spansOf(events)).length > 1_000,
  );
  console.log(counted.snapshot().batches['nameOf']?.flushes);
  const debugging: Disposable = debug({ doctor: false });
  dumpTasks((text) => console.log(text));
  debugging[Symbol.dispose]();
  const pool = new VirtualPool({ size: 1 });
  console.log(await pool.do((a: number, b: number) => a + b, 1, 2));
}
void look();
// → Hello user 1 [ [ 1 ] ]
// → Hello Ada [ [ 2 ] ]
// → batch,flight,task true
// → 1
// → Nothing waits.
// → 3
