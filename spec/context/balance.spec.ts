/** In every program, contexts are turned on and off alternately and properly nested, and all are off at the end. */
import fc from 'fast-check';
import { config, map, Subject, timer, type SchedulerLike } from 'rxjs';
import {
  all,
  AsyncValue,
  batch,
  enter,
  Future,
  loop,
  scoped,
  allSettled,
  task,
  within,
  type BatchFunction,
} from 'sluice';
import { StartedFuture } from '../../src/future/started-future';
import { virtualScheduler } from '../support/virtual-time';
import { nesting, RecordingContext } from './recording-context';

/** The method that throws, and the number of its call that does. */
type Breaking = { readonly on: 'pause' | 'resume'; readonly after: number } | undefined;

type Step = { readonly isCaught: boolean } & (
  | { readonly does: 'wait'; readonly ms: number }
  | { readonly does: 'ask'; readonly key: number }
  | { readonly does: 'many'; readonly how: 'all' | 'allSettled' | 'run' | 'scoped'; readonly steps: readonly Step[] }
  | { readonly does: 'task'; readonly steps: readonly Step[]; readonly entered: number; readonly cleansUp: boolean }
  | { readonly does: 'within'; readonly step: Step; readonly breaks: Breaking }
  | { readonly does: 'start'; readonly step: Step; readonly isCancelled: boolean }
  | { readonly does: 'subscribe'; readonly step: Step; readonly leavesAfter: number }
  | { readonly does: 'set' | 'fail' | 'leave out of order' }
);

const breaking: fc.Arbitrary<Breaking> = fc.option(
  fc.record({ on: fc.constantFrom('pause' as const, 'resume' as const), after: fc.nat(3) }),
  { nil: undefined, freq: 5 },
);

const { step: steps } = fc.letrec<{ step: Step }>((tie) => {
  const isCaught = fc.boolean();
  const many = fc.array(tie('step'), { maxLength: 3 });
  const does = <Name extends string>(name: Name) => fc.constant(name);
  return {
    step: fc.oneof(
      { maxDepth: 5 },
      fc.record({ does: does('wait'), ms: fc.nat(3), isCaught }),
      fc.record({ does: does('ask'), key: fc.nat(3), isCaught }),
      fc.record({ does: fc.constantFrom('set' as const, 'fail' as const, 'leave out of order' as const), isCaught }),
      fc.record({
        does: does('many'),
        how: fc.constantFrom('all' as const, 'allSettled' as const, 'run' as const, 'scoped' as const),
        steps: many,
        isCaught,
      }),
      { weight: 3, arbitrary: fc.record({ does: does('task'), steps: many, entered: fc.nat(2), cleansUp: fc.boolean(), isCaught }) }, // prettier-ignore
      { weight: 3, arbitrary: fc.record({ does: does('within'), step: tie('step'), breaks: breaking, isCaught }) },
      fc.record({ does: does('start'), step: tie('step'), isCancelled: fc.boolean(), isCaught }),
      fc.record({ does: does('subscribe'), step: tie('step'), leavesAfter: fc.nat(4), isCaught }),
    ),
  };
});

const quiet = { error: () => undefined };

/** The broken context is left out of the check, because it throws in one of its calls. */
class Breaks extends RecordingContext {
  #calls = 0;

  constructor(private readonly breaks: NonNullable<Breaking>) {
    super('broken', []);
  }

  override pause(): void {
    this.#break('pause');
  }

  override resume(): void {
    this.#break('resume');
  }

  #break(method: 'pause' | 'resume'): void {
    if (method === this.breaks.on && this.#calls++ === this.breaks.after) throw new Error('broken');
  }
}

