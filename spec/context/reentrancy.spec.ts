/** Contexts that do things of their own when they are turned on and off: subscribe, start, set, cancel. */
import { NEVER, timer, type Subscription } from 'rxjs';
import { all, AsyncValue, batch, enter, Future, loop, run, task, within } from 'sluice';
import { testScheduler } from '../support/virtual-time';
import { nesting, Traced } from './traced';

type Moment = 'pause' | 'resume' | 'enter' | 'leave';

/** Does something after it has been turned on, or before it is turned off. */
class Busy extends Traced {
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

/** In nests; or, where one that is only half off lets others run, each as often on as off. */
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

/** Waits twice, between two others that do so, inside another context. */
const program = (trace: string[], context: Traced, how: 'within' | 'enter'): Future<unknown> => {
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
    new Traced('o', trace),
    all([
      within(new Traced('a', trace), body('a')),
      how === 'within' ? within(context, body('busy')) : body('busy'),
      within(new Traced('c', trace), body('c')),
    ]),
  );
};

describe.each(moments)('on %s, a context may', (moment) => {
  describe.each<['within' | 'enter']>([['within'], ['enter']])('by %s,', (how) => {
    const log: string[] = [];
    const trace: string[] = [];
    /** What happens, with a context that does this once at that moment. */
    const happens = (does: () => void): void => {
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
      happens(() => {
        const work = task(function* () {
          yield timer(1);
          return 'value';
        });
        work().subscribe((value) => log.push(value));
      });
      expect(log).toEqual(expect.arrayContaining(['next', 'value']));
    });

    it('start work, and a run', () => {
      happens(() => {
        Future.from(timer(1))
          .start()
          .subscribe(() => log.push('started'));
        run([timer(1)]).subscribe(() => log.push('run'));
      });
      expect(log).toEqual(expect.arrayContaining(['next', 'run', 'started']));
    });

    it('open a loop and leave it again', () => {
      happens(() => {
        using world = loop();
        world.run([NEVER]);
      });
      expect(log).toEqual(['next']);
    });

    it('set what others wait for', () => {
      const gate = new AsyncValue<void>();
      task(function* () {
        using _ = enter(new Traced('w', trace));
        yield* gate;
        log.push('set');
      })().subscribe();
      happens(() => gate.set());
      expect(log).toEqual(expect.arrayContaining(['next', 'set']));
    });

    it('block on a batch', () => {
      const warn = jest.spyOn(console, 'warn').mockReturnValue();
      const ask = batch((keys: readonly number[]) => keys.map((key) => key * 2));
      happens(() => log.push(`blocked ${String(ask(1).block())}`));
      expect(log).toEqual(expect.arrayContaining(['next', 'blocked 2']));
      warn.mockRestore();
    });
  });

  it.each<['within' | 'enter']>([['within'], ['enter']])('cancel what it is around: %s', (how) => {
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

  it.each<['within' | 'enter']>([['within'], ['enter']])('cancel it each time, with clean-up that waits: %s', (how) => {
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
  });
});

describe('across schedulers', () => {
  it('a context is off for what is run in a world of its own, and on again for who waits for that', () => {
    const trace: string[] = [];
    inTime(() => {
      const inner = task(function* () {
        using _ = enter(new Traced('i', trace));
        trace.push(' inner');
        yield timer(1);
        trace.push(' inner');
      });
      const outer = task(function* () {
        yield* run([inner()]);
        trace.push(' outer');
      });
      within(new Traced('o', trace), outer()).subscribe();
    });
    const on = nesting(trace);
    const seen = trace.flatMap((line, index) => (line.startsWith(' ') ? [`${line}: ${on[index] ?? ''}`] : []));
    expect(seen).toEqual([' inner: i', ' inner: i', ' outer: o']);
    expect(on.at(-1)).toBe('');
  });

  it('and when it is blocked on', () => {
    const warn = jest.spyOn(console, 'warn').mockReturnValue();
    const trace: string[] = [];
    const inner = task(() => trace.push(' inner'));
    const outer = task(() => {
      run([within(new Traced('i', trace), inner())]).block();
      trace.push(' outer');
    });
    within(new Traced('o', trace), outer()).subscribe();
    const on = nesting(trace);
    expect(trace.map((line, index) => `${line}: ${on[index] ?? ''}`)).toEqual(
      expect.arrayContaining([' inner: i', ' outer: o']),
    );
    expect(on.at(-1)).toBe('');
    warn.mockRestore();
  });
});
