/**
 * `trace$`: what it tells of scopes, and of the work that is started in them.
 */
import { NEVER, timer } from 'rxjs';
import { Scope, scoped, task } from 'sluice';
import type { TraceEvent } from 'sluice/trace';
import { summariesOf, ofType, recordEvents } from './record-events';

const quietly = { error: () => undefined };

/** The events of scopes and their work, without those of the task that closes a scope. */
const ofScopes = (recorded: readonly TraceEvent[]): readonly TraceEvent[] =>
  recorded.filter(({ type }) => !type.startsWith('task'));

describe('a scope', () => {
  it('has events from its opening to its end, with those of its work between', () => {
    const recorded = recordEvents(() => {
      const scope = new Scope({ name: 'request' });
      scope.start(function load() {
        return timer(3);
      });
      scope.close().subscribe();
    });
    expect(ofScopes(recorded)).toEqual([
      { type: 'scope-open', id: 1, name: 'request', at: 0 },
      { type: 'work-begin', id: 3, name: 'load', at: 0, parent: 1, scope: 1 },
      { type: 'work-end', id: 3, outcome: 'succeeded', at: 3 },
      { type: 'scope-close', id: 1, outcome: 'succeeded', at: 3 },
    ]);
  });

  it('has the scope it is forked from as its parent, and ends before it', () => {
    const recorded = recordEvents(() => {
      const outer = new Scope({ name: 'outer' });
      outer.fork({ name: 'inner' }).start(() => timer(2));
      outer.close().subscribe();
    });
    expect(ofType(recorded, 'scope-open').map(({ name, parent }) => [name, parent])).toEqual([
      ['outer', undefined],
      ['inner', 1],
    ]);
    expect(ofType(recorded, 'scope-close').map(({ id }) => id)).toEqual([2, 1]);
  });

  it('has the task that waits for it as its parent', () => {
    const visit = task(function* visit() {
      yield* scoped(() => timer(1), { name: 'body' });
    });
    const recorded = recordEvents(() => visit().subscribe());
    expect(ofType(recorded, 'scope-open').map(({ name, parent }) => [name, parent])).toEqual([['body', 1]]);
    const [open] = ofType(recorded, 'scope-open');
    expect(ofType(recorded, 'work-begin').map(({ scope }) => scope)).toEqual([open?.id]);
  });

  it('is an ancestor of the tasks that its work runs', () => {
    const recorded = recordEvents(() => {
      const scope = new Scope();
      scope.start(
        task(function* load() {
          yield timer(1);
        })(),
      );
      scope.close().subscribe();
    });
    const [work] = ofType(recorded, 'work-begin');
    expect(ofType(recorded, 'task-begin').find(({ name }) => name === 'load')?.parent).toBe(work?.id);
  });

  it('has a cancel event with the reason before its work ends', () => {
    const recorded = recordEvents(({ at }) => {
      const scope = new Scope({ name: 'request' });
      scope.start(() => NEVER);
      at(2, () => {
        scope.cancel('the client has gone');
        scope.close().subscribe(quietly);
      });
    });
    expect(summariesOf(ofScopes(recorded))).toEqual([
      'scope-open request',
      'work-begin anonymous',
      'scope-cancel request',
      'work-end anonymous',
      'scope-close request',
    ]);
    expect(ofType(recorded, 'scope-cancel').map(({ reason, at }) => [reason, at])).toEqual([
      ['"the client has gone"', 2],
    ]);
    expect(ofType(recorded, 'work-end').map(({ outcome }) => outcome)).toEqual(['cancelled']);
  });

  it('ends as cancelled if it was cancelled and none of its work failed', () => {
    const recorded = recordEvents(() => {
      const scope = new Scope();
      scope.cancel();
      scope.close().subscribe(quietly);
    });
    expect(ofType(recorded, 'scope-close').map(({ outcome }) => outcome)).toEqual(['cancelled']);
  });

  it('ends as failed if some of its work failed', () => {
    const recorded = recordEvents(() => {
      const scope = new Scope();
      scope.start(() => {
        throw new Error('down');
      });
      scope.close().subscribe(quietly);
    });
    expect(ofType(recorded, 'work-end').map(({ outcome, error }) => [outcome, error])).toEqual([
      ['failed', 'Error: down'],
    ]);
    expect(ofType(recorded, 'scope-close').map(({ outcome, error }) => [outcome, error])).toEqual([
      ['failed', expect.stringContaining('down')],
    ]);
  });

  it('ends as failed if its deadline elapsed', () => {
    const recorded = recordEvents(() => {
      const scope = new Scope({ timeout: 5 });
      scope.start(() => NEVER);
      scope.close().subscribe(quietly);
    });
    expect(ofType(recorded, 'scope-close').map(({ outcome, at }) => [outcome, at])).toEqual([['failed', 5]]);
    expect(ofType(recorded, 'scope-cancel').map(({ at }) => at)).toEqual([5]);
  });
});

describe('work of a scope', () => {
  it('has a begin event when it runs, not when start() is called', () => {
    const recorded = recordEvents(() => {
      const scope = new Scope({ concurrency: 1 });
      scope.start(() => timer(3));
      scope.start(() => timer(3));
      scope.close().subscribe();
    });
    expect(ofType(recorded, 'work-begin').map(({ at }) => at)).toEqual([0, 3]);
    expect(ofType(recorded, 'work-end').map(({ at }) => at)).toEqual([3, 6]);
  });

  it('that was cancelled before it ran has no events', () => {
    const recorded = recordEvents(() => {
      const scope = new Scope({ concurrency: 1 });
      scope.start(() => timer(3));
      scope.start(() => timer(3)).cancel();
      scope.close().subscribe(quietly);
    });
    expect(ofType(recorded, 'work-begin')).toHaveLength(1);
    expect(ofType(recorded, 'work-end')).toHaveLength(1);
  });
});
