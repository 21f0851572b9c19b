/**
 * The built package without instrumentation: a copy that never checks whether an instrumentation is installed. The copy is
 * inside the folder of the benchmarks, so that it resolves the same RxJS.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const dist = join(root, 'dist');

/** Reads of the installed instrumentation; assignments are kept. */
const INSTRUMENTATION_CHECK = /\binstrumentation\.current\b(?! =[^=])/g;

export async function withoutInstrumentation() {
  const folder = mkdtempSync(join(fileURLToPath(new URL('.', import.meta.url)), 'without-instrumentation-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    cpSync(dist, folder, { recursive: true, filter: (path) => !/\.(cjs|d\.[cm]ts)$/.test(path) });
    writeFileSync(join(folder, 'package.json'), manifest());
    let checks = 0;
    for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.mjs'),
    )) {
      const code = readFileSync(join(folder, path), 'utf8');
      const stripped = code.replace(INSTRUMENTATION_CHECK, () => {
        checks += 1;
        return 'undefined';
      });
      if (stripped !== code) writeFileSync(join(folder, path), stripped);
    }
    // Without replacements, the copy would equal the package, and the benchmark would compare it with itself.
    if (checks < 10)
      throw new Error(
        `Expected at least 10 checks for an instrumentation; got ${checks}. Has \`instrumentation.current\` been renamed?`,
      );
    return { sluice: await import(pathToFileURL(join(folder, 'index.mjs')).href), remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** A package.json with the `#` imports of the package; the files of the copy are at its top, not in `dist`. */
function manifest() {
  const { imports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return JSON.stringify({ type: 'module', imports }).replaceAll('./dist/', './');
}
