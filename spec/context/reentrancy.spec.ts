/** Contexts whose methods subscribe, start, set or cancel when they are turned on or off. */
import { NEVER, timer, type Subscription } from 'rxjs';
import { all, AsyncValue, batch, enter, Future, loop, run, task, within } from 'sluice';
import { warningsOf } from '../support/record-warnings';
import { testScheduler } from '../support/virtual-time';
import { nesting, RecordingContext } from './recording-context';

type Moment = 'pause' | 'resume' | 'enter' | 'leave';

/** A context that runs an action after it is turned on, or before it is turned off. */
class Busy extends RecordingContext {
  constructor(
    name: string,
    trace: string[],
    private readonly does: { readonly [M in Moment]?: () => void },
  ) {
    super(name, trace);
  }

  override enter(): void {
    super.resume();
    this.does.enter?.();
  }
  override resume(): void {
    super.resume();
    this.does.resume?.();
  }
  override pause(): void {
    this.does.pause?.();
    super.pause();
  }
  override leave(): void {
    this.does.leave?.();
    super.pause();
  }
}

const moments: [Moment][] = [['enter'], ['resume'], ['pause'], ['leave']];

/** Expects a nested trace; or, if a half-paused context lets other work run, as many `+` as `-` for each context. */
function expectBalance(moment: Moment, trace: readonly string[]): void {
  if (moment === 'enter' || moment === 'resume') {
    expect(nesting(trace).at(-1)).toBe('');
    return;
  }
  const switches = trace.filter((line) => /^[+-]/.test(line));
  const often = (sign: string): string[] =>
    switches.flatMap((line) => (line[0] === sign ? [line.slice(1)] : [])).sort();
  expect(often('+')).toEqual(often('-'));
}

const inTime = (program: () => void): void => testScheduler().run(program);

/** A task that waits twice, between two similar tasks, inside another context. */
const program = (trace: string[], context: RecordingContext, how: 'within' | 'enter'): Future<unknown> => {
  const body = (name: string) =>
    task(function* () {
      using _ = name === 'busy' && how === 'enter' ? enter(context) : undefined;
      try {
        yield timer(2);
        trace.push(` ${name}`);
        yield timer(2);
      } finally {
        yield timer(1);
      }
    })();
  return within(
    new RecordingContext('o', trace),
    all([
      within(new RecordingContext('a', trace), body('a')),
      how === 'within' ? within(context, body('busy')) : body('busy'),
      within(new RecordingContext('c', trace), body('c')),
    ]),
  );
};

describe.each(moments)('on %s, a context may', (moment) => {
  describe.each<['within' | 'enter']>([['within'], ['enter']])('by %s,', (how) => {
    const log: string[] = [];
    const trace: string[] = [];
    /** Runs the program with a context that acts once at that moment, and checks the balance. */
    const runWith = (does: () => void): void => {
      let isFirst = true;
      const once = (): void => {
        if (!isFirst) return;
        isFirst = false;
        does();
      };
      inTime(() => {
        program(trace, new Busy('b', trace, { [moment]: once }), how).subscribe({
          next: () => log.push('next'),
          error: (error: unknown) => log.push(String(error)),
        });
      });
      expectBalance(moment, trace);
      expect(isFirst).toBe(false);
    };
    beforeEach(() => (log.length = trace.length = 0));

    it('subscribe to a task', () => {
      runWith(() => {
        const work = task(function* () {
          yield timer(1);
          return 'value';
        });
        work().subscribe((value) => log.push(value));
      });
      expect(log).toEqual(expect.arrayContaining(['next', 'value']));
    });

    it('start work, and a run', () => {
      runWith(() => {
        Future.from(timer(1))
          .start()
          .subscribe(() => log.push('started'));
        run([timer(1)]).subscribe(() => log.push('run'));
      });
      expect(log).toEqual(expect.arrayContaining(['next', 'run', 'started']));
    });

    it('open a loop and leave it again', () => {
      runWith(() => {
        using inner = loop();
        inner.run([NEVER]);
      });
      expect(log).toEqual(['next']);
    });

    it('set an AsyncValue that other tasks wait for', () => {
      const gate = new AsyncValue<void>();
      task(function* () {
        using _ = enter(new RecordingContext('w', trace));
        yield* gate;
        log.push('set');
      })().subscribe();
      runWith(() => gate.set());
      expect(log).toEqual(expect.arrayContaining(['next', 'set']));
    });

    it('block on a batch', () => {
      const ask = batch((keys: readonly number[]) => keys.map((key) => key * 2));
      warningsOf(() => {
        runWith(() => log.push(`blocked ${String(ask(1).block())}`));
      });
      expect(log).toEqual(expect.arrayContaining(['next', 'blocked 2']));
    });
  });

  it.each<['within' | 'enter']>([['within'], ['enter']])('cancel its own work: %s', (how) => {
    const trace: string[] = [];
    const holder: { subscription?: Subscription } = {};
    inTime(() => {
      const context = new Busy('b', trace, { [moment]: () => holder.subscription?.unsubscribe() });
      const waitsFirst = task(function* () {
        yield timer(1);
        yield* program(trace, context, how);
      });
      holder.subscription = waitsFirst().subscribe();
    });
    expectBalance(moment, trace);
  });

  it.each<['within' | 'enter']>([['within'], ['enter']])(
    'cancel its own work, whose clean-up waits, at each call: %s',
    (how) => {
      const trace: string[] = [];
      const holder: { work?: AsyncValue<unknown> } = {};
      inTime(() => {
        const cancels = (): void => holder.work?.cancel('enough');
        const context = new Busy('b', trace, { enter: cancels, pause: cancels, resume: cancels, leave: cancels });
        const waitsFirst = task(function* () {
          yield timer(1);
          yield* program(trace, context, how);
        });
        holder.work = waitsFirst().start();
      });
      expectBalance(moment, trace);
      expect(holder.work?.error).toMatchObject({ reason: 'enough' });
    },
  );
});

describe('across schedulers', () => {
  it('a context is off in work on another scheduler, and on again in the task that waits for that work', () => {
    const trace: string[] = [];
    inTime(() => {
      const inner = task(function* () {
        using _ = enter(new RecordingContext('i', trace));
        trace.push(' inner');
        yield timer(1);
        trace.push(' inner');
      });
      const outer = task(function* () {
        yield* run([inner()]);
        trace.push(' outer');
      });
      within(new RecordingContext('o', trace), outer()).subscribe();
    });
    const on = nesting(trace);
    const seen = trace.flatMap((line, index) => (line.startsWith(' ') ? [`${line}: ${on[index] ?? ''}`] : []));
    expect(seen).toEqual([' inner: i', ' inner: i', ' outer: o']);
    expect(on.at(-1)).toBe('');
  });

  it('a context is off in work on another scheduler that a task blocks on', () => {
    const trace: string[] = [];
    const inner = task(() => trace.push(' inner'));
    const outer = task(() => {
      run([within(new RecordingContext('i', trace), inner())]).block();
      trace.push(' outer');
    });
    warningsOf(() => {
      within(new RecordingContext('o', trace), outer()).subscribe();
    });
    const on = nesting(trace);
    expect(trace.map((line, index) => `${line}: ${on[index] ?? ''}`)).toEqual(
      expect.arrayContaining([' inner: i', ' outer: o']),
    );
    expect(on.at(-1)).toBe('');
  });
});
