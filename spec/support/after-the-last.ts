/**
 * After the last spec of a file, errors without a receiver are ignored: values that failed on purpose may be collected
 * later, when jest has closed the console.
 */
import { config } from 'rxjs';

afterAll(() => {
  config.onUnhandledError = () => undefined;
});
