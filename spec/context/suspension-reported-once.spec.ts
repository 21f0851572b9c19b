/** A SuspensionError that is handled is not reported again by the tasks that are cancelled because of it. */
import { all, batch, enter, forbidSuspension, Future, task } from 'sluice';
import { unhandledErrorsOf } from '../support/unhandled';

const item = batch((keys: readonly number[]) => keys);
const suspended = task(function* () {
  const stay = enter(forbidSuspension());
  try {
    yield* item(1);
  } finally {
    stay[Symbol.dispose]();
  }
});

describe('a handled SuspensionError is not reported again', () => {
  it.each<[string, () => unknown]>([
    ['by all and block', () => all([suspended(), suspended()]).block()],
    [
      'by a bare yield',
      () =>
        task(function* () {
          yield [suspended(), suspended()];
        })().block(),
    ],
    ['where a sibling fails', () => all([suspended(), Future.fail('no')]).block()],
    ['by a subscriber', () => all([suspended(), suspended()]).subscribe({ error: () => undefined })],
  ])('%s', (_, program) => {
    const reported = unhandledErrorsOf(() => {
      try {
        program();
      } catch {
        // Handled here.
      }
    });
    expect(reported).toEqual([]);
  });
});
