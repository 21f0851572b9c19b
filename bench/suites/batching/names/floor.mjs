/** Names of the authors of answers, with the minimal implementation of `floor.mjs`. */
import { all, batch } from '../floor.mjs';

export { questionsOf } from './questions.mjs';

/** @param {import('./questions.mjs').Questions} questions */
export function tasks({ answers, authors }) {
  const authorOf = batch(answers.read);
  const nameOf = batch(authors.read);
  const authorName = function* (/** @type {number} */ answer) {
    const author = yield authorOf(answer);
    return yield nameOf(author);
  };
  return (/** @type {readonly number[]} */ ids) => all(ids.map((id) => authorName(id)));
}
