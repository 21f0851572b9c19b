/**
 * What a program gets that uses the core alone: nothing of tools, traces and tests, though they stand behind the same
 * door.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { packageOf } from './source-files';

const bundleOf = (names: string, door = 'index'): string =>
  execFileSync(process.execPath, [join(__dirname, 'bundle-core.mjs'), names, door], { encoding: 'utf8' });

/** The folders of the sources that are in the bundle. */
const foldersIn = (names: string, door?: string): Set<string> =>
  new Set(Array.from(bundleOf(names, door).matchAll(/^\/\/#region .*?src\/(\w+)\//gm), ([, folder = '']) => folder));

describe('the bundle of a program', () => {
  it('with the core has no code of pools, tools, traces and tests', () => {
    const folders = foldersIn('all, batch, batchMap, enter, run, scoped, allSettled, task');
    expect([...folders].sort()).toEqual(['batch', 'context', 'core', 'future', 'run', 'scheduler', 'scope', 'task']);
  });

  it('for a browser imports only RxJS', () => {
    const bundle = bundleOf('all, batch, batchMap, enter, run, scoped, allSettled, task');
    const imported = Array.from(bundle.matchAll(/^import .* from "(.*)";$/gm), ([, name = '']) => packageOf(name));
    expect(new Set(imported)).toEqual(new Set(['rxjs']));
  });

  it('with a tool has the tool, and no code of traces', () => {
    const folders = foldersIn('mapBy', 'tools');
    expect(folders).toContain('tools');
    expect(folders).not.toContain('trace');
  });

  it('with dumpTasks has the code of dumpTasks', () => {
    expect(foldersIn('dumpTasks')).toContain('trace');
  });
});
