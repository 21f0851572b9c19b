/** A context that throws fails its own task, and no other. */
import { Subject, timer } from 'rxjs';
import { enter, settled, task, within, type AsyncContext } from 'sluice';
import { testScheduler } from '../support/virtual-time';
import { unhandledErrorsOf } from '../support/unhandled';
import { nesting, Traced } from './traced';

const wait = (ms: number) => timer(ms);

describe.each(['pause', 'resume'] as const)('a context whose %s throws', (method) => {
  class Broken extends Traced {
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
  ])('fails its own task and leaves all others balanced: %s', (_how, isEntered) => {
    const trace: string[] = [];
    const ends: unknown[] = [];
    testScheduler().run(() => {
      const body = function* (name: string, context?: AsyncContext) {
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
      settled([
        within(new Traced('a', trace), one('a')),
        within(new Traced('b', trace), isEntered ? one('b', broken) : within(broken, one('b'))),
        within(new Traced('c', trace), one('c')),
      ]).subscribe((results) => ends.push(...results.map(({ status }) => status)));
    });
    expect(ends).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    const others = trace.filter((line) => !line.endsWith('x'));
    expect(nesting(others).at(-1)).toBe('');
    expect(trace.filter((line) => line.startsWith(' clean')).sort()).toEqual([' clean a', ' clean b', ' clean c']);
  });

  it('can be caught by its task, which goes on without it', () => {
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

it('fails its task when entering throws, and is not left', () => {
  const trace: string[] = [];
  class Closed extends Traced {
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

it('reports a pause that throws when the task has been cancelled, to nobody who waits', () => {
  class Broken extends Traced {
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
