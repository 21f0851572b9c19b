import { defineConfig, type UserConfig } from 'tsdown';

/** The doors, and the programs that threads run. */
const entry = ['src/*.ts', 'src/pool/supervisor.ts', 'src/pool/worker/*-entry.ts'];

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
};

/** ESM, CommonJS and types, file by file, so that a reader of the package finds the same tree as in the sources. */
export default defineConfig([
  // An ES module has another name for where it is. Browsers run some of them as they are: nothing of Node is put in.
  { ...shared, entry, format: 'esm', platform: 'neutral', define: { __filename: 'import.meta.filename' } },
  // What is for browsers is never required.
  { ...shared, entry: [...entry, '!src/**/*browser*'], format: 'cjs' },
]);
