/**
 * The files that are found in a folder, and the row of each file, computed on this thread.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, symlinkSync, truncateSync, unlinkSync, writeFileSync, type PathLike } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { from, lastValueFrom, toArray } from 'rxjs';
import { onMainThread } from '../../samples/digest/main-thread';
import { Progress } from '../../samples/digest/progress';
import type { Row } from '../../samples/digest/row';
import { isJavaScript, sourceFrom } from '../../samples/digest/source';
import { totalsOf } from '../../samples/digest/totals';
import { walk } from '../../samples/digest/walk';
import { digest, LARGE } from '../../samples/digest/work';
import { temporaryFolder } from '../support/temporary-folder';

const temporary = temporaryFolder();

let folders = 0;

/** Creates a folder with these files. */
function folderOf(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const name = String((folders += 1));
  mkdirSync(join(temporary.path, name));
  for (const [path, content] of Object.entries(files)) temporary.write(join(name, path), content);
  return join(temporary.path, name);
}

function rowOf(content: string | Uint8Array, path = 'file'): Promise<Row> {
  return digest({ folder: folderOf({ [path]: content }), path });
}

async function walked(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { path } of walk(folder)) paths.push(path);
  return paths;
}

function makePipe(path: string): void {
  expect(spawnSync('bash', ['-c', 'mkfifo "$0"', path]).status).toBe(0);
}

const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

describe('the row of a file', () => {
  it('has the hash and the sizes of a file', async () => {
    // The hash is the example of FIPS 180-2. Of gzip 18 bytes are head and foot, 5 are the three letters and an end.
    expect(await rowOf('abc')).toEqual({
      path: 'file',
      bytes: 3,
      sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      gzipped: 23,
    });
  });

  it('has the hash and the sizes of an empty file', async () => {
    expect(await rowOf('')).toEqual({
      path: 'file',
      bytes: 0,
      sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      gzipped: 20,
    });
  });

  it('has the hash and the sizes of a long file, the third example of FIPS 180-2', async () => {
    const million = 'a'.repeat(1_000_000);
    expect(await rowOf(million)).toEqual({
      path: 'file',
      bytes: 1_000_000,
      sha256: 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0',
      gzipped: gzipSync(million).length,
    });
  });

  it('has the hash and the sizes of a binary file', async () => {
    const bytes = Uint8Array.from({ length: 4096 }, (_, index) => (index * 7919) % 256);
    const row = { path: 'file', bytes: 4096, sha256: sha256(bytes), gzipped: gzipSync(bytes).length };
    expect(await rowOf(bytes)).toEqual(row);
  });

  it('has the hash and the sizes of a huge file, which is never in memory as a whole', async () => {
    const folder = folderOf({ huge: '', 'huge.js': '' });
    const content = Buffer.alloc(LARGE + 12_345);
    content.write('not only zeros');
    writeFileSync(join(folder, 'huge'), content);
    truncateSync(join(folder, 'huge.js'), LARGE + 1);
    expect(await digest({ folder, path: 'huge' })).toEqual({
      path: 'huge',
      bytes: content.length,
      sha256: sha256(content),
      gzipped: gzipSync(content).length,
    });
    const source = { unparsable: `larger than ${LARGE} bytes` };
    expect(await digest({ folder, path: 'huge.js' })).toMatchObject({ bytes: LARGE + 1, source });
  });

  it('supports names with spaces, `#`, `%` and letters of any script', async () => {
    const path = 'a b/#%41?/ключ 鍵.js';
    expect(await rowOf('f(() => 1);', path)).toMatchObject({ path, bytes: 11, source: { functions: 1 } });
  });
});

