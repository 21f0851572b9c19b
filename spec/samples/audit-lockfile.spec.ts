/**
 * The packages and dependencies that the audit reads from a lockfile, without a database.
 */
import { dependenciesIn } from '../../samples/audit/graph';
import { packagesIn } from '../../samples/audit/load';
import { parseLockfile, type Lockfile } from '../../samples/audit/lockfile';
import { installed, link, lockfileOf, needs, textOf } from './lockfile-of';

/** `dependent > name = target` for every dependency, with a dot for the root and a question mark for a missing target. */
function graphOf(lockfile: Lockfile): readonly string[] {
  return dependenciesIn(lockfile).map(
    ({ dependent, name, target }) => `${dependent || '.'} > ${name} = ${target ?? '?'}`,
  );
}

describe('a dependency', () => {
  it('is found in the nearest node_modules up the tree', () => {
    const lockfile = lockfileOf({
      '': needs('a', 's'),
      'node_modules/a': installed(needs('s', 't')),
      'node_modules/a/node_modules/s': installed(),
      'node_modules/a/node_modules/t': installed(needs('s')),
      'node_modules/s': installed(),
    });
    expect(graphOf(lockfile)).toEqual([
      '. > a = node_modules/a',
      '. > s = node_modules/s',
      'node_modules/a > s = node_modules/a/node_modules/s',
      'node_modules/a > t = node_modules/a/node_modules/t',
      'node_modules/a/node_modules/t > s = node_modules/a/node_modules/s',
    ]);
  });

  it('is found from a scoped package, also if it is scoped itself', () => {
    const lockfile = lockfileOf({
      '': needs('@x/a'),
      'node_modules/@x/a': installed(needs('@x/b', 'c')),
      'node_modules/@x/b': installed(),
      'node_modules/c': installed(),
    });
    expect(graphOf(lockfile).slice(1)).toEqual([
      'node_modules/@x/a > @x/b = node_modules/@x/b',
      'node_modules/@x/a > c = node_modules/c',
    ]);
  });

  it('has the name of the dependency entry, not that of the package', () => {
    const lockfile = lockfileOf({ '': needs('alias'), 'node_modules/alias': installed({ name: 'real' }) });
    expect(graphOf(lockfile)).toEqual(['. > alias = node_modules/alias']);
  });

  it('is the folder that a link leads to', () => {
    const lockfile = lockfileOf({
      '': needs('tool'),
      'node_modules/tool': link('tools/tool'),
      'tools/tool': needs('a'),
      'node_modules/a': installed(),
    });
    expect(graphOf(lockfile)).toEqual(['. > tool = tools/tool', 'tools/tool > a = node_modules/a']);
  });

  it('that is optional or a peer counts if it is there, and does not if it is not', () => {
    const rest = { optionalDependencies: { there: '*', gone: '*' }, peerDependencies: { peer: '*', lost: '*' } };
    const lockfile = lockfileOf({ '': rest, 'node_modules/there': installed(rest), 'node_modules/peer': installed() });
    expect(graphOf(lockfile)).toEqual([
      '. > there = node_modules/there',
      '. > peer = node_modules/peer',
      'node_modules/there > there = node_modules/there',
      'node_modules/there > peer = node_modules/peer',
    ]);
  });

  it('that is listed both as plain and as optional is optional', () => {
    expect(graphOf(lockfileOf({ '': { ...needs('a'), optionalDependencies: { a: '*' } } }))).toEqual([]);
  });

  it('that is required and not there is missing', () => {
    const lockfile = lockfileOf({ '': needs('a'), 'node_modules/a': installed(needs('gone')) });
    expect(graphOf(lockfile)).toEqual(['. > a = node_modules/a', 'node_modules/a > gone = ?']);
  });

  it('is missing as well if its link leads to a folder that is not there', () => {
    expect(graphOf(lockfileOf({ '': needs('a'), 'node_modules/a': link('lost') }))).toEqual(['. > a = ?']);
  });

  it('for development counts for the root and for local folders, not for what is installed', () => {
    const development = { devDependencies: { d: '*' } };
    const lockfile = lockfileOf({
      '': { ...needs('tool', 'a'), ...development },
      'node_modules/tool': link('tool'),
      tool: development,
      'node_modules/a': installed(development),
      'node_modules/d': installed(),
    });
    expect(graphOf(lockfile).slice(2)).toEqual(['. > d = node_modules/d', 'tool > d = node_modules/d']);
  });

  it('of a folder outside the project is searched there, and is never missing', () => {
    const lockfile = lockfileOf({
      '': needs('tool'),
      'node_modules/tool': link('../tool'),
      '../tool': needs('a', 'b'),
      '../tool/node_modules/b': installed(),
      'node_modules/a': installed(),
    });
    expect(graphOf(lockfile)).toEqual(['. > tool = ../tool', '../tool > b = ../tool/node_modules/b']);
  });
});

