/** A tree of comments, each with its replies: one round trip for each level of the tree, of any width. */
import { DataLoader } from '../../../dataloader.mjs';
import { Effect } from 'effect';
import { all, batch, task } from '../../../sluice.mjs';
import { atOnce, requestTo } from '../effect-request.mjs';
import { numbers, tableOf } from '../table.mjs';

const comments = numbers(364);
const repliesEach = 3;

export const commentTree = {
  title: 'a tree of comments, six levels',
  size: comments.length,
  tables: () => ({ replies: tableOf(comments.map((comment) => [comment, repliesTo(comment)])) }),

  sluice({ replies }) {
    const answersTo = batch(replies.read);
    const thread = task(function* (comment) {
      const answers = yield* answersTo(comment);
      return { comment, replies: yield* all(answers.map((answer) => thread(answer))) };
    });
    return thread(0);
  },

  dataLoader({ replies }) {
    const answersTo = new DataLoader(replies.read);
    const thread = async (comment) => {
      const answers = await answersTo.load(comment);
      return { comment, replies: await Promise.all(answers.map(thread)) };
    };
    return thread(0);
  },

  effect({ replies }) {
    const answersTo = requestTo(replies);
    const thread = (comment) =>
      Effect.gen(function* () {
        const answers = yield* answersTo(comment);
        return { comment, replies: yield* Effect.forEach(answers, thread, atOnce) };
      });
    return Effect.runPromise(thread(0));
  },
};

/** Returns the replies in a full tree whose comments are numbered level by level. */
function repliesTo(/** @type {number} */ comment) {
  return numbers(repliesEach)
    .map((reply) => comment * repliesEach + reply + 1)
    .filter((reply) => reply < comments.length);
}
