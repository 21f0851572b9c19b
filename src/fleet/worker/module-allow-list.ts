/**
 * The allow-list of a worker: the folders and packages whose exported functions may be run. Links are followed before a path
 * is compared with a folder, and packages below a folder do not belong to it.
 */
import { realpathSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { FunctionReference } from '../../pool/wire/function-code';
import { ModuleLoadError } from '../../pool/wire/pool-errors';
import { FunctionNotAllowedError } from '../wire/fleet-errors';

export class ModuleAllowList {
  readonly #folders: readonly string[];
  readonly #packages: ReadonlySet<string>;

  constructor(folders: readonly string[], packages: readonly string[]) {
    this.#folders = folders.map((folder) => realpathSync(folder));
    this.#packages = new Set(packages.map(withoutScheme));
  }

  /**
   * The function to be run, with the whole path of its module.
   *
   * @throws FunctionNotAllowedError for a module outside of the list. A ModuleLoadError for one that is not there.
   */
  resolve(module: string, exportName: string): FunctionReference {
    if (exportName === '' || exportName in Object.prototype)
      throw new FunctionNotAllowedError(
        module,
        exportName,
        'Every object has a member of that name, so it may be none of the module.',
      );
    if (module.startsWith('./')) return { url: this.#fileInAFolder(module, exportName), name: exportName };
    if (module.startsWith('file:')) return { url: this.#allowedFile(module, exportName), name: exportName };
    const name = withoutScheme(module);
    if (this.#packages.has(name) || this.#packages.has(packageOf(name))) return { url: module, name: exportName };
    throw new FunctionNotAllowedError(
      module,
      exportName,
      `Its packages are: ${[...this.#packages].join(', ') || 'none'}.`,
    );
  }

  #fileInAFolder(module: string, exportName: string): string {
    const paths = this.#folders.map((folder) => realPath(join(folder, module))).filter((path) => path !== undefined);
    const allowed = paths.find((path) => this.#isAllowed(path));
    if (allowed !== undefined) return pathToFileURL(allowed).href;
    if (paths.length > 0)
      throw new FunctionNotAllowedError(module, exportName, 'It is outside of the folders of the worker.');
    const why = `None of the folders of the worker has that file: ${this.#folders.join(', ') || 'it has no folder'}.`;
    throw new ModuleLoadError(module, exportName, { why });
  }

  #allowedFile(module: string, exportName: string): string {
    const path = realPath(fileURLToPath(module));
    if (path !== undefined && this.#isAllowed(path)) return pathToFileURL(path).href;
    const folders = this.#folders.join(', ') || 'none';
    throw new FunctionNotAllowedError(
      module,
      exportName,
      `The folders of the worker do not hold it. They are: ${folders}.`,
    );
  }

  #isAllowed(path: string): boolean {
    return this.#folders.some((folder) => {
      const within = relative(folder, path);
      return (
        within !== '' &&
        !isAbsolute(within) &&
        !within.split(sep).some((part) => part === '..' || part === 'node_modules')
      );
    });
  }
}

const withoutScheme = (name: string): string => name.replace(/^node:/, '');

/** `@scope/name` of `@scope/name/sub/path`. */
const packageOf = (name: string): string => name.split('/', name.startsWith('@') ? 2 : 1).join('/');

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