describe('a file that cannot be read', () => {
  it('is one that was removed after it was found', async () => {
    const folder = folderOf({ 'below/gone': '' });
    const places = [];
    for await (const place of walk(folder)) places.push(place);
    unlinkSync(join(folder, 'below/gone'));
    const rows = await lastValueFrom(from(places).pipe(onMainThread(), toArray()));
    expect(rows).toEqual([{ path: 'below/gone', unreadable: 'no longer there' }]);
  });

  it('is one whose folder was replaced by a file', async () => {
    const folder = folderOf({ below: '' });
    expect(await digest({ folder, path: 'below/file' })).toMatchObject({ unreadable: 'no longer there' });
  });

  it('is one whose name is not valid text, as its reason says', async () => {
    const folder = folderOf({ file: '' });
    const unreadable = 'its name is not UTF-8, or it is no longer there';
    expect(await digest({ folder, path: 'caf\uFFFD.txt' })).toEqual({ path: 'caf\uFFFD.txt', unreadable });
    expect(await digest({ folder, path: 'd\uFFFD/file' })).toEqual({ path: 'd\uFFFD/file', unreadable });
  });

  it('is a folder in place of a file', async () => {
    const folder = folderOf({ 'file.js/inside': '' });
    expect(await digest({ folder, path: 'file.js' })).toEqual({
      path: 'file.js',
      unreadable: 'not a file, but a folder',
    });
  });

  it('is a link to a missing file, or in a cycle', async () => {
    const folder = folderOf();
    symlinkSync('nowhere', join(folder, 'broken'));
    symlinkSync('circle', join(folder, 'circle'));
    expect(await digest({ folder, path: 'broken' })).toMatchObject({
      unreadable: 'a symbolic link that leads nowhere',
    });
    expect(await digest({ folder, path: 'circle' })).toMatchObject({
      unreadable: 'a symbolic link that leads in a circle',
    });
  });

  it('is a pipe, which is not opened', async () => {
    const folder = folderOf();
    makePipe(join(folder, 'pipe.js'));
    expect(await digest({ folder, path: 'pipe.js' })).toMatchObject({ unreadable: 'not a file, but a pipe' });
  });

  it('is a socket', async () => {
    const folder = folderOf();
    const server = createServer();
    await new Promise<void>((listening) => server.listen(join(folder, 'socket'), listening));
    const row = await digest({ folder, path: 'socket' });
    await new Promise((closed) => server.close(closed));
    expect(row).toMatchObject({ unreadable: 'not a file, but a socket or a device' });
  });

  it('is a device, also an endless one', async () => {
    expect(await digest({ folder: '/dev', path: 'zero' })).toMatchObject({ unreadable: 'not a file, but a device' });
  });

  it('is a file with a name that is too long', async () => {
    expect(await digest({ folder: folderOf(), path: 'x'.repeat(1000) })).toMatchObject({
      unreadable: 'the name is too long',
    });
  });
});

describe('the walk', () => {
  it('finds every file, in an order that depends on the names only', async () => {
    const folder = folderOf({ b: '', 'a/z': '', 'a/b/c': '', 'a-b': '', Z: '', 'c/d': '' });
    expect(await walked(folder)).toEqual(['Z', 'a-b', 'b', 'a/z', 'a/b/c', 'c/d']);
  });

  it('finds nothing in an empty folder, or in many', async () => {
    const folder = folderOf();
    mkdirSync(join(folder, 'a', 'b'), { recursive: true });
    expect(await walked(folder)).toEqual([]);
  });

  it('follows no link: not to a file, not to a folder, not out of the folder, not in circles', async () => {
    const folder = folderOf({ 'a/file': '' });
    const link = (to: PathLike, path: string): void => symlinkSync(to, join(folder, path));
    link('a/file', 'to-file');
    link('a', 'to-folder');
    link('/', 'out');
    link('..', 'a/up');
    link('.', 'itself');
    expect(await walked(folder)).toEqual(['a/file']);
  });

  it('finds links that lead nowhere, or to themselves', async () => {
    const folder = folderOf();
    symlinkSync('nowhere', join(folder, 'broken'));
    symlinkSync('two', join(folder, 'one'));
    symlinkSync('one', join(folder, 'two'));
    expect(await walked(folder)).toEqual(['broken', 'one', 'two']);
  });

  it('starts at a folder that is itself given as a link', async () => {
    const folder = folderOf({ 'real/file': '' });
    symlinkSync('real', join(folder, 'link'));
    expect(await walked(join(folder, 'link'))).toEqual(['file']);
  });

  it('finds pipes and sockets without opening them', async () => {
    const folder = folderOf();
    makePipe(join(folder, 'pipe'));
    expect(await walked(folder)).toEqual(['pipe']);
  });

  it('continues when a folder is removed meanwhile, and lists that folder', async () => {
    const folder = folderOf({ a: '', 'b/c': '', 'd/e': '' });
    const found: string[] = [];
    for await (const { path } of walk(folder)) {
      if (path === 'a') rmSync(join(folder, 'b'), { recursive: true });
      found.push(path);
    }
    expect(found).toEqual(['a', 'b', 'd/e']);
    expect(await digest({ folder, path: 'b' })).toMatchObject({ unreadable: 'no longer there' });
  });
});

