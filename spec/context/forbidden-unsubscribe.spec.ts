/** A task that unsubscribes from other work is not suspended: only the clean-up of that work runs. */
import { NEVER, type Subscription } from 'rxjs';
import { batch, forbidSuspension, Future, ScopedValue, task, within } from 'sluice';
import { sleep } from '../support/sleep';

it.each<[string, () => Subscription]>([
  ['an open batch', () => batch(() => NEVER, { window: 1_000 })(1).subscribe()],
  ['a flight', () => batch(() => NEVER)(1).subscribe()],
  ['a future of an Observable', () => Future.from(NEVER).subscribe()],
  [
    'a flight whose signal was taken',
    () => batch((_, { signal }) => (signal.addEventListener('abort', () => undefined), NEVER))(1).subscribe(),
  ],
  [
    'a task that cleans up in a context',
    () =>
      within(
        new ScopedValue(1).override(2),
        task(function* () {
          try {
            yield NEVER;
          } finally {
            batch((keys: readonly number[]) => keys)(1).subscribe();
          }
        })(),
      ).subscribe(),
  ],
])('a task inside forbidSuspension() may unsubscribe from %s', async (_, begin) => {
  const other = begin();
  await sleep(2);
  const leaving = task(function* () {
    other.unsubscribe();
    return 'left';
  });
  expect(await within(forbidSuspension(), leaving())).toBe('left');
});
