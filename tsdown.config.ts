import { defineConfig } from 'tsdown';

/** ESM, CommonJS and types, file by file, so that a reader of the package finds the same tree as in the sources. */
export default defineConfig({
  entry: ['src/index.ts'],
  format: ['esm', 'cjs'],
  platform: 'neutral',
  target: 'es2022',
  unbundle: true,
  dts: true,
  // A scope is an AsyncDisposable, which the types of a browser alone do not have.
  banner: { dts: '/// <reference lib="esnext.disposable" />' },
  fixedExtension: true,
});
