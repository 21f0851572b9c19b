/**
 * Deterministic spans of a busy service: waves of pages that load an author, a name and a picture, in a scope, with two
 * threads that make thumbnails.
 */
import type { Span, SpanKind } from 'sluice/trace';

export const span = (kind: SpanKind, id: number, about: Partial<Span>): Span => ({
  id,
  kind,
  name: kind,
  start: 0,
  end: 1,
  outcome: 'succeeded',
  error: undefined,
  parent: undefined,
  serves: [],
  waits: [],
  calledAt: undefined,
  keys: [],
  reason: undefined,
  heldFor: [],
  split: undefined,
  pool: undefined,
  thread: undefined,
  limiter: undefined,
  ...about,
});

/** Returns at least `size` spans, and a few more. */
export function serviceSpans(size: number, at = 1_700_000_000_000): readonly Span[] {
  const service = new Service(at);
  const wave = Math.max(1, Math.min(60, Math.round(size / 40)));
  for (let waves = 0; service.spans.length < size - 4; waves++) service.wave(wave, size > 30, waves);
  return service.end(size > 30);
}

class Service {
  readonly spans: Span[] = [];
  readonly #free = [0, 0];
  #now: number;
  #id = 10;
  #seed = 7;

  constructor(readonly start: number) {
    this.#now = start;
    this.#free = [start, start];
  }

  wave(size: number, hasPool: boolean, count: number): void {
    const begin = this.#now;
    const asked = begin + 0.05 + size * 0.02;
    const author = asked + this.#random(3, 9);
    const name = author + this.#random(2, 6);
    const picture = author + this.#random(6, 16);
    const tasks = Array.from({ length: size }, (_, at) => this.#page(begin + at * 0.02, asked, author, name, picture));
    const keys = tasks.map((_, at) => String(count * 100 + at));
    const ids = (of: 'root' | 'name' | 'picture'): number[] => tasks.map((task) => task[of]);
    this.#flight('authorOf', begin + 0.03, asked, author, keys, ids('root'), 'quiescent');
    this.#flight(
      'nameOf',
      author + 0.1,
      author + 0.4,
      name,
      keys.map((key) => `user ${key}`),
      ids('name'),
      'quiescent',
    );
    const half = Math.ceil(size / 2);
    const first = this.#flight(
      'pictureOf',
      author + 0.1,
      author + 0.3,
      picture - 1,
      keys.slice(0, half),
      ids('picture').slice(0, half),
      'full',
    );
    if (size > 1) {
      const split = {
        because: 'full',
        from: first,
        detail: `batch ${String(first)} held ${String(half)} keys already, as many as one flush may`,
      } as const;
      this.#flight(
        'pictureOf',
        author + 0.3,
        author + 2.3,
        picture,
        keys.slice(half),
        ids('picture').slice(half),
        'window',
        split,
      );
    }
    if (hasPool)
      for (const { picture: parent } of tasks.filter((_, at) => at % 4 === 0)) this.#call(picture - 2, parent);
    this.#now = begin + this.#random(4, 14);
  }

  end(hasMore: boolean): readonly Span[] {
    const last = this.spans.reduce((latest, { end }) => Math.max(latest, end), this.start);
    const first = this.start;
    if (hasMore) {
      const scope = ++this.#id;
      const outcome = undefined;
      this.spans.push(span('scope', scope, { name: 'nightly report', start: first, end: last, outcome }));
      for (let at = 0, start = first; at < 9 && start < last; at++, start += (last - first) / 9) {
        const end = start + (last - first) / this.#random(6, 11);
        this.spans.push(span('work', ++this.#id, { name: 'chapter', start, end: Math.min(end, last), parent: scope }));
      }
      for (const thread of [1, 2])
        this.spans.push(
          span('thread', -thread - 0.5, {
            name: `thumbnails ${String(thread)}`,
            start: first,
            end: last,
            outcome,
            pool: 'thumbnails',
            thread,
          }),
        );
    }
    return this.spans;
  }

  #page(start: number, asked: number, author: number, name: number, picture: number): Page {
    const root = ++this.#id;
    const isLost = this.#random(0, 1) < 0.03;
    const outcome = isLost ? 'failed' : this.#random(0, 1) < 0.02 ? 'cancelled' : 'succeeded';
    const error = isLost ? 'MissingResultError: nameOf gave no result for one of its keys' : undefined;
    const end = (isLost ? name : picture) + this.#random(0.2, 1.4);
    const waits = [
      { start: start + 0.02, end: author + 0.05, for: 'authorOf' },
      { start: author + this.#random(0.2, 0.6), end: isLost ? name : picture, for: 'authorName and picture' },
    ];
    const calledAt = 'at pages (/srv/app/pages.ts:42:17)';
    this.spans.push(span('task', root, { name: 'page', start, end, outcome, error, waits, calledAt }));
    const below = (of: string, until: number, failed: boolean): number => {
      const from = author + this.#random(0.06, 0.2);
      const id = ++this.#id;
      const wait = { start: from + 0.05, end: until, for: of };
      const how = failed ? ({ outcome: 'failed', error } as const) : {};
      this.spans.push(
        span('task', id, {
          name: of === 'nameOf' ? 'authorName' : 'picture',
          start: from,
          end: until + this.#random(0.05, 0.15),
          parent: root,
          waits: [wait],
          ...how,
        }),
      );
      return id;
    };
    return { root, name: below('nameOf', name, isLost), picture: isLost ? root : below('pictureOf', picture, false) };
  }

  #flight(
    name: string,
    open: number,
    start: number,
    end: number,
    keys: readonly string[],
    serves: readonly number[],
    reason: Span['reason'],
    split?: Span['split'],
  ): number {
    const id = ++this.#id;
    this.spans.push(span('batch', -id, { name, start: open, end: start, keys, split }));
    this.spans.push(span('flight', id, { name, start, end, keys, serves, reason }));
    return id;
  }

  #call(asked: number, parent: number): void {
    const thread = (this.#free[0] ?? 0) <= (this.#free[1] ?? 0) ? 0 : 1;
    const sent = Math.max(asked, this.#free[thread] ?? 0);
    const end = sent + this.#random(0.4, 1.6);
    this.#free[thread] = end;
    const waits = sent > asked ? [{ start: asked, end: sent, for: 'a thread' }] : [];
    this.spans.push(
      span('call', ++this.#id, {
        name: 'thumbnail',
        start: asked,
        end,
        parent,
        waits,
        pool: 'thumbnails',
        thread: thread + 1,
      }),
    );
  }

  #random(from: number, to: number): number {
    this.#seed = (this.#seed * 16_807) % 2_147_483_647;
    return from + ((to - from) * this.#seed) / 2_147_483_647;
  }
}

interface Page {
  readonly root: number;
  readonly name: number;
  readonly picture: number;
}
