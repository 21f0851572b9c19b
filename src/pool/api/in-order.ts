/** An ordered `mergeMap`: inner sources run concurrently, and their values are emitted in the order of the source. */
import {
  from,
  map,
  materialize,
  mergeMap,
  Observable,
  type ObservableInput,
  type ObservableNotification,
  type OperatorFunction,
} from 'rxjs';

interface IndexedNotification<R> {
  readonly index: number;
  readonly notification: ObservableNotification<R>;
}

/** Like `mergeMap`, but in the order of the source. An error is emitted at once, as `mergeMap` does. */
export function mergeMapInOrder<A, R>(
  run: (value: A) => ObservableInput<R>,
  concurrency: number,
): OperatorFunction<A, R> {
  return (source) =>
    source.pipe(
      mergeMap(
        (value, index) =>
          from(run(value)).pipe(
            materialize(),
            map((notification): IndexedNotification<R> => ({ index, notification })),
          ),
        concurrency,
      ),
      inOrder<R>(),
    );
}

const inOrder =
  <R>(): OperatorFunction<IndexedNotification<R>, R> =>
  (notifications$) =>
    new Observable((subscriber) => {
      const buffered = new Map<number, IndexedNotification<R>[]>();
      let current = 0;
      let isEmitting = false;
      // A subscriber may cause the next notification: it is emitted by the running loop, not by a nested one.
      const emitDue = (): void => {
        if (isEmitting) return;
        isEmitting = true;
        for (let due = buffered.get(current); due; due = buffered.get(current)) {
          buffered.delete(current);
          for (const { notification } of due) {
            if (notification.kind === 'N') subscriber.next(notification.value);
            else current++;
          }
        }
        isEmitting = false;
      };
      return notifications$.subscribe({
        next: (indexed) => {
          if (indexed.notification.kind === 'E') {
            subscriber.error(indexed.notification.error);
            return;
          }
          const earlier = buffered.get(indexed.index);
          if (earlier) earlier.push(indexed);
          else buffered.set(indexed.index, [indexed]);
          emitDue();
        },
        error: (error: unknown) => {
          subscriber.error(error);
        },
        complete: () => {
          subscriber.complete();
        },
      });
    });
