/** The signal that the work of a call receives. */
import { NEVER, of, timer } from 'rxjs';
import { CancelledError, Limiter, scoped, type StartedCall } from 'sluice';

/** Starts a call whose work gives away its signal. */
function startCall(limiter = new Limiter({ concurrency: 1 })) {
  const signals: AbortSignal[] = [];
  const future = limiter.run('key', ({ signal }) => {
    signals.push(signal);
    return new Promise<void>((_, reject) => {
      signal.addEventListener('abort', () => {
        reject(signal.reason as Error);
      });
    });
  });
  return { future, signals, limiter };
}

it('aborts when the subscriber of the call unsubscribes', () => {
  const { future, signals } = startCall();
  const subscription = future.subscribe();
  expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  subscription.unsubscribe();
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
});

it('aborts with the reason of a cancelled scope', async () => {
  const { future, signals } = startCall();
  await scoped(function* (scope) {
    const job = scope.start(future);
    yield timer(1);
    job.cancel('enough');
    yield timer(1);
  });
  const [signal] = signals;
  expect(signal?.reason).toBeInstanceOf(CancelledError);
  expect(signal?.reason).toMatchObject({ reason: 'enough' });
});

it('does not abort when the work has ended by itself', async () => {
  const signals: AbortSignal[] = [];
  const limiter = new Limiter();
  await limiter.run('key', ({ signal }) => {
    signals.push(signal);
    return of(1);
  });
  expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
});

it('is aborted already where the work reads it after the cancellation', () => {
  let call: StartedCall | undefined;
  const running = new Limiter().run('key', (started) => {
    call = started;
    return NEVER;
  });
  running.subscribe().unsubscribe();
  expect(call?.signal.aborted).toBe(true);
});

it('gives the slot to the next call once it has aborted', () => {
  const { future, signals, limiter } = startCall();
  const subscription = future.subscribe();
  const next: boolean[] = [];
  limiter
    .run('key', () => of(signals.every(({ aborted }) => aborted)))
    .subscribe((areAborted) => next.push(areAborted));
  expect(next).toEqual([]);
  subscription.unsubscribe();
  return Promise.resolve().then(() => {
    expect(next).toEqual([true]);
  });
});
