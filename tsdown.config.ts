import { basename } from 'node:path';
import { defineConfig, type UserConfig } from 'tsdown';
import { imports } from './package.json';

/** The doors, what `imports` of package.json chooses from, and the programs that threads run. */
const entry = ['src/*.ts', 'src/core/*-async-hooks.ts', 'src/pool/supervisor.ts', 'src/pool/worker/*-entry.ts'];

/** Files for Node alone are imported by the names that `imports` of package.json has for them. */
const seams = Object.entries(imports).map(([name, { node }]) => ({ name, file: basename(node.import, '.mjs') }));

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
  plugins: seams.map(({ name, file }) => ({
    name: `import of ${name}`,
    resolveId: {
      filter: { id: new RegExp(`^\\.{1,2}/.*\\b${file}$`) },
      handler: () => ({ id: name, external: true }),
    },
  })),
};

/** ESM, CommonJS and types, file by file, so that a reader of the package finds the same tree as in the sources. */
export default defineConfig([
  // An ES module has another name for where it is. Browsers run some of them as they are: nothing of Node is put in.
  { ...shared, entry, format: 'esm', platform: 'neutral', define: { __filename: 'import.meta.filename' } },
  // What is for browsers is never required.
  { ...shared, entry: [...entry, '!src/**/*browser*'], format: 'cjs' },
]);