describe('a workspace', () => {
  const folders = {
    'node_modules/@x/web': link('packages/web'),
    'node_modules/tool': link('tools/deep/tool'),
    'packages/web': needs('tool'),
    'tools/deep/tool': {},
  };

  it('is a direct dependency of the root; a link to another local folder is not', () => {
    const lockfile = lockfileOf({ '': { workspaces: ['packages/*'] }, ...folders });
    expect(graphOf(lockfile)).toEqual(['. > @x/web = packages/web', 'packages/web > tool = tools/deep/tool']);
  });

  it.each([
    [['./packages/*/'], 1],
    [['packages/web', 'tools/**'], 2],
    [['**/*'], 2],
    [['{packages,apps}/w?b'], 1],
    [['packages/*', '!packages/web'], 0],
    [['packages'], 0],
    [{ packages: ['packages/*'] }, 1],
    ['packages/*', 0],
  ])('is found by the patterns %j', (workspaces, found) => {
    const direct = graphOf(lockfileOf({ '': { workspaces }, ...folders })).filter((line) => line.startsWith('. >'));
    expect(direct).toHaveLength(found);
  });

  it('that is also a dependency is listed once', () => {
    const lockfile = lockfileOf({ '': { workspaces: ['packages/*'], ...needs('@x/web') }, ...folders });
    expect(graphOf(lockfile)[0]).toBe('. > @x/web = packages/web');
    expect(graphOf(lockfile)).toHaveLength(2);
  });
});

describe('a package', () => {
  function factsOf(entry: object, path = 'node_modules/a'): unknown {
    return packagesIn(lockfileOf({ '': {}, [path]: { ...entry } })).find((facts) => facts.path === path);
  }

  it.each([
    ['MIT', 'MIT'],
    [{ type: 'ISC', url: 'https://example.org' }, 'ISC'],
    [[{ type: 'MIT' }, 'ISC'], 'MIT OR ISC'],
    ['', null],
    [undefined, null],
    [[], null],
    [42, null],
  ])('whose licence field is %j has the licence %j', (license, licence) => {
    expect(factsOf({ license })).toMatchObject({ licence });
  });

  it('lacks an integrity hash if npm fetched it and there is none', () => {
    expect(factsOf({ resolved: 'git+ssh://git@example.org/a.git#0123456' })).toMatchObject({ lacksIntegrity: true });
    expect(factsOf(installed())).toMatchObject({ lacksIntegrity: false });
    expect(factsOf({}, 'packages/b/node_modules/a')).toMatchObject({ lacksIntegrity: true });
  });

  it('needs no integrity hash if it is a local folder or bundled', () => {
    expect(factsOf({}, 'packages/a')).toMatchObject({ lacksIntegrity: false });
    expect(factsOf({ inBundle: true })).toMatchObject({ lacksIntegrity: false });
  });

  it('does not include links', () => {
    expect(factsOf(link('packages/a'))).toBeUndefined();
  });

  it('may have the name of a property of Object.prototype', () => {
    const text = '{"lockfileVersion":3,"packages":{"":{"dependencies":{"__proto__":"1","constructor":"1"}}}}';
    expect(graphOf(parseLockfile(text, ''))).toEqual(['. > __proto__ = ?', '. > constructor = ?']);
  });
});

describe('a file', () => {
  it.each([2, 3])('of lockfile version %d is read', (version) => {
    expect(parseLockfile(textOf({ '': {} }, version), 'file').size).toBe(1);
  });

  it('may start with a byte order mark', () => {
    expect(parseLockfile(`\uFEFF${textOf({ '': {} })}`, 'file').size).toBe(1);
  });

  it.each([
    ['is not JSON', 'name: spec\nversion: 1', 'file is not JSON'],
    ['is JSON of another kind', '[1]', 'to be 2 or 3, but there is none'],
    ['is null', 'null', 'to be 2 or 3, but there is none'],
    ['is of version 1', textOf({ '': {} }, 1), 'to be 2 or 3, but it is 1'],
    ['is of a future version', textOf({ '': {} }, 4), 'to be 2 or 3, but it is 4'],
    ['has its version as a text', textOf({ '': {} }, '3'), 'to be 2 or 3, but it is "3"'],
    ['has no packages', '{"lockfileVersion":3}', 'must have an entry "" for the root package'],
    ['has no root package', textOf({ 'node_modules/a': {} }), 'must have an entry "" for the root package'],
    [
      'has an entry that is not an object',
      '{"lockfileVersion":3,"packages":{"":{},"a":7}}',
      'its entry "a" is neither',
    ],
    ['has a link without a target', textOf({ '': {}, a: { link: true } }), 'its entry "a" is neither'],
    ['has NUL in a version', textOf({ '': {}, a: { version: '1\0' } }), 'its entry "a" has a text with a NUL'],
    ['has NUL in a licence', textOf({ '': {}, a: { license: ['MIT', '\0'] } }), 'its entry "a" has a text with a NUL'],
    ['has NUL in a folder', textOf({ '': {}, 'a\0': {} }), 'has a text with a NUL'],
    ['has half a surrogate pair', textOf({ '': needs('\ud800') }), 'half a surrogate pair'],
    ['has the second half of one in a licence', textOf({ '': { license: '\udc00' } }), 'half a surrogate pair'],
    ['has a link to a link', textOf({ '': {}, a: link('b'), b: link('c'), c: {} }), 'a link to "b", which is a link'],
    ['has a link to itself', textOf({ '': {}, a: link('a') }), 'a link to "a", which is a link'],
    ['has a folder that no file system has', textOf({ '': {}, ['a'.repeat(3_000)]: {} }), 'longer than any path'],
  ])('that %s is refused, with the reason', (_, text, message) => {
    expect(() => parseLockfile(text, 'file')).toThrow(message);
  });
});
