/**
 * An unhandled failure is one that no consumer has received. It is reported to `config.onUnhandledError` of RxJS where that
 * is set, else to the console. A report never ends the process.
 */
import { config } from 'rxjs';

/** @param what the object that failed, such as `an AsyncValue` */
export function reportUnhandledFailure(what: string, error: unknown): void {
  try {
    if (config.onUnhandledError) config.onUnhandledError(error);
    else toConsole(what, error);
  } catch (fault) {
    toConsole(what, error);
    toConsole('config.onUnhandledError, called with that failure', fault);
  }
}

const toConsole = (what: string, error: unknown): void => {
  console.error(`sluice: unhandled failure of ${what}.`, error);
};

interface UnhandledFailure {
  readonly what: string;
  readonly error: unknown;
}

/** Failures that may still be handled, until their holder delivers them or is collected, or until the process exits. */
const pendingFailures = new Set<UnhandledFailure>();
const failureOf = new WeakMap<object, UnhandledFailure>();

const collected =
  typeof FinalizationRegistry === 'function'
    ? new FinalizationRegistry<UnhandledFailure>((failure) => {
        report(failure);
      })
    : undefined;

/** Whether a failure was reported while `config.onUnhandledError` was not set. */
let isExitCodeDue = false;

function report(failure: UnhandledFailure): void {
  pendingFailures.delete(failure);
  isExitCodeDue ||= !config.onUnhandledError;
  reportUnhandledFailure(failure.what, failure.error);
}

/**
 * Reports the failure when its holder is garbage-collected or when the process exits, unless `markHandled` is called before.
 * The process then exits with code 1, as for an unhandled rejection, where the program has set neither another exit code
 * nor `config.onUnhandledError`. The exit code does not depend on garbage collection.
 *
 * @param holder the object through which a consumer may still receive the failure
 * @param what the description of the holder, such as `an AsyncValue`
 */
export function reportUnlessHandled(holder: object, what: string, error: unknown): void {
  releaseStack(error);
  watchExit();
  const failure = { what, error };
  pendingFailures.add(failure);
  failureOf.set(holder, failure);
  collected?.register(holder, failure, holder);
}

/** Called when a consumer has received the failure of the holder. */
export function markHandled(holder: object): void {
  const failure = failureOf.get(holder);
  if (!failure) return;
  pendingFailures.delete(failure);
  failureOf.delete(holder);
  collected?.unregister(holder);
}

interface ExitingProcess {
  readonly versions?: { readonly node?: string };
  exitCode?: number | string | undefined;
  once(event: 'exit', listener: (code: number) => void): void;
}

let isWatchingExit = false;

/** Reports the pending failures at exit. An `exit` listener does not keep the process alive. */
function watchExit(): void {
  if (isWatchingExit) return;
  isWatchingExit = true;
  const { process } = globalThis as { process?: ExitingProcess };
  if (!process?.versions?.node) return;
  process.once('exit', () => {
    for (const failure of pendingFailures) report(failure);
    if (isExitCodeDue) process.exitCode ??= 1;
  });
}

/**
 * Reads `stack`, because V8 retains the objects on the stack until it is read. The holder of the failure may be one of
 * these objects, and would then never be collected.
 */
function releaseStack(error: unknown): void {
  if (!(error instanceof Error)) return;
  try {
    Reflect.get(error, 'stack');
  } catch {
    // A getter that throws belongs to the user's class, not to V8.
  }
}
