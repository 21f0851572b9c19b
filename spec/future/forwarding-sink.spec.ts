import type { Sink } from '../../src/future/execution';
import { ForwardingSink } from '../../src/future/forwarding-sink';
import { Frame } from '../../src/scheduler/frame';

class Forwarding<T> extends ForwardingSink<T> {}

function recordingSink(): Sink<number> & { readonly outcomes: unknown[] } {
  const outcomes: unknown[] = [];
  return {
    name: 'waiter',
    frame: new Frame(undefined, {}),
    outcomes,
    succeed: (value) => outcomes.push({ value }),
    fail: (error) => outcomes.push({ error }),
  };
}

describe('ForwardingSink', () => {
  it('passes values and errors on', () => {
    const sink = recordingSink();
    const error = new Error('no');
    new Forwarding(sink).succeed(1);
    new Forwarding(sink).fail(error);
    expect(sink.outcomes).toEqual([{ value: 1 }, { error }]);
  });

  it('has the name and the frame of the other sink, and stands below it in the chain of waiters', () => {
    const sink = recordingSink();
    const forwarding = new Forwarding(sink);
    expect(forwarding.name).toBe('waiter');
    expect(forwarding.frame).toBe(sink.frame);
    expect(forwarding.parent).toBe(sink);
  });
});
