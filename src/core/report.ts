/**
 * Failures that nobody has received. They are told to whoever looks after the process, and never end it: to
 * `config.onUnhandledError` of RxJS where it is set, else to the console.
 */
import { config } from 'rxjs';

export function reportLost(what: string, error: unknown): void {
  if (config.onUnhandledError) config.onUnhandledError(error);
  else console.error(`sluice: nobody received the failure of ${what}.`, error);
}

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
export const reportIfCollected = (holder: object, what: string, error: unknown): void =>
  lost?.register(holder, { what, error }, holder);

export const received = (holder: object): void => void lost?.unregister(holder);
