/** Marble diagrams on virtual time. Only this file imports `rxjs-marbles`, which is unmaintained. */
import { configure } from 'rxjs-marbles/jest';

/** Makes a test of `(m) => …` that runs inside `TestScheduler.run` and compares with `toStrictEqual` of jest. */
export const { marbles } = configure({ run: true });
