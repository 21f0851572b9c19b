/**
 * `debug()`: turns debugging on and off, by code.
 */
import { batch, debug, task } from 'sluice';
import { debug as fromTrace } from 'sluice';
import { trace$ } from 'sluice/trace';
import { instrumentation } from '../../src/scheduler/instrumentation';
import { warningsOf } from '../support/record-warnings';

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

/** Whether the doctor warns of a batch function that is created for each call. */
function hasDoctor(): boolean {
  const program = task(function* makesItsOwn() {
    for (const name of ['own', 'again']) batch((keys: readonly string[]) => keys, { name });
  });
  return warningsOf(() => program().block()).length > 0;
}

const now = (): { readonly callSites: boolean; readonly doctor: boolean } => ({
  callSites: hasPlaces(),
  doctor: hasDoctor(),
});
const OFF = { callSites: false, doctor: false };
const ON = { callSites: true, doctor: true };

describe('debug', () => {
  it('is off by default', () => {
    expect(now()).toEqual(OFF);
  });

  it('turns all options on without an argument', () => {
    debug();
    expect(now()).toEqual(ON);
  });

  it('turns all options on with true, and off with false', () => {
    debug(true);
    expect(now()).toEqual(ON);
    debug(false);
    expect(now()).toEqual(OFF);
  });

  it('takes options, each on by default', () => {
    debug({});
    expect(now()).toEqual(ON);
    debug({ doctor: false });
    expect(now()).toEqual({ callSites: true, doctor: false });
    debug({ callSites: false });
    expect(now()).toEqual({ callSites: false, doctor: true });
    debug({ callSites: false, doctor: false });
    expect(now()).toEqual(OFF);
  });

  it('removes all listeners when it is turned off', () => {
    debug();
    expect(instrumentation.current).toBeDefined();
    debug(false);
    expect(instrumentation.current).toBeUndefined();
    debug({ callSites: false, doctor: false });
    expect(instrumentation.current).toBeUndefined();
  });

  it('keeps other listeners when it is turned off', () => {
    const heard: string[] = [];
    const subscription = trace$.subscribe(({ type }) => heard.push(type));
    debug();
    debug(false);
    task(() => 1)().block();
    subscription.unsubscribe();
    expect(heard).toEqual(['task-begin', 'task-end']);
    expect(instrumentation.current).toBeUndefined();
  });

  it('is one function, whichever entry point exports it', () => {
    expect(fromTrace).toBe(debug);
  });

  it('restores the previous state on dispose, also when nested', () => {
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

  it('restores the previous state only on the first dispose', () => {
    const restoring = debug();
    restoring[Symbol.dispose]();
    debug({ doctor: false });
    restoring[Symbol.dispose]();
    expect(now()).toEqual({ callSites: true, doctor: false });
  });

  it('restores the previous state if the block throws', () => {
    expect(() => {
      using _on = debug();
      throw new Error('midway');
    }).toThrow('midway');
    expect(now()).toEqual(OFF);
  });

  it('rejects an unknown option, and suggests the similar one', () => {
    expect(() => debug({ callSite: true } as object)).toThrow(
      new TypeError('debug: unknown option "callSite". Did you mean "callSites"?'),
    );
  });

  it.each([1, 0, 'callSites', undefined, null])('rejects an option that is %p', (value) => {
    expect(() => debug({ doctor: value } as object)).toThrow(/debug: expected `doctor` to be true or false; got/);
  });

  it.each([null, 1, 'on', Symbol('on'), () => true])('rejects the argument %p', (options) => {
    expect(() => debug(options as unknown as object)).toThrow(TypeError);
    expect(() => debug(options as unknown as object)).toThrow(
      /debug: expected its argument to be true, false or an object/,
    );
  });

  it('keeps its state after a rejected call', () => {
    debug({ doctor: false });
    expect(() => debug({ other: true } as object)).toThrow(TypeError);
    expect(now()).toEqual({ callSites: true, doctor: false });
  });

  it('leaves no process listener after it is turned on and off many times', () => {
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
