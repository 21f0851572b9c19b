/**
 * Workspaces are the links in the top `node_modules` whose target matches a workspace pattern of the root. Links alone
 * are not enough, because npm puts links to other local folders (`file:../tool`) into the same place.
 */
import { ROOT, type Lockfile } from './lockfile';

/** Names under which the root can depend on its workspaces. */
export function workspacesOf(lockfile: Lockfile): readonly string[] {
  const patterns = lockfile.get(ROOT)?.workspaces ?? [];
  return [...lockfile]
    .filter(([folder, { linksTo }]) => TOP_LEVEL.test(folder) && linksTo !== null && isNamed(linksTo, patterns))
    .map(([folder]) => folder.replace(TOP_LEVEL, '$1'));
}

/** Matches `node_modules/name` and `node_modules/@scope/name`, but no deeper path. */
const TOP_LEVEL = /^node_modules\/((?:@[^/]+\/)?[^/]+)$/;

/** True if the last pattern that matches the folder has no `!`; a pattern with `!` excludes folders. */
function isNamed(folder: string, patterns: readonly string[]): boolean {
  const last = patterns.findLast((pattern) => expressionOf(pattern.replace(/^!/, '')).test(folder));
  return last !== undefined && !last.startsWith('!');
}

/** RegExp of a glob pattern. The supported syntax is what packages use in `workspaces`: `*`, `**`, `?` and `{a,b}`. */
function expressionOf(pattern: string): RegExp {
  const plain = pattern.replace(/^\.?\//, '').replace(/\/+$/, '');
  return new RegExp(`^${plain.replace(GLOB_TOKEN, (token) => TOKEN_EXPRESSIONS.get(token) ?? `\\${token}`)}$`);
}

const GLOB_TOKEN = /\*\*\/|\*\*|[*?{},.+^$()|[\]\\]/g;

const TOKEN_EXPRESSIONS: ReadonlyMap<string, string> = new Map([
  ['**/', '(?:.*/)?'],
  ['**', '.*'],
  ['*', '[^/]*'],
  ['?', '[^/]'],
  ['{', '(?:'],
  ['}', ')'],
  [',', '|'],
]);
