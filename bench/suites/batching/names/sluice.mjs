/** Names of the authors of answers, with sluice: by tasks and by async functions. */
import { all, batch, task } from '../../../sluice.mjs';

export { questionsOf } from './questions.mjs';

/** @typedef {import('./questions.mjs').Questions} Questions */

/** @param {Questions} questions @param {{ cache?: boolean }} [config] */
export function tasks({ answers, authors }, config) {
  const authorOf = batch(answers.read, config);
  const nameOf = batch(authors.read, config);
  const authorName = task(function* (/** @type {number} */ answer) {
    const author = yield* authorOf(answer);
    return yield* nameOf(author);
  });
  return async (/** @type {readonly number[]} */ ids) => all(ids.map(authorName));
}

/** @param {Questions} questions @param {{ cache?: boolean }} [config] */
export function asyncFunctions({ answers, authors }, config) {
  const authorOf = batch(answers.read, config);
  const nameOf = batch(authors.read, config);
  return (/** @type {readonly number[]} */ ids) => Promise.all(ids.map(async (id) => nameOf(await authorOf(id))));
}
