/** `AsyncEventHook`: an event whose handlers run together, and that is over when they are. */
import { timer } from 'rxjs';
import { batch, task } from 'sluice';
import { AsyncEventHook } from 'sluice/tools';
import { listen, runVirtual } from '../batch/virtual-run';

/** A hook of three handlers, each of which takes ten ms more than the one before; the second and third may fail. */
function three({ areFailing }: { readonly areFailing: boolean }) {
  const told: string[] = [];
  const hook = new AsyncEventHook<[name: string]>();
  for (const place of [1, 2, 3]) {
    hook.subscribe(
      task(function* (name: string) {
        let isDone = false;
        try {
          yield timer(10 * place);
          if (areFailing && place > 1) throw new RangeError(`handler ${String(place)}`);
          isDone = true;
        } finally {
          told.push(`${name} ${String(place)} ${isDone ? 'done' : 'left'}`);
        }
      }),
    );
  }
  return { told, hook };
}

describe('a trigger', () => {
  it('calls all handlers with what it was given, and is over when all are', () => {
    runVirtual(({ flush, at }) => {
      const { told, hook } = three({ areFailing: false });
      const heard = listen(hook.trigger('a'));
      at(25, () => expect(heard.isComplete).toBe(false));
      flush();
      expect(told).toEqual(['a 1 done', 'a 2 done', 'a 3 done']);
      expect([heard.values, heard.isComplete]).toEqual([[undefined], true]);
    });
  });

  it('is cold: it calls nobody before it is subscribed to, and all of them each time', () => {
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

  it('fails with the first failure, and unsubscribes from the rest', () => {
    runVirtual(({ flush }) => {
      const { told, hook } = three({ areFailing: true });
      const heard = listen(hook.trigger('a'));
      flush();
      expect(heard.errors).toEqual([new RangeError('handler 2')]);
      expect(told).toEqual(['a 1 done', 'a 2 left', 'a 3 left']);
    });
  });

  it('stops all handlers when it is unsubscribed', () => {
    runVirtual(({ flush, at }) => {
      const { told, hook } = three({ areFailing: false });
      const heard = listen(hook.trigger('a'));
      at(15, () => heard.stop());
      flush();
      expect(told).toEqual(['a 1 done', 'a 2 left', 'a 3 left']);
    });
  });

  it('without handlers is over at once', () => {
    const hook = new AsyncEventHook();
    expect([listen(hook.trigger()).values, listen(hook.safeTrigger()).values]).toEqual([[undefined], [undefined]]);
  });
});

describe('a safe trigger', () => {
  it('lets every handler come to its end, then fails with all failures, in the order of the handlers', () => {
    runVirtual(({ flush }) => {
      const { told, hook } = three({ areFailing: true });
      const heard = listen(hook.safeTrigger('a'));
      flush();
      const [error] = heard.errors as [AggregateError];
      expect(error).toBeInstanceOf(AggregateError);
      expect(error.errors).toEqual([new RangeError('handler 2'), new RangeError('handler 3')]);
      expect(error.cause).toBe(error.errors[0]);
      expect(error.message).toBe(
        '2 of 3 handlers of an event failed: RangeError: handler 2, RangeError: handler 3. Each failure is in `errors`.',
      );
      expect(told).toEqual(['a 1 done', 'a 2 left', 'a 3 left']);
    });
  });

  it('fails with the failure itself where there is one', () => {
    const error = new RangeError('no');
    const calls: number[] = [];
    const hook = new AsyncEventHook();
    hook.subscribe(() => {
      throw error;
    });
    hook.subscribe(() => calls.push(1));
    const heard = listen(hook.safeTrigger());
    expect([heard.errors[0] === error, calls]).toEqual([true, [1]]);
  });

  it('tells failures that are no errors, and cannot be put in words', () => {
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

  it('is over with the value undefined where nothing fails', () => {
    const hook = new AsyncEventHook();
    hook.subscribe(() => 5);
    expect(listen(hook.safeTrigger()).values).toEqual([undefined]);
  });
});

describe('a handler', () => {
  it('is called no more once its subscription is closed', () => {
    const calls: number[] = [];
    const hook = new AsyncEventHook();
    const subscription = hook.subscribe(() => calls.push(1));
    expect(hook.size).toBe(1);
    subscription.unsubscribe();
    subscription.unsubscribe();
    hook.trigger().block();
    expect([hook.size, calls]).toEqual([0, []]);
  });

  it('subscribed twice is called twice, and leaves one at a time', () => {
    const calls: number[] = [];
    const hook = new AsyncEventHook();
    const handler = (): unknown => calls.push(1);
    const [first] = [hook.subscribe(handler), hook.subscribe(handler)];
    hook.trigger().block();
    first.unsubscribe();
    hook.trigger().block();
    expect(calls).toHaveLength(3);
  });

  it('that comes or goes while the event is handled concerns the next', () => {
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

  it('may trigger the event itself', () => {
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
