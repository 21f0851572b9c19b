/** The teardown of what a task waits for runs in the contexts of that task, also where another task completes it. */
import { Observable, Subject } from 'rxjs';
import { ScopedValue, task, within } from 'sluice';

const language = new ScopedValue('none');

it('the teardown reads the values of its task, and the other task goes on with its own', async () => {
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

it('the teardown reads the values of its task where no task completes it', async () => {
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
