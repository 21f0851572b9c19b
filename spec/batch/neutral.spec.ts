/**
 * The place a resolver runs in: nobody's. It never runs inside the call of somebody who asks, nor in his context.
 */
import { batch, task } from 'sluice';
import { listen, runVirtual } from './virtual-run';

/** Says whether the resolver was called while somebody was asking. */
function watched(maxSize: number) {
  const seen = { isAsking: false, calls: [] as string[] };
  const ask = batch(
    (ids: readonly number[]) => {
      seen.calls.push(seen.isAsking ? 'inside' : 'outside');
      return [...ids];
    },
    { maxSize },
  );
  const asking = (id: number): void => {
    seen.isAsking = true;
    ask(id).subscribe();
    seen.isAsking = false;
  };
  return { ask, asking, seen };
}

describe('a resolver', () => {
  it('never runs inside the call of who asks', () => {
    runVirtual(({ flush }) => {
      const { asking, seen } = watched(Infinity);
      asking(1);
      flush();
      expect(seen.calls).toEqual(['outside']);
    });
  });

  it("is called as a plain function, without a this of the library's", () => {
    runVirtual(({ flush }) => {
      const selves: unknown[] = [];
      function resolve(this: unknown, ids: readonly number[]): number[] {
        selves.push(this);
        return [...ids];
      }
      batch(resolve)(1).subscribe();
      flush();
      expect(selves).toEqual([undefined]);
    });
  });

  it('that subscribes or blocks does so as nobody: block warns of no task', () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    const inner = batch((ids: readonly number[]) => [...ids]);
    const outer = batch((ids: readonly number[]) => inner.many(ids).block());
    runVirtual(({ flush }) => {
      listen(
        task(function* () {
          return yield* outer(1);
        })(),
      );
      flush();
    });
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });
});
