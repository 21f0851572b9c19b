import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { defineConfig, type UserConfig } from 'tsdown';

type Manifest = { readonly imports: Readonly<Record<string, { readonly node: { readonly import: string } }>> };

const manifest = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as Manifest;

/** The doors, what `imports` of package.json chooses from, and the programs that threads run. */
const entry = ['src/*.ts', 'src/core/*-async-hooks.ts', 'src/pool/supervisor.ts', 'src/pool/worker/*-entry.ts'];

/** Files for Node alone are imported by the names that `imports` of package.json has for them. */
const importsByName = Object.entries(manifest.imports).map(([name, { node }]) => ({
  name: `import of ${name}`,
  resolveId: {
    filter: { id: new RegExp(`^\\.{1,2}/.*\\b${basename(node.import, '.mjs')}$`) },
    handler: () => ({ id: name, external: true }),
  },
}));

const shared: UserConfig = {
  root: 'src',
  platform: 'node',
  target: 'es2022',
  unbundle: true,
  dts: true,
  // A scope is an AsyncDisposable, which the types of a browser alone do not have.
  banner: { dts: '/// <reference lib="esnext.disposable" />' },
  fixedExtension: true,
  // To a neutral platform they are packages that are not there.
  deps: { neverBundle: [/^node:/] },
  plugins: importsByName,
};

/**
 * For each door an ES module that hands on what the CommonJS build has, its types too: in Node the library is loaded
 * once, however it is asked for.
 */
const onePerProcess: UserConfig['plugins'] = {
  name: 'one copy for import and require',
  generateBundle(_, bundle) {
    for (const file of Object.values(bundle)) {
      const [, door] = /^([^/]+)\.cjs$/.exec(file.fileName) ?? [];
      if (door === undefined || file.type !== 'chunk' || !file.isEntry) continue;
      const names = file.exports.toSorted().join(', ');
      this.emitFile({
        type: 'asset',
        fileName: `node/${door}.mjs`,
        source: `import door from '../${door}.cjs';\n\nexport const { ${names} } = door;\n`,
      });
      this.emitFile({ type: 'asset', fileName: `node/${door}.d.mts`, source: `export * from '../${door}.cjs';\n` });
    }
  },
};

/** ESM, CommonJS and types, file by file, so that a reader of the package finds the same tree as in the sources. */
export default defineConfig([
  // An ES module has another name for where it is. Browsers run some of them as they are: nothing of Node is put in.
  { ...shared, entry, format: 'esm', platform: 'neutral', define: { __filename: 'import.meta.filename' } },
  // What is for browsers is never required.
  { ...shared, entry: [...entry, '!src/**/*browser*'], format: 'cjs', plugins: [importsByName, onePerProcess] },
]);
