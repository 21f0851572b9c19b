/**
 * The keys of a limiter, each in its place. Keys that could start a call stand in a ring, and each start sends its key to
 * the end: a key with a million calls delays another one by one start. Keys that wait for a rate or a pause sleep in a
 * heap. Keys without calls sleep in it too, as long as a rate or a pause counts, and are forgotten then.
 */
import { IndexedHeap } from '../core/indexed-heap';
import { LinkedQueue } from '../core/linked-queue';
import { KeyRecord, wakesBefore } from './key-record';
import type { BoundOptions, LimiterBounds } from './limit-bounds';
import { hasCome } from './limiter-clock';

export class LimitedKeys {
  /** Keys with a call that could start now, as far as the bounds of the key are concerned. */
  readonly ready = new LinkedQueue<KeyRecord>();
  readonly #records = new Map<unknown, KeyRecord>();
  readonly #sleeping = new IndexedHeap(wakesBefore);
  #lastSleep = 0;

  constructor(private readonly bounds: LimiterBounds) {}

  get records(): Iterable<KeyRecord> {
    return this.#records.values();
  }

  /** The time at which the next sleeping key wakes. */
  get wakeAt(): number {
    return this.#sleeping.first?.wakeAt ?? Infinity;
  }

  get(key: unknown): KeyRecord | undefined {
    return this.#records.get(key);
  }

  /** The record of a key, made where missing. The caller changes it, and then places it. */
  of(key: unknown, now: number): KeyRecord {
    let record = this.#records.get(key);
    if (!record) {
      record = new KeyRecord(key);
      record.configure(this.boundsOf(key), now);
      this.#records.set(key, record);
    }
    return record;
  }

  boundsOf(key: unknown): BoundOptions {
    const { perKey, byKey } = this.bounds;
    const own = byKey.size > 0 ? byKey.get(key) : undefined;
    if (!own) return perKey;
    return { concurrency: own.concurrency ?? perKey.concurrency, rates: own.rates ?? perKey.rates };
  }

  /** Makes changed bounds count for a key. */
  configure(record: KeyRecord, now: number): void {
    record.configure(this.boundsOf(record.key), now);
    this.place(record, now);
  }

  /** Puts a key where it belongs after a change of its calls or bounds. A ready key keeps its turn. */
  place(record: KeyRecord, now: number): void {
    const run = record.waiting.first;
    this.#sleeping.remove(record);
    if (run && record.delayFor(run, now) === 0) {
      if (!record.isQueued) this.ready.push(record);
      return;
    }
    this.ready.remove(record);
    if (run) {
      // The release of a slot places the key again.
      if (record.hasSlotsFor(run)) this.#sleep(record, now + record.delayFor(run, now));
    } else if (record.running === 0) {
      const clearAt = record.clearAt(now);
      if (hasCome(clearAt, now)) this.#records.delete(record.key);
      else this.#sleep(record, clearAt);
    }
  }

  /** Places the keys whose time has come. */
  wakeDue(now: number): void {
    for (let record = this.#sleeping.first; record; record = this.#sleeping.first) {
      if (!hasCome(record.wakeAt, now)) return;
      this.place(record, now);
    }
  }

  #sleep(record: KeyRecord, wakeAt: number): void {
    record.wakeAt = wakeAt;
    record.sleepNumber = ++this.#lastSleep;
    this.#sleeping.push(record);
  }
}
