/** Debugging and traces have no cost while they are off. */
import { batch, debug, task } from 'sluice';
import { trace$ } from 'sluice/trace';
import { instrumentation, type Instrumentation } from '../../src/scheduler/instrumentation';

const visit = task((id: number) => id);
const nameOf = batch((ids: readonly number[]) => ids, { name: 'nameOf' });

/** All that there is of a future, hidden or not; private fields never show. */
const held = (future: object): readonly PropertyKey[] => Reflect.ownKeys(future);

describe('without a listener', () => {
  it('no instrumentation is installed', () => {
    expect(instrumentation.current).toBeUndefined();
  });

  it('no stack is captured', () => {
    const capture = jest.spyOn(Error, 'captureStackTrace');
    try {
      expect(visit(1).block()).toBe(1);
      expect(nameOf(1).block()).toBe(1);
      expect(capture).not.toHaveBeenCalled();
    } finally {
      capture.mockRestore();
    }
  });

  it('the instrumentation is removed with the last listener', () => {
    const subscription = trace$.subscribe();
    debug();
    debug(false);
    subscription.unsubscribe();
    expect(instrumentation.current).toBeUndefined();
    const capture = jest.spyOn(Error, 'captureStackTrace');
    try {
      visit(1).block();
      expect(capture).not.toHaveBeenCalled();
    } finally {
      capture.mockRestore();
    }
  });
});

describe('a future', () => {
  it('holds the same properties with and without listeners', () => {
    const [bareTask, bareKey] = [held(visit(1)), held(nameOf(1))];
    debug();
    const subscription = trace$.subscribe();
    const [seenTask, seenKey] = [visit(1), nameOf(1)];
    seenTask.block();
    seenKey.block();
    subscription.unsubscribe();
    debug(false);
    expect([held(seenTask), held(seenKey)]).toEqual([bareTask, bareKey]);
  });
});

describe('a listener of the instrumentation', () => {
  it('receives events only while it is added', () => {
    const seen: string[] = [];
    const probe: Instrumentation = {
      emit: ({ type }) => void seen.push(type),
      within: (_waiter, work) => work(),
      callerOf: () => undefined,
      siteOf: () => undefined,
      siteHere: () => undefined,
    };
    instrumentation.current = probe;
    visit(1).block();
    instrumentation.current = undefined;
    visit(1).block();
    expect(seen).toEqual(['future-created', 'task-began', 'task-ended']);
  });

  it('of a trace does not enable the capture of call sites', () => {
    const subscription = trace$.subscribe();
    const capture = jest.spyOn(Error, 'captureStackTrace');
    try {
      visit(1).block();
      nameOf(1).block();
      expect(capture).not.toHaveBeenCalled();
    } finally {
      capture.mockRestore();
      subscription.unsubscribe();
    }
  });
});
