/** The demo runs one job twice: by plain code, and by the same code with a batch function. */
import { batch } from '../batch/batch';
import { all } from '../future/all';
import { task } from '../task/task';

const POSTS = 50;
const AUTHORS = 10;
/** ms of a query. */
const QUERY_MS = 5;

interface Post {
  readonly title: string;
  readonly author: number;
}

/** A table that takes its time, and counts its queries. */
class Users {
  queries = 0;

  async namesOf(ids: readonly number[]): Promise<string[]> {
    this.queries++;
    await new Promise((answer) => setTimeout(answer, QUERY_MS));
    return ids.map((id) => `user ${id}`);
  }
}

const plain = async (posts: readonly Post[], users: Users): Promise<string[]> => {
  const lines: string[] = [];
  for (const { title, author } of posts) lines.push(`${title} by ${(await users.namesOf([author])).join()}`);
  return lines;
};

const withSluice = async (posts: readonly Post[], users: Users): Promise<string[]> => {
  const nameOf = batch((ids: readonly number[]) => users.namesOf(ids));
  const line = task(function* line({ title, author }: Post) {
    return `${title} by ${yield* nameOf(author)}`;
  });
  return all(posts.map(line));
};

/** Prints the number of queries and the time of both ways. Returns the exit code. */
export async function runDemo(args: readonly string[]): Promise<number> {
  if (args.length > 0) {
    console.error(`sluice demo: expected no arguments; got ${JSON.stringify(args.join(' '))}.`);
    return 2;
  }
  const posts = Array.from({ length: POSTS }, (_, index) => ({ title: `post ${index}`, author: index % AUTHORS }));
  const results: string[] = [];
  for (const [name, way] of Object.entries({ 'plain code': plain, 'with sluice': withSluice })) {
    const users = new Users();
    const start = performance.now();
    results.push((await way(posts, users)).join('\n'));
    const ms = performance.now() - start;
    console.log(`${name.padEnd(12)} ${String(users.queries).padStart(3)} queries  ${ms.toFixed(0).padStart(4)} ms`);
  }
  const [one, other] = results;
  console.log(one === other ? `Both have the same ${POSTS} lines.` : 'The results differ.');
  return one === other ? 0 : 1;
}
