/** A context that throws fails its own task only. */
import { config, Subject, timer } from 'rxjs';
import { all, batch, enter, forbidSuspension, Future, allSettled, task, within, type TaskContext } from 'sluice';
import { testScheduler } from '../support/virtual-time';
import { unhandledErrorsOf } from '../support/unhandled';
import { nesting, RecordingContext } from './recording-context';

const wait = (ms: number) => timer(ms);

describe.each(['pause', 'resume'] as const)('a context whose %s throws', (method) => {
  class Broken extends RecordingContext {
    override pause(): void {
      if (method === 'pause') throw new Error('broken');
      super.pause();
    }
    override resume(): void {
      if (method === 'resume' && this.#isEntered) throw new Error('broken');
      this.#isEntered = true;
      super.resume();
    }
    #isEntered = false;
  }

  it.each([
    ['entered', true],
    ['around a future', false],
  ])('fails its own task and keeps all other contexts balanced: %s', (_how, isEntered) => {
    const trace: string[] = [];
    const ends: unknown[] = [];
    testScheduler().run(() => {
      const body = function* (name: string, context?: TaskContext) {
        try {
          using _ = context && enter(context);
          yield wait(1);
          yield wait(1);
        } finally {
          trace.push(` clean ${name}`);
          yield wait(1);
        }
      };
      const one = task(body);
      const broken = new Broken('x', trace);
      allSettled([
        within(new RecordingContext('a', trace), one('a')),
        within(new RecordingContext('b', trace), isEntered ? one('b', broken) : within(broken, one('b'))),
        within(new RecordingContext('c', trace), one('c')),
      ]).subscribe((results) => ends.push(...results.map(({ status }) => status)));
    });
    expect(ends).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    const others = trace.filter((line) => !line.endsWith('x'));
    expect(nesting(others).at(-1)).toBe('');
    expect(trace.filter((line) => line.startsWith(' clean')).sort()).toEqual([' clean a', ' clean b', ' clean c']);
  });

  it('throws an error that its task can catch, and the task goes on without the context', () => {
    const trace: string[] = [];
    const results: unknown[] = [];
    testScheduler().run(() => {
      task(function* () {
        enter(new Broken('x', trace));
        try {
          yield wait(1);
        } catch (error) {
          results.push((error as Error).message);
        }
        yield wait(1);
        return 'done';
      })().subscribe((value) => results.push(value));
    });
    expect(results).toEqual(['broken', 'done']);
  });
});

it('a context whose enter throws fails its task, and its leave is not called', () => {
  const trace: string[] = [];
  class Closed extends RecordingContext {
    override resume(): void {
      throw new Error('closed');
    }
  }
  const errors: unknown[] = [];
  within(new Closed('x', trace), task(() => trace.push('ran'))()).subscribe({
    error: (error: unknown) => errors.push(error),
  });
  expect(errors).toEqual([new Error('closed')]);
  expect(trace).toEqual([]);
});

it('the error of a pause after the cancellation of its task is reported as unhandled', () => {
  class Broken extends RecordingContext {
    override pause(): void {
      throw new Error('broken');
    }
  }
  const never = new Subject<never>();
  const body = task(function* () {
    try {
      yield never;
    } finally {
      enter(new Broken('x', []));
    }
  });
  const reported = unhandledErrorsOf(() => {
    body().subscribe().unsubscribe();
  });
  expect(reported).toEqual([new Error('broken')]);
});

describe.each(['pause', 'resume'] as const)(
  'of two contexts that both throw in %s, one fails the work and the other is reported',
  (method) => {
    class Broken extends RecordingContext {
      #isEntered = false;

      override pause(): void {
        if (method === 'pause') throw new Error(this.name);
      }

      override resume(): void {
        if (method === 'resume' && this.#isEntered) throw new Error(this.name);
        this.#isEntered = true;
      }
    }
    const broken = (name: string): TaskContext => new Broken(name, []);
    const waits = task(function* (...contexts: TaskContext[]) {
      for (const context of contexts) enter(context);
      yield Promise.resolve();
    });
    const around = (outer: string, inner: Future<unknown>): Future<unknown> => within(broken(outer), inner);

    it.each<[string, () => Future<unknown>, { fails: string; reported: string[] }]>([
      [
        'the first, if one task entered both',
        () => waits(broken('outer'), broken('inner')),
        method === 'pause' ? { fails: 'inner', reported: ['outer'] } : { fails: 'outer', reported: ['inner'] },
      ],
      [
        'the outer one, where one within() is around the other',
        () => around('outer', around('inner', waits())),
        { fails: 'outer', reported: ['inner'] },
      ],
      [
        'the one of within(), where the other was entered in its task',
        () => around('outer', waits(broken('inner'))),
        { fails: 'outer', reported: ['inner'] },
      ],
      [
        'the outermost of three',
        () => around('outermost', around('outer', waits(broken('inner')))),
        { fails: 'outermost', reported: ['inner', 'outer'] },
      ],
    ])('%s', async (_, work, { fails, reported }) => {
      const reports: string[] = [];
      config.onUnhandledError = ({ message }: Error) => reports.push(message);
      await expect(work()).rejects.toThrow(fails);
      await new Promise((resolve) => setTimeout(resolve, 2)); // RxJS reports in timers
      config.onUnhandledError = null;
      expect(reports).toEqual(reported);
    });
  },
);

describe('a SuspensionError inside within() is not reported if its task is cancelled or failed anyway', () => {
  it.each<[string, () => unknown]>([
    ['beside another', () => all([forbidden(), forbidden()]).block()],
    ['around another', () => within(forbidSuspension(), forbidden()).block()],
    ['beside one that fails', () => all([forbidden(), Future.fail('no')]).block()],
    ['around a task that entered another', () => within(forbidSuspension(), entering()).block()],
  ])('%s', (_, program) => {
    const reported = unhandledErrorsOf(() => {
      expect(program).toThrow();
    });
    expect(reported).toEqual([]);
  });

  const item = batch((keys: readonly number[]) => keys);
  const forbidden = (): Future<number> => within(forbidSuspension(), item(1));
  const entering = task(function* () {
    enter(forbidSuspension());
    return yield* item(1);
  });
});

describe('a context whose leave overflows the native stack', () => {
  const overflow = (): never => {
    const recurse = (): number => recurse() + 1;
    throw new TypeError(`no overflow: ${recurse()}`);
  };
  class Deep extends RecordingContext {
    override pause(): void {
      overflow();
    }
  }
  const reportedOf = (fail: () => never): { error: unknown; reported: unknown[] } => {
    let error: unknown;
    const reported = unhandledErrorsOf(() => {
      within(new Deep('deep', []), task(fail)()).subscribe({ error: (reason: unknown) => (error = reason) });
    });
    return { error, reported };
  };

  it('fails its task with one RangeError, and no second one is reported', () => {
    expect(reportedOf(overflow)).toMatchObject({ error: { name: 'RangeError' }, reported: [] });
  });

  it('replaces the error of its task, which is reported', () => {
    const lost = new Error('lost');
    const { error, reported } = reportedOf(() => {
      throw lost;
    });
    expect(error).toMatchObject({ name: 'RangeError' });
    expect(reported).toEqual([lost]);
  });
});
