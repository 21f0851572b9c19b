/**
 * Marble diagrams on virtual time. `rxjs-marbles` is unmaintained, so this is the one place that knows of it.
 */
import { configure } from 'rxjs-marbles/jest';

/** Makes a test of `(m) => …`: it runs inside `TestScheduler.run`, and matches with jest's `toStrictEqual`. */
export const { marbles } = configure({ run: true });
