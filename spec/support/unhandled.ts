/** Errors without a receiver. RxJS passes them to `config.onUnhandledError` in a timer. */
import { config } from 'rxjs';

/** The errors that are reported while `work` runs. */
export function unhandledErrorsOf(work: () => void): unknown[] {
  const reported: unknown[] = [];
  config.onUnhandledError = (error) => reported.push(error);
  jest.useFakeTimers();
  try {
    work();
    jest.runAllTimers();
  } finally {
    jest.useRealTimers();
    config.onUnhandledError = null;
  }
  return reported;
}
