/** Modules for one spec, written to a temporary folder. Their names and contents are what the spec varies. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface Fixtures {
  readonly folder: string;
  /** Writes a file below the folder, and returns its path. */
  write(path: string, text: string): string;
  remove(): void;
}

export function fixtures(): Fixtures {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sluice-modules-')));
  return {
    folder,
    write: (path, text) => {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      return file;
    },
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
