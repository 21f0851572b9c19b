import { defineConfig } from 'tsdown';

/** ESM, CommonJS and types, file by file, so that a reader of the package finds the same tree as in the sources. */
export default defineConfig({
  entry: ['src/index.ts'],
  format: ['esm', 'cjs'],
  platform: 'neutral',
  target: 'es2022',
  unbundle: true,
  dts: true,
  fixedExtension: true,
});
