/**
 * Failures that nobody has received. They are told to whoever looks after the process, and never end it: to
 * `config.onUnhandledError` of RxJS where it is set, else to the console.
 */
import { config } from 'rxjs';

export function reportLost(what: string, error: unknown): void {
  try {
    if (config.onUnhandledError) config.onUnhandledError(error);
    else toConsole(what, error);
  } catch (fault) {
    toConsole(what, error);
    toConsole('config.onUnhandledError, which was told of that', fault);
  }
}

const toConsole = (what: string, error: unknown): void => {
  console.error(`sluice: nobody received the failure of ${what}.`, error);
};

interface Unreceived {
  readonly what: string;
  readonly error: unknown;
}

/** Failures that may yet be received: each until its holder has passed it on, is collected, or the process exits. */
const unreceived = new Set<Unreceived>();
const failureOf = new WeakMap<object, Unreceived>();

const collected =
  typeof FinalizationRegistry === 'function'
    ? new FinalizationRegistry<Unreceived>((failure) => {
        report(failure);
      })
    : undefined;

/** Whether a failure was reported to the console, since the program looks after none. */
let isExitCodeDue = false;

function report(failure: Unreceived): void {
  unreceived.delete(failure);
  isExitCodeDue ||= !config.onUnhandledError;
  reportLost(failure.what, failure.error);
}

/**
 * Reports the failure when its holder is collected, or when the process exits, whichever comes first; unless it has been
 * received by then. Such a failure makes the exit code of the process 1, as an unhandled rejection does, where the
 * program has set neither another code nor `config.onUnhandledError`. The code depends on no collection.
 */
export function reportUnlessReceived(holder: object, what: string, error: unknown): void {
  detach(error);
  watchExit();
  const failure = { what, error };
  unreceived.add(failure);
  failureOf.set(holder, failure);
  collected?.register(holder, failure, holder);
}

/** The failure of this holder has been passed on. */
export function received(holder: object): void {
  const failure = failureOf.get(holder);
  if (!failure) return;
  unreceived.delete(failure);
  failureOf.delete(holder);
  collected?.unregister(holder);
}

/** What Node has, and browsers have not. */
interface NodeProcess {
  readonly versions?: { readonly node?: string };
  exitCode?: number | string | undefined;
  once(event: 'exit', listener: (code: number) => void): void;
}

let isWatchingExit = false;

/** The listener keeps no process alive. */
function watchExit(): void {
  if (isWatchingExit) return;
  isWatchingExit = true;
  const { process } = globalThis as { process?: NodeProcess };
  if (!process?.versions?.node) return;
  process.once('exit', () => {
    for (const failure of unreceived) report(failure);
    if (isExitCodeDue) process.exitCode ??= 1;
  });
}

/**
 * Until its `stack` is read, V8 keeps with an error all that stood on the stack; which may be what holds the failure, and
 * would so never be collected.
 */
function detach(error: unknown): void {
  if (!(error instanceof Error)) return;
  try {
    Reflect.get(error, 'stack');
  } catch {
    // A getter of its own that throws: it is none of V8's.
  }
}
