/**
 * Results in the order of what they come of, while that runs in whatever order it likes: what is early is kept here, and
 * holds up nobody.
 */
import { concat, from, map, mergeMap, Observable, of, type ObservableInput, type OperatorFunction } from 'rxjs';

interface Piece<R> {
  readonly index: number;
  /** Undefined at its end. */
  readonly result?: { readonly value: R };
}

/** As `mergeMap`, but in the order of the source. */
export function mergeMapInOrder<A, R>(
  run: (value: A) => ObservableInput<R>,
  concurrency: number,
): OperatorFunction<A, R> {
  return (source) =>
    source.pipe(
      mergeMap((value, index) => {
        const results = from(run(value)).pipe(map((result): Piece<R> => ({ index, result: { value: result } })));
        return concat(results, of<Piece<R>>({ index }));
      }, concurrency),
      inOrder<R>(),
    );
}

function inOrder<R>(): OperatorFunction<Piece<R>, R> {
  return (pieces) =>
    new Observable((subscriber) => {
      const early = new Map<number, Piece<R>[]>();
      let turn = 0;
      const tell = ({ result }: Piece<R>): void => {
        if (result) subscriber.next(result.value);
        else turn++;
      };
      const keep = (piece: Piece<R>): void => {
        const kept = early.get(piece.index);
        if (kept) kept.push(piece);
        else early.set(piece.index, [piece]);
      };
      let isTelling = false;
      const tellAll = (): void => {
        // Whoever is told may bring the next: it is told in this loop, and not in the middle of another.
        if (isTelling) return;
        isTelling = true;
        for (let due = early.get(turn); due; due = early.get(turn)) {
          early.delete(turn);
          for (const piece of due) tell(piece);
        }
        isTelling = false;
      };
      return pieces.subscribe({
        next: (piece) => {
          keep(piece);
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
}
