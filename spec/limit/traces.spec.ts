/** What traces, timelines and dumps show of a limiter. */
import { delay, of, timer } from 'rxjs';
import { batch, dumpTasks, Future, Limiter, task } from 'sluice';
import { spansOf, trace$, type TraceEvent } from 'sluice/trace';
import { testScheduler } from '../support/virtual-time';

/** The waits of the tasks with this name, as a timeline draws them. */
function waitsOf(name: string, program: () => void): unknown[] {
  const events: TraceEvent[] = [];
  const subscription = trace$.subscribe((event) => events.push(event));
  testScheduler().run(({ flush }) => {
    program();
    flush();
  });
  subscription.unsubscribe();
  return spansOf(events)
    .filter((span) => span.kind === 'task' && span.name === name)
    .flatMap(({ waits }) => waits.map(({ start, end, for: awaited }) => [start, end, awaited]));
}

describe('the trace of a task that waits in a limiter', () => {
  it('has a wait for the bound, and after it one for the work', () => {
    const limiter = new Limiter({ name: 'api', perKey: { concurrency: 1 } });
    const waits = waitsOf('page', () => {
      const page = task(function* page() {
        yield* limiter.run('a', timer(10));
      });
      page().subscribe();
      page().subscribe();
    });
    expect(waits).toEqual([
      // The longer span comes first: the second task waits for the slot of the first one.
      [0, 10, 'a slot of its key in limiter "api"'],
      [10, 20, 'work in limiter "api"'],
      [0, 10, 'work in limiter "api"'],
    ]);
  });

  it('names the batch that the work waits for', () => {
    const limiter = new Limiter({ name: 'api', rate: { count: 1, per: 5 } });
    const nameOf = batch((ids: readonly number[]) => of([...ids]).pipe(delay(3)), { name: 'nameOf' });
    const waits = waitsOf('page', () => {
      const page = task(function* page(id: number) {
        yield* limiter.run('a', () => nameOf(id));
      });
      for (const id of [1, 2]) page(id).subscribe();
    });
    expect(waits).toEqual([
      [0, 5, 'a rate of all keys in limiter "api"'],
      [5, 8, 'nameOf'],
      [0, 3, 'work in limiter "api"'],
    ]);
  });
});

describe('dumpTasks', () => {
  it('shows the calls that wait in a limiter, with their keys', () => {
    testScheduler().run(() => {
      const limiter = new Limiter({ name: 'api' });
      limiter.key('a').pause();
      const page = task(function* page() {
        yield* limiter.run('a', Future.of(1));
      });
      page().subscribe();
      expect(dumpTasks(() => undefined)).toContain('task page\n   └─ a pause of its key in limiter "api", key "a"');
    });
  });
});
