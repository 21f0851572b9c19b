/** A plain value in place of an input: the error names the function and says what to return. */
import { firstValueFrom, lastValueFrom, of, type Observable, type ObservableInput } from 'rxjs';
import { expandBy, Limiter, limitMap, pullMap } from 'sluice';
import { failureOf } from '../support/failure-of';

type Project = () => ObservableInput<number>;

const operators: readonly (readonly [name: string, run: (project: Project) => Observable<unknown>])[] = [
  ['pullMap: expected the result of its project', (project) => pullMap([1], project)],
  ['pullMap: expected the result of its project', (project) => pullMap([1], project, { ordered: true })],
  [
    'limitMap: expected the result of its project',
    (project) => of(1).pipe(limitMap(new Limiter(), (value: number) => value, project)),
  ],
  [
    'limitMap: expected the result of its project',
    (project) => of(1).pipe(limitMap(new Limiter(), (value: number) => value, project, { ordered: true })),
  ],
  ['expandBy: expected the result of its project', (project) => of(1).pipe(expandBy(project))],
  ['Limiter.run: expected the result of its work', (project) => new Limiter().run('a', project)],
];

describe.each(operators)('%s', (start, run) => {
  it.each([
    [5, '5 (number)'],
    [undefined, 'undefined (undefined)'],
    [null, 'null (object)'],
    [{ a: 1 }, '{"a":1} (object)'],
  ])('is refused where it is %p', async (value, got) => {
    const error = await failureOf(lastValueFrom(run(() => value as unknown as ObservableInput<number>)));
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).toBe(
      `TypeError: ${start} to be an Observable, a future, a promise or an iterable; got ${got}. ` +
        'Return of(value) for a plain value, and EMPTY for none.',
    );
  });

  it.each([[[7]], [new Set([7])], [Promise.resolve(7)], [of(7)]])('may be %p', async (input) => {
    await expect(firstValueFrom(run(() => input as ObservableInput<number>))).resolves.toBeDefined();
  });
});
