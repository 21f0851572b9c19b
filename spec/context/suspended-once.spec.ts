/** A suspension that is handled, while other tasks are cancelled because of it, is reported nowhere else. */
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

describe('a SuspensionError that was handled is not reported again', () => {
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
        // handled
      }
    });
    expect(reported).toEqual([]);
  });
});
