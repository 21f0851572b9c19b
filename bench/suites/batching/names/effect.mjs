/** Names of the authors of answers, with Effect: by generators, the usual form, and by `flatMap`, which costs less. */
import { Effect } from 'effect';
import { atOnce, requestTo } from '../effect-request.mjs';

export { questionsOf } from './questions.mjs';

/** @typedef {import('./questions.mjs').Questions} Questions */

/** @param {Questions} questions */
export function generators({ answers, authors }) {
  const authorOf = requestTo(answers);
  const nameOf = requestTo(authors);
  const authorName = (/** @type {number} */ answer) =>
    Effect.gen(function* () {
      const author = yield* authorOf(answer);
      return yield* nameOf(author);
    });
  return (/** @type {readonly number[]} */ ids) => Effect.runPromise(Effect.forEach(ids, authorName, atOnce));
}

/** @param {Questions} questions */
export function flatMaps({ answers, authors }) {
  const authorOf = requestTo(answers);
  const nameOf = requestTo(authors);
  const authorName = (/** @type {number} */ answer) => Effect.flatMap(authorOf(answer), nameOf);
  return (/** @type {readonly number[]} */ ids) => Effect.runPromise(Effect.forEach(ids, authorName, atOnce));
}