/** Runs one program, and returns the trace of its contexts. */
class Performance {
  readonly trace: string[] = [];
  readonly #double: BatchFunction<number, number> = batch((keys: readonly number[]) => {
    this.trace.push(' flush');
    return timer(1, this.clock).pipe(map(() => keys.map((key) => key * 2)));
  });
  readonly #tick = new Subject<void>();
  #contexts = 0;

  constructor(private readonly clock: SchedulerLike) {}

  begin(step: Step): Future<unknown> {
    switch (step.does) {
      case 'wait':
        return Future.from(timer(step.ms, this.clock));
      case 'ask':
        return this.#double(step.key);
      case 'many':
        return this.#many(
          step.how,
          step.steps.map((one) => this.begin(one)),
        );
      case 'task':
        return this.#task(step);
      case 'within':
        return within(this.#context(step.breaks), this.begin(step.step));
      case 'start':
        return Future.defer(() => {
          const started = this.begin(step.step).start();
          if (step.isCancelled) started.cancel();
          return started;
        });
      case 'subscribe':
        return Future.defer(() => {
          const subscription = this.begin(step.step).subscribe(quiet);
          timer(step.leavesAfter, this.clock).subscribe(() => subscription.unsubscribe());
          return Future.of(0);
        });
      case 'set':
        return Future.defer(() => {
          this.#tick.next();
          return Future.of(0);
        });
      case 'fail':
        return Future.fail(new Error('no'));
      case 'leave out of order':
        return task(function* (this: Performance) {
          const first = enter(this.#context());
          using _ = enter(this.#context());
          const watching = this.#tick.subscribe(() => this.trace.push(' notified'));
          yield timer(1, this.clock);
          first[Symbol.dispose]();
          yield timer(1, this.clock);
          watching.unsubscribe();
        }).call(this);
    }
  }

  #many(how: 'all' | 'allSettled' | 'run' | 'scoped', futures: readonly Future<unknown>[]): Future<unknown> {
    if (how === 'all') return all(futures);
    if (how === 'allSettled') return allSettled(futures);
    if (how === 'run') return this.#run(futures);
    return scoped(function* (scope) {
      for (const value of futures.map((future) => scope.start(future))) yield* value;
    });
  }

  #run(futures: readonly Future<unknown>[]): Future<unknown> {
    const { clock } = this;
    return task(function* () {
      using inner = loop({ clock });
      return yield* inner.run(futures);
    })();
  }

  #task(step: Step & { does: 'task' }): Future<unknown> {
    return task(function* (this: Performance) {
      using stack = new DisposableStack();
      for (let left = step.entered; left > 0; left--) stack.use(enter(this.#context()));
      try {
        for (const one of step.steps) {
          try {
            yield* this.begin(one);
          } catch (error) {
            if (!one.isCaught) throw error;
          }
        }
      } finally {
        if (step.cleansUp) yield timer(1, this.clock);
      }
    }).call(this);
  }

  #context(breaks?: Breaking): RecordingContext {
    const name = `${String(this.#contexts++)};`;
    return breaks ? new Breaks(breaks) : new RecordingContext(name, this.trace);
  }
}

/** Node 20 has no Symbol.dispose. */
class DisposableStack implements Disposable {
  readonly #held: Disposable[] = [];

  use(held: Disposable): void {
    this.#held.push(held);
  }

  [Symbol.dispose](): void {
    for (let last = this.#held.pop(); last; last = this.#held.pop()) last[Symbol.dispose]();
  }
}

const programs = fc.array(
  fc.record({ step: steps, startsAt: fc.nat(2), leavesAt: fc.option(fc.nat(8), { nil: undefined }) }),
  { minLength: 1, maxLength: 3 },
);

// The programs leave many failures that no consumer receives.
beforeAll(() => (config.onUnhandledError = () => undefined));

it('contexts are balanced in every program', () => {
  let written = 0;
  fc.assert(
    fc.property(programs, (roots) => {
      const { clock, scheduler } = virtualScheduler();
      const performance = new Performance(clock);
      for (const { step, startsAt, leavesAt } of roots) {
        clock.schedule(() => {
          const value: AsyncValue<unknown> = new StartedFuture(performance.begin(step), scheduler);
          if (leavesAt !== undefined) clock.schedule(() => value.cancel(), leavesAt);
        }, startsAt);
      }
      clock.flush();
      written += performance.trace.length;
      expect(nesting(performance.trace).at(-1) ?? '').toBe('');
      // No resolver sees a context of its callers.
      nesting(performance.trace).forEach((on, index) => {
        if (performance.trace[index] === ' flush') expect(on).toBe('');
      });
    }),
    { numRuns: 500 },
  );
  expect(written).toBeGreaterThan(1_000);
});
