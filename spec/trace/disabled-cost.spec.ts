/**
 * What debugging and traces cost while they are off: nothing.
 */
import { batch, debug, task } from 'sluice';
import { trace$ } from 'sluice/trace';
import { instrumentation, type Instrumentation } from '../../src/scheduler/instrumentation';

const visit = task((id: number) => id);
const nameOf = batch((ids: readonly number[]) => ids, { name: 'nameOf' });

/** All that there is of a future, hidden or not; private fields never show. */
const held = (future: object): readonly PropertyKey[] => Reflect.ownKeys(future);

describe('while nobody looks on', () => {
  it('there is no probe', () => {
    expect(instrumentation.current).toBeUndefined();
  });

  it('no stack is looked at', () => {
    const capture = jest.spyOn(Error, 'captureStackTrace');
    try {
      expect(visit(1).block()).toBe(1);
      expect(nameOf(1).block()).toBe(1);
      expect(capture).not.toHaveBeenCalled();
    } finally {
      capture.mockRestore();
    }
  });

  it('is so again when all have left', () => {
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
  it('holds the same, whoever looks on', () => {
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

describe('one who looks on', () => {
  it('sees notes only while he is there', () => {
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
    expect(seen).toEqual(['built', 'task-began', 'task-ended']);
  });

  it('of traces alone wants no places', () => {
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
