/** The data: answers, each by an author, each with a name. Two levels, so every answer costs two loads. */
import { numbers, tableOf } from '../table.mjs';

/**
 * @typedef {object} Questions
 * @property {import('../table.mjs').Table<number, number>} answers from answer to author
 * @property {import('../table.mjs').Table<number, string>} authors from author to name
 */

export const loadsPerAnswer = 2;

/**
 * With an author to each answer all keys are distinct, and those who cache or dedupe have no fewer loads than others.
 *
 * @param {number} answerCount
 * @param {number} answersPerAuthor
 * @returns {Questions}
 */
export function questionsOf(answerCount, answersPerAuthor = 1) {
  const authorOf = (/** @type {number} */ answer) => Math.floor(answer / answersPerAuthor);
  return {
    answers: tableOf(numbers(answerCount).map((answer) => [answer, authorOf(answer)])),
    authors: tableOf(numbers(answerCount / answersPerAuthor).map((author) => [author, `author ${author}`])),
  };
}
