/** `AsyncEventHook`: an event whose handlers run concurrently. A trigger completes when all its handlers have ended. */
import { timer } from 'rxjs';
import { batch, task } from 'sluice';
import { AsyncEventHook } from 'sluice/tools';
import { listen, runVirtual } from '../batch/virtual-run';

/**
 * A hook of three handlers. Each takes 10 ms more than the one before. The second and the third fail if `areFailing`.
 */
function threeHandlers({ areFailing }: { readonly areFailing: boolean }) {
  const log: string[] = [];
  const hook = new AsyncEventHook<[name: string]>();
  for (const index of [1, 2, 3]) {
    hook.subscribe(
      task(function* (name: string) {
        let isDone = false;
        try {
          yield timer(10 * index);
          if (areFailing && index > 1) throw new RangeError(`handler ${String(index)}`);
          isDone = true;
        } finally {
          log.push(`${name} ${String(index)} ${isDone ? 'done' : 'cancelled'}`);
        }
      }),
    );
  }
  return { log, hook };
}

describe('trigger', () => {
  it('calls all handlers with its arguments, and completes when all have ended', () => {
    runVirtual(({ flush, at }) => {
      const { log, hook } = threeHandlers({ areFailing: false });
      const recording = listen(hook.trigger('a'));
      at(25, () => expect(recording.isComplete).toBe(false));
      flush();
      expect(log).toEqual(['a 1 done', 'a 2 done', 'a 3 done']);
      expect([recording.values, recording.isComplete]).toEqual([[undefined], true]);
    });
  });

  it('is cold: it calls the handlers at each subscription, and not before', () => {
    const calls: string[] = [];
    const hook = new AsyncEventHook<[name: string]>();
    const event = hook.trigger('a');
    hook.subscribe((name) => calls.push(name));
    expect(calls).toEqual([]);
    event.block();
    event.block();
    expect(calls).toEqual(['a', 'a']);
  });

  it('lets handlers share a flush', async () => {
    const flushes: (readonly string[])[] = [];
    const notify = batch((names: readonly string[]) => {
      flushes.push([...names]);
      return names;
    });
    const hook = new AsyncEventHook<[name: string]>();
    hook.subscribe(notify);
    hook.subscribe(task((name: string) => notify(`${name}!`)));
    hook.subscribe((name) => notify(`${name}?`));
    hook.subscribe(async (name) => notify(`${name}.`));
    await hook.trigger('a');
    expect(flushes).toEqual([['a', 'a!', 'a?', 'a.']]);
  });

  it('fails with the first failure, and unsubscribes from the other handlers', () => {
    runVirtual(({ flush }) => {
      const { log, hook } = threeHandlers({ areFailing: true });
      const recording = listen(hook.trigger('a'));
      flush();
      expect(recording.errors).toEqual([new RangeError('handler 2')]);
      expect(log).toEqual(['a 1 done', 'a 2 cancelled', 'a 3 cancelled']);
    });
  });

  it('stops all handlers when it is unsubscribed', () => {
    runVirtual(({ flush, at }) => {
      const { log, hook } = threeHandlers({ areFailing: false });
      const recording = listen(hook.trigger('a'));
      at(15, () => recording.stop());
      flush();
      expect(log).toEqual(['a 1 done', 'a 2 cancelled', 'a 3 cancelled']);
    });
  });

  it('and safeTrigger complete at once without handlers', () => {
    const hook = new AsyncEventHook();
    expect([listen(hook.trigger()).values, listen(hook.safeTrigger()).values]).toEqual([[undefined], [undefined]]);
  });
});

describe('safeTrigger', () => {
  it('waits for all handlers, then fails with an AggregateError of all failures in the order of the handlers', () => {
    runVirtual(({ flush }) => {
      const { log, hook } = threeHandlers({ areFailing: true });
      const recording = listen(hook.safeTrigger('a'));
      flush();
      const [error] = recording.errors as [AggregateError];
      expect(error).toBeInstanceOf(AggregateError);
      expect(error.errors).toEqual([new RangeError('handler 2'), new RangeError('handler 3')]);
      expect(error.cause).toBe(error.errors[0]);
      expect(error.message).toBe(
        '2 of 3 handlers of an event failed: RangeError: handler 2, RangeError: handler 3. Each failure is in `errors`.',
      );
      expect(log).toEqual(['a 1 done', 'a 2 cancelled', 'a 3 cancelled']);
    });
  });

  it('fails with the same error object if one handler fails, and calls the others', () => {
    const error = new RangeError('no');
    const calls: number[] = [];
    const hook = new AsyncEventHook();
    hook.subscribe(() => {
      throw error;
    });
    hook.subscribe(() => calls.push(1));
    const recording = listen(hook.safeTrigger());
    expect([recording.errors[0] === error, calls]).toEqual([true, [1]]);
  });

  it('fails also with values that are not an Error and cannot be converted to text', () => {
    const hook = new AsyncEventHook();
    const thrown = [Object.create(null) as object, Symbol('s')];
    for (const error of thrown) {
      hook.subscribe(() => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- that is the case
        throw error;
      });
    }
    const [error] = listen(hook.safeTrigger()).errors as [AggregateError];
    expect(error.errors).toEqual(thrown);
  });

  it('emits undefined if no handler fails', () => {
    const hook = new AsyncEventHook();
    hook.subscribe(() => 5);
    expect(listen(hook.safeTrigger()).values).toEqual([undefined]);
  });
});

describe('a handler', () => {
  it('is not called after its subscription is closed', () => {
    const calls: number[] = [];
    const hook = new AsyncEventHook();
    const subscription = hook.subscribe(() => calls.push(1));
    expect(hook.size).toBe(1);
    subscription.unsubscribe();
    subscription.unsubscribe();
    hook.trigger().block();
    expect([hook.size, calls]).toEqual([0, []]);
  });

  it('that is subscribed twice is called twice, and is removed one subscription at a time', () => {
    const calls: number[] = [];
    const hook = new AsyncEventHook();
    const handler = (): unknown => calls.push(1);
    const [first] = [hook.subscribe(handler), hook.subscribe(handler)];
    hook.trigger().block();
    first.unsubscribe();
    hook.trigger().block();
    expect(calls).toHaveLength(3);
  });

  it('that is added or removed during an event is called or not called from the next event on', () => {
    const calls: string[] = [];
    const hook = new AsyncEventHook();
    hook.subscribe(() => {
      calls.push('first');
      second.unsubscribe();
      hook.subscribe(() => calls.push('new'));
    });
    const second = hook.subscribe(() => calls.push('second'));
    hook.trigger().block();
    expect(calls).toEqual(['first', 'second']);
    hook.trigger().block();
    expect(calls).toEqual(['first', 'second', 'first', 'new']);
  });

  it('may trigger the same event', () => {
    let depth = 0;
    const hook = new AsyncEventHook();
    hook.subscribe(
      task(function* () {
        if (depth++ < 3) yield* hook.trigger();
      }),
    );
    hook.trigger().block();
    expect(depth).toBe(4);
  });

  it('must be a function', () => {
    expect(() => new AsyncEventHook().subscribe({ next: () => 1 } as never)).toThrow(
      'AsyncEventHook: expected a handler to be a task, a batch function, or any other function',
    );
  });
});
