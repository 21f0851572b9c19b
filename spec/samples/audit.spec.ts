/**
 * The answers of the audit, which are equal one query at a time, with sluice and by hand.
 */
import fc from 'fast-check';
import { answersFrom, type Answer } from '../../samples/audit/answer';
import { handwritten } from '../../samples/audit/handwritten';
import { load } from '../../samples/audit/load';
import { measure } from '../../samples/audit/measure';
import { naive } from '../../samples/audit/naive';
import { asJson, asText } from '../../samples/audit/report';
import { withSluice } from '../../samples/audit/with-sluice';
import { installed, link, lockfileOf, needs, type Entry } from './lockfile-of';
import { openInThread } from './pglite-in-thread';

const database = openInThread();
afterAll(() => database.close());

/** Returns the answers, after a check that all three ways agree. */
async function answers(packages: Readonly<Record<string, Entry>>): Promise<readonly Answer[]> {
  await load(database, lockfileOf(packages));
  const found = await withSluice(database);
  expect(found).toEqual(await naive(database));
  expect(found).toEqual(await handwritten(database));
  return found;
}

/** Returns the answer about a dependency without dependencies and findings. */
function plain(name: string, answer: Partial<Answer> = {}): Answer {
  return {
    name,
    path: `node_modules/${name}`,
    version: '1.0.0',
    bringsIn: [],
    depth: 0,
    onlyIt: [],
    licences: ['MIT'],
    withoutLicence: [],
    withoutIntegrity: [],
    missing: [],
    ...answer,
  };
}

