/**
 * `debug()`: turns debugging on and off, by code.
 */
import { batch, debug, task } from 'sluice';
import { debug as fromTrace } from 'sluice';
import { trace$ } from 'sluice/trace';
import { instrumentation } from '../../src/scheduler/instrumentation';

afterEach(() => {
  debug(false);
});

/** The stack of an error that passes through a task: it has places while they are asked for. */
function stackNow(): string {
  try {
    task(() => {
      throw new Error('for its stack');
    })().block();
    return '';
  } catch (error) {
    return (error as Error).stack ?? '';
  }
}
const hasPlaces = (): boolean => stackNow().includes('asked for');

/** Whether the doctor warns of what he always warns of. */
function hasDoctor(): boolean {
  const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  try {
    task(function* makesItsOwn() {
      for (const name of ['own', 'again']) batch((keys: readonly string[]) => keys, { name });
    })().block();
    return warn.mock.calls.length > 0;
  } finally {
    warn.mockRestore();
  }
}

const now = (): { readonly callSites: boolean; readonly doctor: boolean } => ({
  callSites: hasPlaces(),
  doctor: hasDoctor(),
});
const OFF = { callSites: false, doctor: false };
const ON = { callSites: true, doctor: true };

describe('debug', () => {
  it('is off', () => {
    expect(now()).toEqual(OFF);
  });

  it('turns all of it on', () => {
    debug();
    expect(now()).toEqual(ON);
  });

  it('turns all of it on by true, off by false', () => {
    debug(true);
    expect(now()).toEqual(ON);
    debug(false);
    expect(now()).toEqual(OFF);
  });

  it('takes options, which are on unless they are off', () => {
    debug({});
    expect(now()).toEqual(ON);
    debug({ doctor: false });
    expect(now()).toEqual({ callSites: true, doctor: false });
    debug({ callSites: false });
    expect(now()).toEqual({ callSites: false, doctor: true });
    debug({ callSites: false, doctor: false });
    expect(now()).toEqual(OFF);
  });

  it('leaves nobody looking on when it is off', () => {
    debug();
    expect(instrumentation.current).toBeDefined();
    debug(false);
    expect(instrumentation.current).toBeUndefined();
    debug({ callSites: false, doctor: false });
    expect(instrumentation.current).toBeUndefined();
  });

  it('leaves those who look on for themselves', () => {
    const heard: string[] = [];
    const subscription = trace$.subscribe(({ type }) => heard.push(type));
    debug();
    debug(false);
    task(() => 1)().block();
    subscription.unsubscribe();
    expect(heard).toEqual(['task-begin', 'task-end']);
    expect(instrumentation.current).toBeUndefined();
  });

  it('is the same from both doors', () => {
    expect(fromTrace).toBe(debug);
  });

  it('puts it as it was before, one within the other', () => {
    {
      using _all = debug();
      {
        using _some = debug({ doctor: false });
        {
          using _none = debug(false);
          expect(now()).toEqual(OFF);
        }
        expect(now()).toEqual({ callSites: true, doctor: false });
      }
      expect(now()).toEqual(ON);
    }
    expect(now()).toEqual(OFF);
  });

  it('puts it as it was once: another time it changes nothing', () => {
    const restoring = debug();
    restoring[Symbol.dispose]();
    debug({ doctor: false });
    restoring[Symbol.dispose]();
    expect(now()).toEqual({ callSites: true, doctor: false });
  });

  it('puts it as it was also where the block is left by an error', () => {
    expect(() => {
      using _on = debug();
      throw new Error('midway');
    }).toThrow('midway');
    expect(now()).toEqual(OFF);
  });

  it('refuses an option that there is not, and names the one that was meant', () => {
    expect(() => debug({ callSite: true } as object)).toThrow(
      new TypeError('debug: there is no option "callSite". Did you mean "callSites"?'),
    );
  });

  it.each([1, 0, 'callSites', undefined, null])('refuses an option that is %p', (value) => {
    expect(() => debug({ doctor: value } as object)).toThrow(/debug: expected `doctor` to be true or false; got/);
  });

  it.each([null, 1, 'on', Symbol('on'), () => true])('refuses %p', (options) => {
    expect(() => debug(options as unknown as object)).toThrow(TypeError);
    expect(() => debug(options as unknown as object)).toThrow(
      /debug: expected its argument to be true, false or an object/,
    );
  });

  it('is as it was when it has refused', () => {
    debug({ doctor: false });
    expect(() => debug({ other: true } as object)).toThrow(TypeError);
    expect(now()).toEqual({ callSites: true, doctor: false });
  });

  it('leaves no listener of the process, however often it is turned on and off', () => {
    const before = process.listenerCount('exit');
    for (let times = 100; times > 0; times--) {
      debug();
      debug({ callSites: false });
      debug(false);
    }
    expect(process.listenerCount('exit')).toBe(before);
    debug();
    expect(process.listenerCount('exit')).toBe(before + 1);
  });
});
