/** The teardown of an input runs in the contexts of the task that waits for it, also when another task completes the input. */
import { Observable, Subject } from 'rxjs';
import { ScopedValue, task, within } from 'sluice';

const language = new ScopedValue('none');

it('a teardown that another task causes reads the scoped values of its own task, and the other task keeps its values', async () => {
  const seen: string[] = [];
  const source = new Subject<number>();
  const waiting = task(function* () {
    yield new Observable((subscriber) => {
      source.subscribe(subscriber);
      return () => seen.push(`teardown ${language.get()}`);
    });
  });
  const completing = task(function* () {
    source.next(1);
    source.complete();
    seen.push(`other ${language.get()}`);
    yield* [];
  });
  const waited = within(language.override('fr'), waiting()).then(() => undefined);
  await within(language.override('de'), completing());
  await waited;
  expect(seen).toEqual(['teardown fr', 'other de']);
});

it('a teardown outside of all tasks reads the scoped values of its own task', async () => {
  const seen: string[] = [];
  const waiting = task(function* () {
    yield new Observable<number>((subscriber) => {
      setTimeout(() => {
        subscriber.next(1);
        subscriber.complete();
      });
      return () => seen.push(language.get());
    });
  });
  await within(language.override('fr'), waiting());
  expect(seen).toEqual(['fr']);
});