describe('the answer about a direct dependency', () => {
  it('is given for each, in the order of the names, for every kind of dependency', async () => {
    const found = await answers({
      '': {
        ...needs('d'),
        devDependencies: { c: '*' },
        optionalDependencies: { b: '*' },
        peerDependencies: { a: '*' },
      },
      ...Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [`node_modules/${name}`, installed()])),
    });
    expect(found).toEqual([plain('a'), plain('b'), plain('c'), plain('d')]);
  });

  it('names its transitive dependencies, and the depth of the deepest by its shortest path', async () => {
    const found = await answers({
      '': needs('a'),
      'node_modules/a': installed(needs('b', 'd')),
      'node_modules/b': installed(needs('c')),
      'node_modules/c': installed(needs('d')),
      'node_modules/d': installed(needs('e')),
      'node_modules/e': installed(),
    });
    const rest = ['node_modules/b', 'node_modules/c', 'node_modules/d', 'node_modules/e'];
    expect(found).toEqual([plain('a', { bringsIn: rest, depth: 2, onlyIt: rest })]);
  });

  it('does not count the dependency itself in a cycle', async () => {
    const found = await answers({
      '': needs('a'),
      'node_modules/a': installed(needs('b')),
      'node_modules/b': installed(needs('c', 'b')),
      'node_modules/c': installed(needs('a')),
    });
    const rest = ['node_modules/b', 'node_modules/c'];
    expect(found).toEqual([plain('a', { bringsIn: rest, depth: 2, onlyIt: rest })]);
  });

  it('distinguishes two versions of one package', async () => {
    const found = await answers({
      '': needs('a', 's'),
      'node_modules/a': installed(needs('s', 't')),
      'node_modules/a/node_modules/s': installed({ version: '2.0.0', license: 'ISC' }),
      'node_modules/s': installed(),
      'node_modules/t': installed(needs('s')),
    });
    expect(found).toEqual([
      plain('a', {
        bringsIn: ['node_modules/a/node_modules/s', 'node_modules/s', 'node_modules/t'],
        depth: 2,
        onlyIt: ['node_modules/a/node_modules/s', 'node_modules/t'],
        licences: ['ISC', 'MIT'],
      }),
      plain('s'),
    ]);
  });

  it('names packages that no other direct dependency needs', async () => {
    const found = await answers({
      '': needs('a', 'b', 'c'),
      'node_modules/a': installed(needs('b', 'own')),
      'node_modules/b': installed(needs('common')),
      'node_modules/c': installed(needs('common')),
      'node_modules/common': installed(),
      'node_modules/own': installed(),
    });
    expect(found.map(({ onlyIt }) => onlyIt)).toEqual([['node_modules/own'], [], []]);
  });

  it('names packages without a licence or a hash, the dependency included', async () => {
    const found = await answers({
      '': needs('a', 'b'),
      'node_modules/a': { version: '1.0.0', integrity: 'sha512-spec', ...needs('c') },
      'node_modules/b': { version: '1.0.0', license: 'MIT', ...needs('c', 'd') },
      'node_modules/c': { version: '1.0.0' },
      'node_modules/d': { version: '1.0.0', license: '0BSD', inBundle: true },
    });
    expect(found).toEqual([
      plain('a', {
        bringsIn: ['node_modules/c'],
        depth: 1,
        licences: [],
        withoutLicence: ['node_modules/a', 'node_modules/c'],
        withoutIntegrity: ['node_modules/c'],
      }),
      plain('b', {
        bringsIn: ['node_modules/c', 'node_modules/d'],
        depth: 1,
        onlyIt: ['node_modules/d'],
        licences: ['0BSD', 'MIT'],
        withoutLicence: ['node_modules/c'],
        withoutIntegrity: ['node_modules/b', 'node_modules/c'],
      }),
    ]);
  });

  it('names missing required packages and their dependents, but no optional ones and no peers', async () => {
    const found = await answers({
      '': { ...needs('a', 'gone'), optionalDependencies: { maybe: '*' }, peerDependencies: { peer: '*' } },
      'node_modules/a': installed({
        ...needs('b', 'lost'),
        optionalDependencies: { maybe: '*' },
        peerDependencies: { peer: '*' },
      }),
      'node_modules/b': installed(needs('lost')),
    });
    expect(found).toEqual([
      plain('a', {
        bringsIn: ['node_modules/b'],
        depth: 1,
        onlyIt: ['node_modules/b'],
        missing: [
          { name: 'lost', neededBy: 'node_modules/a' },
          { name: 'lost', neededBy: 'node_modules/b' },
        ],
      }),
      plain('gone', { path: null, version: null, licences: [], missing: [{ name: 'gone', neededBy: '' }] }),
    ]);
  });

  it('is given for a workspace, which needs no hash', async () => {
    const found = await answers({
      '': { workspaces: ['packages/*'] },
      'node_modules/@x/web': link('packages/web'),
      'node_modules/core': link('packages/core'),
      'packages/web': { version: '2.0.0', license: 'MIT', ...needs('core', 'a') },
      'packages/core': { version: '3.0.0', ...needs('@x/web') },
      'node_modules/a': installed(),
    });
    expect(found).toEqual([
      plain('@x/web', {
        path: 'packages/web',
        version: '2.0.0',
        bringsIn: ['node_modules/a', 'packages/core'],
        depth: 1,
        withoutLicence: ['packages/core'],
      }),
      plain('core', {
        path: 'packages/core',
        version: '3.0.0',
        bringsIn: ['node_modules/a', 'packages/web'],
        depth: 2,
        withoutLicence: ['packages/core'],
      }),
    ]);
  });

  it('counts all its transitive dependencies', () => {
    const depths = new Map(Array.from({ length: 150_000 }, (_, index) => [`p${index}`, Math.min(index, 3)]));
    const [answer] = answersFrom([{ direct: { dependent: '', name: 'p0', target: 'p0' }, depths, missing: [] }], []);
    expect(answer).toMatchObject({ depth: 3, onlyIt: { length: 149_999 } });
  });

  it('is absent without direct dependencies', async () => {
    expect(await answers({ '': {} })).toEqual([]);
  });
});

describe('the audit with sluice', () => {
  it('makes at most two queries more than by hand, and fewer than one query at a time', async () => {
    const lockfile = lockfileOf({
      '': needs('a', 'b', 'c'),
      'node_modules/a': installed(needs('d')),
      'node_modules/b': installed(needs('d', 'e')),
      'node_modules/c': installed(needs('f')),
      'node_modules/d': installed(needs('f')),
      'node_modules/e': installed(),
      'node_modules/f': installed(needs('g')),
      'node_modules/g': installed(),
    });
    await load(database, lockfile);
    const { runs, agree } = await measure(database);
    expect(agree).toBe(true);
    expect(runs.handwritten.queries).toBe(5);
    expect(runs.naive.queries).toBe(25);
    expect(runs.sluice.queries).toBeLessThanOrEqual(runs.handwritten.queries + 2);
  });

  it('has the correct answers for any graph', async () => {
    await fc.assert(
      fc.asyncProperty(graphs, async (graph) => {
        const found = await answers(asPackages(graph));
        expect(found).toMatchObject(expectedOf(graph));
      }),
      { numRuns: 60 },
    );
  });
});

