/**
 * An `expand` that visits each key once: a bounded walk of a graph, such as the pages of a site. Each value is emitted when it
 * is found, and expanded later: with the option `depth` in the order of depth, else in the order of arrival.
 */
import { Observable, type ObservableInput, type OperatorFunction, type Subscriber } from 'rxjs';
import { checkInput } from '../core/check-input';
import { Fifo } from '../core/fifo';
import { InnerSubscriptions } from '../core/inner-subscriptions';
import { checkCount, checkFunction } from '../core/option-values';
import { checkOptions } from '../core/options';
import { createOperatorSubscriber } from '../core/rx';
import { seenKeysBy, type SeenKeys, type SeenKeysConfig } from './seen-keys';
import { SubscriptionFrame } from './subscription-frame';

export interface ExpandByConfig<T, K = T> extends SeenKeysConfig<K> {
  /**
   * Returns the key of a value. A value whose key has come before is dropped.
   *
   * @defaultValue the value itself
   */
  readonly key?: (value: T) => K;
  /**
   * Maximum number of values that are expanded at a time.
   *
   * @defaultValue `Infinity`
   */
  readonly concurrency?: number;
  /**
   * Maximum number of steps from a value of the source. Values at this depth are emitted and not expanded.
   *
   * @defaultValue `Infinity`
   */
  readonly depth?: number;
}

/**
 * Emits the values of the source, the values that `project` returns for them, the values that it returns for those, and so
 * on. A value is emitted and expanded once for each key, so a walk of a graph with cycles ends, unless `max` is smaller than a
 * cycle: a forgotten key counts as new.
 *
 * ```
 * source              a-------|
 * project(a)          --bc|
 * project(b)            --ac|
 * project(c)             --|
 * expandBy            a-bc----|
 * ```
 *
 * With a `depth`, a value counts at its least distance from the source, whatever arrives first: a value that was found on a
 * longer way is not begun before every shorter way is known. Therefore a value waits while another one, two or more
 * steps nearer to the source, is being expanded. A value of the source has the depth 0 if it arrives before its key is
 * expanded; values that the source emits synchronously always do. A later one is dropped as a duplicate, even if its own
 * expansion would reach further within `depth`.
 *
 * Memory is taken by the keys, which `max` or a `store` bounds, and by the values that wait for their expansion. A chain of
 * a million values, also of synchronous ones, takes no deeper stack, and memory for its keys alone. Batch functions that
 * `project` calls share batches. The source of the idea is RxJS's `expand`.
 *
 * @param project - Returns the values that follow from a value; gets the value and its depth.
 * @param config - The options; see `ExpandByConfig`. `max`, the number of remembered keys, is `Infinity` by default.
 * @throws TypeError if an argument or an option is invalid.
 * @example
 * of('/').pipe(expandBy((path) => linksOf(path), { concurrency: 4, depth: 3 })).subscribe(console.log);
 */
export function expandBy<T, K = T>(
  project: (value: T, depth: number) => ObservableInput<SameType<T>>,
  config: ExpandByConfig<T, K> = {},
): OperatorFunction<T, T> {
  checkFunction('expandBy: project', project, 'a function that returns an Observable, a future or a promise');
  checkOptions('expandBy', config, ['key', 'concurrency', 'depth', 'max', 'store']);
  // Cast: `K` is `T` where there is no `key`.
  const { key = (value: T) => value as unknown as K, concurrency = Infinity, depth = Infinity } = config;
  checkFunction('expandBy: key', key, 'a function that returns the key of a value');
  checkCount('expandBy: concurrency', concurrency, { min: 1, orInfinity: true });
  checkCount('expandBy: depth', depth, { min: 0, orInfinity: true });
  const openMemory = seenKeysBy('expandBy', config, Infinity);
  const expand = project as WalkConfig<T, K>['project']; // Cast: the same type, by `SameType`.
  return (source) =>
    new Observable((subscriber) => {
      const walk = new Walk(subscriber, { project: expand, key, concurrency, depth, isNew: openMemory() });
      subscriber.add(() => {
        walk.stop();
      });
      walk.subscribeTo(source);
    });
}

/** The same type as `T`, but `T` is inferred from the source alone: an expansion may have no values, as `EMPTY`. */
type SameType<T> = [T][T extends unknown ? 0 : never];

interface WalkConfig<T, K> {
  readonly project: (value: T, depth: number) => ObservableInput<T>;
  readonly key: (value: T) => K;
  readonly concurrency: number;
  readonly depth: number;
  readonly isNew: SeenKeys<K>;
}

/** A value that was found and is not being expanded yet. */
interface FoundValue<T, K> {
  readonly value: T;
  readonly key: K;
  /** The least distance from the source that is known. */
  depth: number;
  /** Whether the value is known to be new, and waits to be expanded. */
  isWaiting: boolean;
}

/** One subscription of an `expandBy`. */
class Walk<T, K> {
  readonly #frame = new SubscriptionFrame();
  readonly #inner = new InnerSubscriptions<T>(this.#frame.report);
  readonly #questions = new InnerSubscriptions<boolean>(this.#frame.report);
  /** The values that wait or that the store is being asked for, by key. */
  readonly #found = new Map<K, FoundValue<T, K>>();
  /** The values that wait, by level. A value that has moved to a nearer level is in the queue of its old level, too. */
  readonly #levels = new Map<number, Fifo<FoundValue<T, K>>>();
  /** Number of values of each level that are being expanded or that the store is being asked for. */
  readonly #busy = new Map<number, number>();
  #expanding = 0;
  #source: Subscriber<T> | undefined;
  #isSourceOpen = true;
  #isExpanding = false;
  #isOver = false;

