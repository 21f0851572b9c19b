/**
 * The built package without the seam: a copy that never checks whether an instrumentation is installed. It is in a folder
 * of the benchmarks, so that it finds the same RxJS.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const dist = join(root, 'dist');

/** The check for an instrumentation, in every file. */
const SEAM = /\binstrumentation\.current\b(?! =[^=])/g;

export async function withoutSeam() {
  const folder = mkdtempSync(join(fileURLToPath(new URL('.', import.meta.url)), 'without-seam-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    cpSync(dist, folder, { recursive: true, filter: (path) => !/\.(cjs|d\.[cm]ts)$/.test(path) });
    writeFileSync(join(folder, 'package.json'), manifest());
    let looks = 0;
    for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.mjs'),
    )) {
      const code = readFileSync(join(folder, path), 'utf8');
      const blind = code.replace(SEAM, () => {
        looks += 1;
        return 'undefined';
      });
      if (blind !== code) writeFileSync(join(folder, path), blind);
    }
    // Under another name, the copy would be the same as the package.
    if (looks < 10) throw new Error(`Expected at least 10 checks for an instrumentation; got ${looks}. Is it renamed?`);
    return { sluice: await import(pathToFileURL(join(folder, 'index.mjs')).href), remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** The imports by name of the package, whose files are not below `dist` in the copy. */
function manifest() {
  const { imports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return JSON.stringify({ type: 'module', imports }).replaceAll('./dist/', './');
}
