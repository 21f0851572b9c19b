/** The types of pullMap, distinctBy and expandBy. `tsc` checks this file, and nothing runs it. */
import { EMPTY, of, type Observable } from 'rxjs';
import { distinctBy, expandBy, Future, pullMap, type AsyncItems } from 'sluice';
import { compiles, group, typeOf } from './assertions';

interface Row {
  readonly id: number;
}

const asText = (id: number): Future<string> => Future.of(String(id));

group('pullMap', () => {
  compiles('has the type of its items, for every kind of source', () => {
    const gap: AsyncItems<number> = { [Symbol.asyncIterator]: () => ({ next: () => of({ done: false, value: 1 }) }) };
    async function* feed(): AsyncGenerator<number, void> {
      yield await Promise.resolve(1);
    }
    typeOf(pullMap([1], asText)).is<Observable<string>>();
    typeOf(pullMap(new Set([1]), (id) => asText(id))).is<Observable<string>>();
    typeOf(pullMap(feed(), (id) => asText(id))).is<Observable<string>>();
    typeOf(pullMap(feed, (id) => asText(id))).is<Observable<string>>();
    typeOf(
      pullMap(
        () => [1],
        (id) => asText(id),
      ),
    ).is<Observable<string>>();
    typeOf(pullMap(gap, (id) => asText(id))).is<Observable<string>>();
    typeOf(pullMap('ab', (letter) => [letter.length])).is<Observable<number>>();
  });

  compiles('refuses a plain value as the result of project', () => {
    // @ts-expect-error -- a number is not an input
    pullMap([1], (id) => id);
  });
});

group('distinctBy', () => {
  compiles('keeps the type of the values, and gives the store the type of the keys', () => {
    typeOf(of<Row>({ id: 1 }).pipe(distinctBy((row) => row.id, { store: new Set<number>() }))).is<Observable<Row>>();
    // @ts-expect-error -- keys are numbers
    of<Row>({ id: 1 }).pipe(distinctBy((row) => row.id, { store: new Set<string>() }));
  });
});

group('expandBy', () => {
  compiles('has the type of the source, for expansions without values too', () => {
    typeOf(of(1).pipe(expandBy(() => EMPTY))).is<Observable<number>>();
    typeOf(of<Row>({ id: 1 }).pipe(expandBy(({ id }) => [{ id: id + 1 }], { key: ({ id }) => id }))).is<
      Observable<Row>
    >();
    typeOf(of('a').pipe(expandBy((path, depth) => [path.repeat(depth)]))).is<Observable<string>>();
  });
});