describe('a source', () => {
  it('is found by its name; TypeScript, JSX and JSON are not sources', () => {
    const names = ['a.js', 'a.mjs', 'a.cjs', 'A.JS', 'a.ts', 'a.jsx', 'a.json', 'a.js.map', 'ajs', '.js/a'];
    expect(names.filter(isJavaScript)).toEqual(['a.js', 'a.mjs', 'a.cjs', 'A.JS']);
  });

  it.each(['a.ts', 'a.mts', 'a.json', 'a.jsx', 'a.txt'])('%s is not parsed', async (path) => {
    expect(await rowOf('function f() {}', path)).not.toHaveProperty('source');
  });

  it('has its functions counted: all kinds, and nothing else', () => {
    const text = `
      function declared() {}
      const expressed = function () {};
      const arrow = () => 1;
      async function* both() {}
      class A { constructor() {} method() {} get it() { return 1; } static set it(value) {} #field = () => 2; static {} }
      const object = { short() {}, get it() { return 3; }, key: async () => 4 };
      // function comment() {}
      const text = 'function text() {}', template = \`function \${() => 5} () {}\`, expression = /function () {}/;
    `;
    // 4, then 5 in the class, 3 in the object, and 1 in the template.
    expect(sourceFrom(text, 'a.js')).toMatchObject({ functions: 13 });
  });

  it('has its imports counted: static, dynamic, passed on, required', () => {
    const text = `
      import 'effect';
      import one, { two } from 'a';
      import * as all from 'b';
      export * from 'c';
      export * as named from 'd';
      export { three } from 'e';
      export { one, two };
      export default all;
      const lazy = () => import('f');
      const required = require('g');
      const here = import.meta.url;
      other.require('h');
      require();
    `;
    expect(sourceFrom(text, 'a.mjs')).toMatchObject({ imports: 8 });
  });

  it.each([
    ['', 0],
    ['a = { b: { c: [{}] } }', 0],
    ['({ a: { b } } = c)', 0],
    ['() => () => 1', 0],
    ['{}', 1],
    ['{} {} {}', 1],
    ['function f() { if (a) { for (;;) { b } } }', 3],
    ['if (a) {} else if (b) {} else {}', 1],
    ['class A { method() { return { a: { b: 1 } } } }', 2],
    ['class A { static { { } } }', 3],
    ['switch (a) { case 1: { b } }', 2],
    ['switch (() => { { } }) { }', 2],
    ['try { } catch { { } } finally { }', 2],
    ['a = { method() { () => { } } }', 2],
    ['function f(a = () => { { } }) { }', 2],
  ])('%j is nested %i deep', (text, nesting) => {
    expect(sourceFrom(text, 'a.js')).toMatchObject({ nesting });
  });

  it('with the extension .js may be an ES module, a CommonJS module or a sloppy script', () => {
    const counts = { functions: 1, imports: 1, nesting: 1 };
    expect(sourceFrom("import 'a'; await (async () => {})();", 'a.js')).toEqual(counts);
    expect(sourceFrom("require('a'); with (a) b = function () {}; return;", 'a.js')).toEqual(counts);
    expect(sourceFrom("'use strict'; module.exports = () => { require('a'); };", 'a.js')).toEqual(counts);
  });

  it('with the extension .mjs or .cjs is parsed as that kind only', () => {
    expect(sourceFrom("import 'a';", 'a.cjs')).toHaveProperty('unparsable');
    expect(sourceFrom('return 1;', 'a.mjs')).toHaveProperty('unparsable');
    expect(sourceFrom('return 1;', 'a.cjs')).not.toHaveProperty('unparsable');
  });

  it('may start with a hashbang, a byte order mark, or both', () => {
    const counts = { functions: 1, imports: 0, nesting: 0 };
    for (const start of ['#!/usr/bin/env node\n', '\uFEFF', '\uFEFF#!/usr/bin/env node\r\n'])
      expect(sourceFrom(`${start}() => 1`, 'a.js')).toEqual(counts);
  });

  it('that cannot be parsed has the error of the kind that was parsed furthest', () => {
    expect(sourceFrom('import "a";\nlet = ;', 'a.js')).toEqual({ unparsable: expect.stringMatching(/\(2:/) as string });
    expect(sourceFrom('with (a) {\n  b = ;\n}', 'a.js')).toEqual({ unparsable: 'Unexpected token (2:6)' });
    expect(sourceFrom('a\0b\u0001', 'a.js')).toHaveProperty('unparsable');
  });

  it('that is nested too deeply for the parser is reported as unparsable', () => {
    expect(sourceFrom('('.repeat(100_000), 'a.js')).toEqual({ unparsable: 'nested too deeply' });
    expect(sourceFrom(`a${'+a'.repeat(100_000)}`, 'a.js')).toEqual({ unparsable: 'nested too deeply' });
  });

  it('is in the row of its file, as is the reason if there is none', async () => {
    expect(await rowOf("require('a')", 'a.cjs')).toMatchObject({ source: { functions: 0, imports: 1, nesting: 0 } });
    const row = await rowOf('<div/>', 'a.js');
    expect(row).toMatchObject({ bytes: 6, source: { unparsable: 'Unexpected token (1:0)' } });
  });
});

describe('the totals', () => {
  const source = { functions: 1, imports: 2, nesting: 3 };
  const row = (path: string, bytes: number, more = {}): Row => ({ path, bytes, sha256: '', gzipped: 1, ...more });

  it('are the sums of the rows, with the files that could not be read or parsed', () => {
    const rows = [
      row('a.js', 10, { source }),
      row('b/c.JS', 20, { source: { ...source, nesting: 9 } }),
      row('d.js', 5, { source: { unparsable: 'why' } }),
      row('.rc', 7),
      row('license', 100),
      { path: 'gone', unreadable: 'why not' },
    ];
    expect(totalsOf(rows)).toEqual({
      files: 6,
      bytes: 142,
      gzipped: 5,
      kinds: [
        { extension: '', files: 2, bytes: 107, gzipped: 2 },
        { extension: '.js', files: 3, bytes: 35, gzipped: 3 },
      ],
      source: { files: 2, functions: 2, imports: 4, nesting: 9, deepest: 'b/c.JS' },
      unreadable: [{ path: 'gone', reason: 'why not' }],
      unparsable: [{ path: 'd.js', reason: 'why' }],
    });
  });

  it('of no files are zero', () => {
    expect(totalsOf([])).toMatchObject({ files: 0, bytes: 0, kinds: [], source: { files: 0, deepest: null } });
  });
});

describe('progress', () => {
  async function shownOn(isTTY: boolean, count: number): Promise<string> {
    let shown = '';
    const progress = new Progress('spec', { isTTY, write: (text) => ((shown += text), true) });
    const rows = Array.from({ length: count }, (): Row => ({ path: '', bytes: 1e6, sha256: '', gzipped: 1 }));
    await lastValueFrom(from(rows).pipe(progress.found(), progress.done()), { defaultValue: undefined });
    return shown;
  }

  it('in a log is a plain line', async () => {
    expect(await shownOn(false, 1000)).toMatch(/^spec: 1000 of 1000 files, 1000\.0 MB, \d+\.\d s\n$/);
    expect(await shownOn(false, 0)).toMatch(/^spec: 0 of 0 files, 0\.0 MB, \d+\.\d s\n$/);
  });

  it('on a terminal is a bar, which is removed at the end', async () => {
    const term = process.env['TERM'];
    process.env['TERM'] = 'xterm';
    const shown = await shownOn(true, 1000);
    process.env['TERM'] = term ?? '';
    expect(shown).toContain('100% of 1000 files, 1000.0 MB');
    // The cursor is hidden and lines do not wrap, and at the end both are as before, on a line that is clear.
    expect(shown.lastIndexOf('\x1b[?25h')).toBeGreaterThan(shown.lastIndexOf('\x1b[?25l'));
    expect(shown.lastIndexOf('\x1b[?7h')).toBeGreaterThan(shown.lastIndexOf('\x1b[?7l'));
    expect(shown.endsWith('\x1b[2K')).toBe(true);
  });

  it('on a dumb terminal is a plain line', async () => {
    const term = process.env['TERM'];
    process.env['TERM'] = 'dumb';
    const shown = await shownOn(true, 10);
    process.env['TERM'] = term ?? '';
    expect(shown).toMatch(/^[ -~]+\n$/);
  });
});
