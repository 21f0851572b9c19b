/** Resolvers run outside of the calls, the contexts and the tasks of their callers. */
import { batch, task } from 'sluice';
import { listen, runVirtual } from './virtual-run';

/** A batch function that records whether its resolver runs inside a call of `load`. */
function recordingBatch(maxSize: number) {
  const seen = { isLoading: false, calls: [] as string[] };
  const ask = batch(
    (ids: readonly number[]) => {
      seen.calls.push(seen.isLoading ? 'inside' : 'outside');
      return [...ids];
    },
    { maxSize },
  );
  const load = (id: number): void => {
    seen.isLoading = true;
    ask(id).subscribe();
    seen.isLoading = false;
  };
  return { ask, load, seen };
}

describe('a resolver', () => {
  it('never runs inside the call that requests a key', () => {
    runVirtual(({ flush }) => {
      const { load, seen } = recordingBatch(Infinity);
      load(1);
      flush();
      expect(seen.calls).toEqual(['outside']);
    });
  });

  it('is called as a plain function, with undefined as its this', () => {
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

  it('may block without a warning that it blocks inside a task', () => {
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
