/**
 * A function is sent to a fleet as the name of a module and of its export, never as source. The path of a module differs
 * from machine to machine, so a module below the folder of modules is named by its path within the folder.
 */
import { realpathSync } from 'node:fs';
import { isAbsolute, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NamedCode } from '../../pool/wire/function-code';

export interface ModuleReference {
  readonly module: string;
  readonly exportName: string;
}

/**
 * @param folder the folder of modules of the caller; workers have one of their own with the same files
 * @throws TypeError for a function without a reference, or a module that only this process can load.
 */
export function moduleReferenceOf(
  { code, name }: NamedCode,
  folder: string | undefined,
  caller: string,
): ModuleReference {
  if ('source' in code)
    throw new TypeError(
      `${caller}: expected its function to be a reference { url, name } to an exported function, or a function of pool.module(); got function ${name}. ` +
        'A fleet runs functions of named modules only. Export the function from a module.',
    );
  const { url, exportName, from } = code;
  if (from !== undefined || url.startsWith('node:')) return { module: url, exportName };
  if (!url.startsWith('file:'))
    throw new TypeError(
      `${caller}: expected the URL of a module to be a file: URL, a path, or the name of a package; got ${JSON.stringify(url)}. ` +
        'Workers load modules from their own folders and packages only.',
    );
  return { module: (folder !== undefined && pathWithin(folder, url)) || url, exportName };
}

/** `./lib/work.js` for a module below the folder; undefined for any other. Links are followed. */
function pathWithin(folder: string, url: string): string | undefined {
  const path = relative(realPath(folder), realPath(fileURLToPath(url)));
  if (path === '' || path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path)) return undefined;
  return `./${path.split(sep).join('/')}`;
}

/** The path itself where the file is on the machines of workers only. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
