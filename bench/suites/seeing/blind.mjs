/**
 * The built package without the seam: a copy in which nobody ever looks whether somebody looks on. It stands in a folder
 * of the benchmarks, so that it finds the same RxJS.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const dist = fileURLToPath(new URL('../../../dist', import.meta.url));

/** How the seam is looked at, in every file. */
const SEAM = /\bseam\.probe\b(?! =)/g;

export async function withoutSeam() {
  const folder = mkdtempSync(join(fileURLToPath(new URL('.', import.meta.url)), 'without-seam-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    cpSync(dist, folder, { recursive: true, filter: (path) => !/\.(cjs|d\.[cm]ts)$/.test(path) });
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
    // Another name for it, and both would be the same.
    if (looks < 10) throw new Error(`Only ${looks} places look at the seam: has it another name now?`);
    return { sluice: await import(pathToFileURL(join(folder, 'index.mjs')).href), remove };
  } catch (error) {
    remove();
    throw error;
  }
}
