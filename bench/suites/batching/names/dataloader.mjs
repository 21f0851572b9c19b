/** Names of the authors of answers, with DataLoader: a loader for each table. */
import { DataLoader } from '../../../dataloader.mjs';

export { questionsOf } from './questions.mjs';

/** @param {import('./questions.mjs').Questions} questions @param {{ cache: boolean }} config */
export function loaders(questions, config) {
  const authors = new DataLoader(questions.answers.read, config);
  const names = new DataLoader(questions.authors.read, config);
  return (/** @type {readonly number[]} */ ids) =>
    Promise.all(ids.map(async (id) => names.load(await authors.load(id))));
}