  constructor(
    private readonly subscriber: Subscriber<T>,
    private readonly config: WalkConfig<T, K>,
  ) {}

  /** With a limit of depth, all values that the source emits at once are found before the first one is expanded. */
  subscribeTo(source: Observable<T>): void {
    const addSeed = (value: T): void => {
      this.#change(() => {
        this.#find(value, 0);
      });
    };
    const end = (): void => {
      this.#change(() => {
        this.#isSourceOpen = false;
      });
    };
    this.#source = createOperatorSubscriber(this.subscriber, addSeed, end, this.#fail);
    this.#isExpanding = this.config.depth < Infinity;
    source.subscribe(this.#source);
    if (!this.#isExpanding) return;
    this.#isExpanding = false;
    this.#change(() => undefined);
  }

  /** Releases everything before the error is notified, the source included. */
  readonly #fail = (error: unknown): void => {
    if (this.#isOver) {
      this.#frame.report(error);
      return;
    }
    this.stop();
    this.subscriber.error(error);
  };

  /** Ends the walk without a notification. */
  stop(): void {
    this.#isOver = true;
    this.#source?.unsubscribe();
    this.#inner.unsubscribe();
    this.#questions.unsubscribe();
  }

  /** Makes a change, and expands what can be expanded then. From within the loop, the loop does that. */
  #change(change: () => void): void {
    if (this.#isExpanding) {
      change();
      return;
    }
    this.#frame.run(() => {
      change();
      this.#expandAll();
    });
  }

  #find(value: T, depth: number): void {
    if (this.#isOver) return;
    try {
      const key = this.config.key(value);
      const earlier = this.#found.get(key);
      if (earlier) {
        this.#moveNearer(earlier, depth);
        return;
      }
      const isNew = this.config.isNew(key);
      const found = { value, key, depth, isWaiting: false };
      if (isNew === true) this.#add(found);
      else if (isNew) this.#ask(found, isNew);
    } catch (error) {
      this.#fail(error);
    }
  }

  #ask(found: FoundValue<T, K>, question: Observable<boolean>): void {
    this.#found.set(found.key, found);
    this.#occupy(found.depth);
    this.#questions.subscribe(question, {
      next: (isNew) => {
        this.#change(() => {
          this.#release(found.depth);
          if (isNew) this.#add(found);
          else this.#found.delete(found.key);
        });
      },
      error: this.#fail,
      complete: () => undefined,
    });
  }

  /** Queues a new value and emits it: it must wait already when the subscriber causes further values. */
  #add(found: FoundValue<T, K>): void {
    this.#found.set(found.key, found);
    found.isWaiting = true;
    this.#queue(found);
    this.subscriber.next(found.value);
  }

  #queue(found: FoundValue<T, K>): void {
    const level = this.#levelOf(found.depth);
    let queue = this.#levels.get(level);
    if (!queue) this.#levels.set(level, (queue = new Fifo()));
    queue.push(found);
  }

  #moveNearer(found: FoundValue<T, K>, depth: number): void {
    if (depth >= found.depth) return;
    const level = this.#levelOf(found.depth);
    if (!found.isWaiting) this.#release(found.depth);
    found.depth = depth;
    if (!found.isWaiting) this.#occupy(depth);
    else if (this.#levelOf(found.depth) !== level) this.#queue(found);
  }

  /** Without a limit of depth, the values are one level: they are expanded in the order in which they were found. */
  #levelOf(depth: number): number {
    return this.config.depth === Infinity ? 0 : depth;
  }

  #expandAll(): void {
    if (this.#isExpanding) return;
    this.#isExpanding = true;
    for (let next = this.#takeNext(); next; next = this.#takeNext()) this.#expand(next);
    this.#isExpanding = false;
    if (this.#isOver || this.#isSourceOpen || this.#expanding > 0 || this.#found.size > 0) return;
    this.stop();
    this.subscriber.complete();
  }

  /** Removes the next value that can be expanded from its queue; passes over those at the limit of depth. */
  #takeNext(): FoundValue<T, K> | undefined {
    while (!this.#isOver && this.#expanding < this.config.concurrency && this.#levels.size > 0) {
      const level = Math.min(...this.#levels.keys());
      // A value two or more steps nearer to the source may still lead to values of this level on a shorter way.
      if (level > Math.min(...this.#busy.keys()) + 1) return undefined;
      const queue = this.#levels.get(level);
      const found = queue?.shift();
      if (queue?.length === 0) this.#levels.delete(level);
      if (!found || this.#levelOf(found.depth) !== level) continue;
      this.#found.delete(found.key);
      if (found.depth < this.config.depth) return found;
    }
    return undefined;
  }

  #expand({ value, depth }: FoundValue<T, K>): void {
    try {
      const input = checkInput('expandBy: the result of its project', this.config.project(value, depth));
      this.#expanding++;
      this.#occupy(depth);
      this.#inner.subscribe(input, {
        next: (found) => {
          this.#change(() => {
            this.#find(found, depth + 1);
          });
        },
        error: this.#fail,
        complete: () => {
          this.#change(() => {
            this.#expanding--;
            this.#release(depth);
          });
        },
      });
    } catch (error) {
      this.#fail(error);
    }
  }

  #occupy(depth: number): void {
    const level = this.#levelOf(depth);
    this.#busy.set(level, (this.#busy.get(level) ?? 0) + 1);
  }

  #release(depth: number): void {
    const level = this.#levelOf(depth);
    const others = (this.#busy.get(level) ?? 0) - 1;
    if (others > 0) this.#busy.set(level, others);
    else this.#busy.delete(level);
  }
}
