/**
 * Results in the order of what they come of, while that runs in whatever order it likes: what is early is kept here, and
 * holds up nobody.
 */
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

interface Piece<R> {
  readonly index: number;
  readonly notification: ObservableNotification<R>;
}

/** As `mergeMap`, but in the order of the source. An error comes at once, as it does there. */
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
            map((notification): Piece<R> => ({ index, notification })),
          ),
        concurrency,
      ),
      inOrder<R>(),
    );
}

const inOrder =
  <R>(): OperatorFunction<Piece<R>, R> =>
  (pieces$) =>
    new Observable((subscriber) => {
      const early = new Map<number, Piece<R>[]>();
      let turn = 0;
      let isTelling = false;
      // Whoever is told may bring the next: it is told in this loop, and not in the middle of another.
      const tellAll = (): void => {
        if (isTelling) return;
        isTelling = true;
        for (let due = early.get(turn); due; due = early.get(turn)) {
          early.delete(turn);
          for (const { notification } of due) {
            if (notification.kind === 'N') subscriber.next(notification.value);
            else turn++;
          }
        }
        isTelling = false;
      };
      return pieces$.subscribe({
        next: (piece) => {
          if (piece.notification.kind === 'E') {
            subscriber.error(piece.notification.error);
            return;
          }
          const kept = early.get(piece.index);
          if (kept) kept.push(piece);
          else early.set(piece.index, [piece]);
          tellAll();
        },
        error: (error: unknown) => {
          subscriber.error(error);
        },
        complete: () => {
          subscriber.complete();
        },
      });
    });
