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

interface Lost {
  readonly what: string;
  readonly error: unknown;
}

const lost =
  typeof FinalizationRegistry === 'function'
    ? new FinalizationRegistry<Lost>(({ what, error }) => {
        reportLost(what, error);
      })
    : undefined;

/** Reports the failure when its holder is collected, unless it has been received by then. */
export function reportIfCollected(holder: object, what: string, error: unknown): void {
  if (!lost) return;
  detach(error);
  lost.register(holder, { what, error }, holder);
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

export const received = (holder: object): void => void lost?.unregister(holder);
