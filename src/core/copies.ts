/**
 * Copies of the library may meet in one process, for example two installations in one tree of packages. Each entry point
 * of the CommonJS build calls `registerCopy` to get the copy to use: of equal copies (same version, same RxJS), the one loaded first.
 */

const registry = Symbol.for('sluice.copies');

export interface LibraryCopy {
  readonly version: string;
  /** The folder of the copy. */
  readonly folder: string;
  /** The file of the RxJS that the copy imports. */
  readonly rxjs: string;
  /** A loader for the exports of each entry point. */
  readonly doors: Readonly<Record<string, () => object>>;
}

interface GlobalWithCopies {
  readonly process?: { emitWarning?: (message: string, options: { readonly code: string }) => void };
  /** All copies in use. Every version of the library must keep to this form. */
  [registry]?: LibraryCopy[] | undefined;
}

/**
 * Registers a copy and returns the copy to use: an equal one registered earlier, or `copy` itself. Emits a warning where
 * unequal copies are in use.
 */
export function registerCopy(copy: LibraryCopy): LibraryCopy {
  const root = globalThis as GlobalWithCopies;
  const copies = (root[registry] ??= []);
  // A test runner that resets its modules loads the same folder again; the new copy replaces the old one.
  const former = copies.findIndex(({ folder }) => folder === copy.folder);
  if (former >= 0) {
    copies[former] = copy;
    return copy;
  }
  const equal = copies.find(({ version, rxjs }) => version === copy.version && rxjs === copy.rxjs);
  if (equal) return equal;
  const [other] = copies;
  copies.push(copy);
  if (other) root.process?.emitWarning?.(warningOf(other, copy), { code: 'SLUICE_TWO_COPIES' });
  return copy;
}

function warningOf(one: LibraryCopy, other: LibraryCopy): string {
  const areSameVersion = one.version === other.version;
  const nameOf = ({ version, folder, rxjs }: LibraryCopy): string =>
    areSameVersion ? `${folder} (with ${rxjs})` : `${version} in ${folder}`;
  return (
    `sluice is loaded ${areSameVersion ? 'twice, with two copies of RxJS' : 'in two versions'}: ` +
    `${nameOf(one)} and ${nameOf(other)}. ` +
    'Each copy has its own schedulers, caches, contexts and traces, so tasks of one copy share nothing with tasks of the other. ' +
    `Install a single copy: \`npm ls ${areSameVersion ? 'rxjs' : 'sluice'}\` shows which packages depend on each.`
  );
}
