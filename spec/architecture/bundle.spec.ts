/**
 * What a program gets with sluice: the sources, and RxJS, which it has. Nothing else.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageOf, root, sourceFiles } from './source-files';

interface Manifest {
  readonly imports?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>>;
  readonly sideEffects?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, unknown>>;
}

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;

const imported = new Set(
  sourceFiles
    .filter(({ folder, path }) => !['pool', 'fleet', 'command'].includes(folder) && !/\/node-/.test(path))
    .flatMap(({ imports }) => imports)
    .filter((specifier) => !specifier.startsWith('.'))
    .map(packageOf),
);

describe('the bundle', () => {
  it('holds no package but rxjs, outside of the fleet', () => {
    expect([...imported].sort()).toEqual(['rxjs']);
  });

  it('has no dependencies, and rxjs as a peer dependency', () => {
    expect(Object.keys(manifest.dependencies ?? {})).toEqual([]);
    expect(manifest.peerDependencies?.['rxjs']).toBe('^7.8.0');
  });

  it('has OpenTelemetry as an optional peer dependency', () => {
    const { rxjs, ...others } = manifest.peerDependencies ?? {};
    expect(rxjs).toBeDefined();
    expect(manifest.peerDependenciesMeta).toEqual(
      Object.fromEntries(Object.keys(others).map((name) => [name, { optional: true }])),
    );
  });

  it('declares that no module has side effects', () => {
    expect(manifest.sideEffects).toBe(false);
  });

  it('has for each file that is chosen by the platform one for Node and one for all others, as both kinds of modules', () => {
    const paths = new Set(sourceFiles.map(({ path }) => path));
    for (const conditions of Object.values(manifest.imports ?? {})) {
      // In this order: a bundler for browsers has no condition `node`.
      expect(Object.keys(conditions)).toEqual(['node', 'default']);
      for (const { import: module = '', require: script } of Object.values(conditions)) {
        const source = module.replace(/^\.\/dist\/|\.mjs$/g, '');
        expect(paths).toContain(`${source}.ts`);
        expect(script).toBe(`./dist/${source}.cjs`);
      }
    }
  });

  it('finds scoped packages by their name', () => {
    expect(['@scope/name/deep', 'rxjs/operators', 'lru-cache'].map(packageOf)).toEqual([
      '@scope/name',
      'rxjs',
      'lru-cache',
    ]);
  });
});
