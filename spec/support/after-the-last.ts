/**
 * Values that failed on purpose in a spec may be collected when its file is over. To report them then, as sluice does,
 * would be to write to a console that jest has closed.
 */
import { config } from 'rxjs';

afterAll(() => {
  config.onUnhandledError = () => undefined;
});
