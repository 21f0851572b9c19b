/**
 * The workspaces of a lockfile: the links in the top `node_modules` that lead to a folder which the root's patterns
 * name. The patterns matter, because npm puts links to other local folders (`file:../tool`) into the same place.
 */
import { ROOT, type Lockfile } from './lockfile';

/** The names of the workspaces, as the root would ask for them. */
export function workspacesOf(lockfile: Lockfile): readonly string[] {
  const patterns = lockfile.get(ROOT)?.workspaces ?? [];
  return [...lockfile]
    .filter(([folder, { linksTo }]) => TOP.test(folder) && linksTo !== null && isNamed(linksTo, patterns))
    .map(([folder]) => folder.replace(TOP, '$1'));
}

/** `node_modules/name` or `node_modules/@scope/name`, and nothing deeper. */
const TOP = /^node_modules\/((?:@[^/]+\/)?[^/]+)$/;

/** The last pattern that speaks of a folder has the say; `!` before a pattern takes folders out again. */
function isNamed(folder: string, patterns: readonly string[]): boolean {
  const last = patterns.findLast((pattern) => expressionOf(pattern.replace(/^!/, '')).test(folder));
  return last !== undefined && !last.startsWith('!');
}

/** The part of glob that `workspaces` uses in the wild: `*`, `**`, `?` and `{a,b}`. */
function expressionOf(pattern: string): RegExp {
  const plain = pattern.replace(/^\.?\//, '').replace(/\/+$/, '');
  return new RegExp(`^${plain.replace(TOKEN, (token) => MEANING.get(token) ?? `\\${token}`)}$`);
}

const TOKEN = /\*\*\/|\*\*|[*?{},.+^$()|[\]\\]/g;

const MEANING: ReadonlyMap<string, string> = new Map([
  ['**/', '(?:.*/)?'],
  ['**', '.*'],
  ['*', '[^/]*'],
  ['?', '[^/]'],
  ['{', '(?:'],
  ['}', ')'],
  [',', '|'],
]);