describe('the audit with one query at a time', () => {
  it('is stopped at its limit, with the queries that it takes, its rate, and the answers of the others', async () => {
    const lockfile = lockfileOf({
      '': needs('a', 'b', 'gone'),
      'node_modules/a': installed(needs('b')),
      'node_modules/b': installed(needs('a', 'c')),
      'node_modules/c': installed(),
    });
    await load(database, lockfile);
    const whole = await measure(database, { naiveLimit: Infinity });
    const stopped = await measure(database, { naiveLimit: 0 });
    expect(stopped.runs.naive).toEqual({
      queries: whole.runs.naive.queries,
      ms: expect.any(Number) as number,
      extrapolatedFrom: 1,
    });
    expect(whole.runs.naive.extrapolatedFrom).toBeUndefined();
    expect(stopped.answers).toEqual(whole.answers);
    expect([whole.agree, stopped.agree]).toEqual([true, true]);
  });

  it('reports its progress', async () => {
    await load(database, lockfileOf({ '': needs('a'), 'node_modules/a': installed() }));
    const steps: unknown[] = [];
    await measure(database, { progress: (...step) => steps.push(step) });
    expect(steps.slice(0, 3)).toEqual([['warming up'], ['with sluice and by hand', 0, 15], expect.anything()]);
    expect(steps.slice(-3)).toEqual([0, 1, 2].map((made) => ['one query at a time', made, 3]));
  });
});

/** The dependencies of each package by index; the first package is the root. */
type Graph = readonly (readonly number[])[];

const SIZE = 9;

const graphs: fc.Arbitrary<Graph> = fc.array(
  fc.uniqueArray(fc.integer({ min: 1, max: SIZE }), { maxLength: 4 }),
  // The last package is never installed, so that its dependents miss a package.
  { minLength: SIZE, maxLength: SIZE },
);

function asPackages(graph: Graph): Readonly<Record<string, Entry>> {
  return Object.fromEntries(
    graph.map((targets, source) => {
      const entry = needs(...targets.map((target) => `p${target}`));
      return source === 0 ? ['', entry] : [`node_modules/p${source}`, installed(entry)];
    }),
  );
}

/** Computes the answers by the Floyd–Warshall algorithm, which is independent of a graph traversal. */
function expectedOf(graph: Graph): readonly Pick<Answer, 'name' | 'bringsIn' | 'depth' | 'onlyIt'>[] {
  const places = graph.map((_, place) => place);
  const distances = graph.map((targets, source) =>
    places.map((target) => (source === target ? 0 : targets.includes(target) ? 1 : Infinity)),
  );
  const between = (source: number, target: number): number => distances[source]?.[target] ?? Infinity;
  for (const by of places) {
    for (const row of distances) {
      for (const to of places) row[to] = Math.min(row[to] ?? Infinity, (row[by] ?? Infinity) + between(by, to));
    }
  }
  const directs = [...(graph[0] ?? [])].sort();
  return directs.map((direct) => {
    const reached = places.filter((place) => place !== direct && between(direct, place) < Infinity);
    const others = directs.filter((other) => other !== direct);
    const own = reached.filter((place) => others.every((other) => between(other, place) === Infinity));
    return {
      name: `p${direct}`,
      bringsIn: reached.map(folderOf),
      depth: Math.max(0, ...reached.map((place) => between(direct, place))),
      onlyIt: own.map(folderOf),
    };
  });
}

function folderOf(place: number): string {
  return `node_modules/p${place}`;
}

describe('the report of an audit', () => {
  it.each([
    ['text', asText],
    ['JSON', asJson],
  ])('has no control characters as %s', async (_, report) => {
    const lockfile = lockfileOf({
      '': needs('a', '\x9b2Jgone'),
      'node_modules/a': installed({ version: '1\x1b]0;owned\x07', license: '\u202eTIM', integrity: '' }),
    });
    await load(database, lockfile);
    const text = report({ packages: 1, timeline: undefined, ...(await measure(database)) });
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{C}/u);
    expect(text).toMatch(/1\\u\{?(00)?1b/);
  });
});
