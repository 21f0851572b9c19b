/** Answers, their authors, and the names of the authors. There are two levels, so each answer takes two loads. */
import { numbers, tableOf } from '../table.mjs';

/**
 * @typedef {object} Questions
 * @property {import('../table.mjs').Table<number, number>} answers authors by answer
 * @property {import('../table.mjs').Table<number, string>} authors names by author
 */

export const loadsPerAnswer = 2;

/**
 * Creates the tables. With one answer for each author all keys are distinct, so caches and deduplication save no loads.
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
