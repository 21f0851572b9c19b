/** A temporary folder for the files of one spec, which is removed after the last test. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface TemporaryFolder {
  readonly path: string;
  /** Writes a file below the folder, and returns its path. */
  readonly write: (path: string, content: string | Uint8Array) => string;
}

export function temporaryFolder(): TemporaryFolder {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sluice-spec-')));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    path: folder,
    write: (path, content) => {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
      return file;
    },
  };
}
