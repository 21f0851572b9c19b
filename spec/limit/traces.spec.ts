/** What traces, timelines and dumps show of a limiter. */
import { delay, from, of, timer } from 'rxjs';
import { batch, dumpTasks, Future, Limiter, limitMap, task } from 'sluice';
import { spansOf, trace$, type Span, type TraceEvent } from 'sluice/trace';
import { testScheduler } from '../support/virtual-time';

/** The waits of the tasks with this name, as a timeline draws them. */
function waitsOf(name: string, program: () => void): unknown[] {
  return spansIn(program)
    .filter((span) => span.kind === 'task' && span.name === name)
    .flatMap(({ waits }) => waits.map(({ start, end, for: awaited }) => [start, end, awaited]));
}

function spansIn(program: () => void): readonly Span[] {
  const events: TraceEvent[] = [];
  const subscription = trace$.subscribe((event) => events.push(event));
  testScheduler().run(({ flush }) => {
    program();
    flush();
  });
  subscription.unsubscribe();
  return spansOf(events);
}

/** The calls of limiters: key, start, end, the wait before the start, and outcome. */
const callsIn = (program: () => void): unknown[] =>
  spansIn(program)
    .filter(({ kind }) => kind === 'limited')
    .map(({ name, keys, start, end, waits, outcome }) => [
      name,
      keys[0],
      `${start}–${end}`,
      ...waits.map((wait) => `${wait.start}–${wait.end}: ${wait.for}`),
      outcome,
    ]);

describe('the trace of the calls of a limiter', () => {
  const slot = 'a slot of its key in limiter "api"';

  it('has a span for each call, from its arrival to its end, with the wait before its start', () => {
    expect(
      callsIn(() => {
        const limiter = new Limiter({ name: 'api', perKey: { concurrency: 1 } });
        limiter.run('a', timer(10), { name: 'first' }).subscribe();
        limiter.run('a', timer(10)).subscribe();
      }),
    ).toEqual([
      ['api', '"a"', '0–20', `0–10: ${slot}`, 'succeeded'],
      ['first', '"a"', '0–10', 'succeeded'],
    ]);
  });

  it.each([false, true])('has the values of a limitMap, with ordered: %p', (ordered) => {
    expect(
      callsIn(() => {
        const limiter = new Limiter({ name: 'api', rate: { count: 1, per: 5 } });
        const keyOf = (value: string): string => value;
        from(['a', 'b'])
          .pipe(limitMap(limiter, keyOf, () => timer(2), { ordered }))
          .subscribe();
      }),
    ).toEqual([
      ['api', '"b"', '0–7', '0–5: a rate of all keys in limiter "api"', 'succeeded'],
      ['api', '"a"', '0–2', 'succeeded'],
    ]);
  });

  it('tells failed calls, cancelled ones, and those that leave without a start', () => {
    expect(
      callsIn(() => {
        const limiter = new Limiter({ name: 'api', concurrency: 1 });
        limiter.run('fails', Future.fail(new Error('no'))).subscribe({ error: () => undefined });
        const cancelled = limiter.run('cancelled', timer(10)).subscribe();
        const left = limiter.run('left', timer(10)).subscribe();
        const closed = limiter.run('closed', timer(10));
        closed.subscribe({ error: () => undefined });
        timer(2).subscribe(() => left.unsubscribe());
        timer(3).subscribe(() => limiter.close());
        timer(4).subscribe(() => cancelled.unsubscribe());
      }),
    ).toEqual([
      ['api', '"cancelled"', '0–4', 'cancelled'],
      ['api', '"closed"', '0–3', expect.stringContaining('0–3: '), 'failed'],
      ['api', '"left"', '0–2', expect.stringContaining('0–2: '), 'cancelled'],
      ['api', '"fails"', '0–0', 'failed'],
    ]);
  });

  it('has the task that makes the call for a parent', () => {
    const spans = spansIn(() => {
      const limiter = new Limiter();
      const page = task(function* page() {
        yield* limiter.run('a', timer(10));
      });
      page().subscribe();
    });
    const [parent] = spans.filter(({ kind }) => kind === 'task');
    expect(spans.find(({ kind }) => kind === 'limited')).toMatchObject({ parent: parent?.id, limiter: 'Limiter' });
  });

  it('is emitted when the limiter is consistent: a subscriber may change it', () => {
    const limiter = new Limiter({ concurrency: 1 });
    const seen: string[] = [];
    const tracing = trace$.subscribe(({ type }) => {
      seen.push(`${type} ${limiter.stats.running}/${limiter.stats.waiting}`);
      if (type === 'limit-queue' && seen.length === 1) limiter.set({ concurrency: 2 });
    });
    testScheduler().run(({ flush }) => {
      for (const key of 'abc') limiter.run(key, timer(1)).subscribe();
      flush();
    });
    tracing.unsubscribe();
    expect(seen.filter((line) => line.startsWith('limit-start'))).toHaveLength(3);
    expect(seen.at(-1)).toBe('limit-end 0/0');
  });
});

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
