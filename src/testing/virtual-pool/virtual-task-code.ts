/** The code of a virtual task: a function, with its closure, or the export of a module that a reference names. */
import { arityOf, functionCodeKey, codeOf, type NamedCode } from '../../pool/wire/function-code';
import { ModuleLoadError } from '../../pool/wire/pool-errors';

export interface VirtualTaskCode {
  readonly name: string;
  /** Number of parameters; undefined if it is unknown. */
  readonly arity: number | undefined;
  /** Returns the function to run. A missing module or export fails here, when the task runs, as on a thread. */
  readonly resolve: () => (...args: never) => unknown;
  /** The code in the form in which a pool of threads takes it. */
  readonly namedCode: () => NamedCode;
}

type LoadModule = ((url: string) => object) | undefined;

const codes = new WeakMap<object, VirtualTaskCode>();

/** Marks the task as made from this code, so that pools, virtual or not, run the code when they are given the task. */
export function attachCode<F extends (...args: never) => unknown>(
  code: VirtualTaskCode,
  task: F,
): F & { readonly [functionCodeKey]: NamedCode } {
  codes.set(task, code);
  // A getter, since only a pool of threads needs a function that can be sent.
  return Object.defineProperty(task, functionCodeKey, { get: code.namedCode }) as F & {
    readonly [functionCodeKey]: NamedCode;
  }; // as just defined
}

/** @throws TypeError unless `fn` is a function or a reference to one. */
export function virtualCodeOf(fn: unknown, caller: string, load: LoadModule): VirtualTaskCode {
  if (typeof fn === 'function') {
    const run = fn as (...args: never) => unknown;
    return (
      codes.get(fn) ?? {
        name: fn.name || 'anonymous',
        arity: arityOf(Function.prototype.toString.call(fn)),
        resolve: () => run,
        namedCode: () => codeOf(fn, caller),
      }
    );
  }
  return virtualCodeOfReference(codeOf(fn, caller), load);
}

export function virtualCodeOfReference(reference: NamedCode, load: LoadModule): VirtualTaskCode {
  return {
    name: reference.name,
    arity: reference.arity,
    resolve: () => loadExport(reference, load),
    namedCode: () => reference,
  };
}

function loadExport({ code }: NamedCode, load: LoadModule): (...args: never) => unknown {
  const { url = '', exportName = '' } = code as { readonly url?: string; readonly exportName?: string };
  if (!load) {
    const why =
      'A virtual pool loads no modules itself. Pass the option `load`, a function that returns the exports of a URL.';
    throw new ModuleLoadError(url, exportName, { why });
  }
  const exported = (load(url) as Record<string, unknown>)[exportName];
  if (typeof exported === 'function') return exported as (...args: never) => unknown;
  throw new ModuleLoadError(url, exportName, { why: 'The object that `load` returned has no function of that name.' });
}
