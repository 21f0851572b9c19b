/** Bundles names of one entry point, without RxJS, as a program's bundler would; its text goes to stdout. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsdown';
import { withoutNode } from '../support/without-node.mjs';

const [, , names, door = 'index'] = process.argv;
const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bundle-spec-'));
try {
  const entry = join(folder, 'entry.ts');
  writeFileSync(entry, `export { ${names} } from ${JSON.stringify(join(root, `src/${door}.ts`))};\n`);
  const outDir = join(folder, 'out');
  await build({
    config: false,
    cwd: root,
    entry: { program: entry },
    outDir,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    dts: false,
    plugins: [withoutNode],
    deps: { neverBundle: [/^rxjs/] },
    logLevel: 'error',
  });
  for (const file of readdirSync(outDir)) process.stdout.write(readFileSync(join(outDir, file), 'utf8'));
} finally {
  rmSync(folder, { recursive: true });
}
