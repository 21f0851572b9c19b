/**
 * Copies of the library in one process, for example two installations in one tree. The doors of the CommonJS build load
 * through here: a copy of the same version, beside the same RxJS, gives way to the one that was loaded first.
 */

const registry = Symbol.for('sluice.copies');

export interface Copy {
  readonly version: string;
  /** The folder of the copy. */
  readonly folder: string;
  /** The file of the RxJS that the copy is built on. */
  readonly rxjs: string;
  /** What each door exports, loaded on demand. */
  readonly doors: Readonly<Record<string, () => object>>;
}

interface Surroundings {
  readonly process?: { emitWarning?: (message: string, options: { readonly code: string }) => void };
  /** All copies that are in use, in a form that every version keeps to. */
  [registry]?: Copy[] | undefined;
}

/** The copy to use in place of `copy`: an equal one that is there already, or `copy` itself. */
export function firstOf(copy: Copy): Copy {
  const surroundings = globalThis as Surroundings;
  const copies = (surroundings[registry] ??= []);
  // A copy that is loaded once more, by a test that resets its modules, replaces its former self.
  const former = copies.findIndex(({ folder }) => folder === copy.folder);
  if (former >= 0) {
    copies[former] = copy;
    return copy;
  }
  const equal = copies.find(({ version, rxjs }) => version === copy.version && rxjs === copy.rxjs);
  if (equal) return equal;
  const [other] = copies;
  copies.push(copy);
  if (other) surroundings.process?.emitWarning?.(warningOf(other, copy), { code: 'SLUICE_TWO_COPIES' });
  return copy;
}

function warningOf(one: Copy, other: Copy): string {
  const areSameVersion = one.version === other.version;
  const nameOf = ({ version, folder, rxjs }: Copy): string =>
    areSameVersion ? `${folder} (with ${rxjs})` : `${version} in ${folder}`;
  return (
    `sluice is loaded ${areSameVersion ? 'twice, each time with another RxJS' : 'in two versions'}: ` +
    `${nameOf(one)} and ${nameOf(other)}. ` +
    'Each copy has its own schedulers, caches, contexts and traces, so tasks of one share nothing with those of the other. ' +
    `Install one of them: \`npm ls ${areSameVersion ? 'rxjs' : 'sluice'}\` shows which packages bring them.`
  );
}
