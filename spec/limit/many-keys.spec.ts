/** Many keys in one limiter: time in proportion to the calls, memory for waiting calls only, and progress of all keys together. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { from, Subject, type Observable } from 'rxjs';
import { Limiter, limitMap } from 'sluice';

const HOSTS = 4_000;
const CALLS = 40_000;

/** Works of which the spec decides when they end. */
class Works {
  readonly started = new Map<number, number>();
  readonly #open: Subject<number>[] = [];

  of(host: number): Observable<number> {
    this.started.set(host, (this.started.get(host) ?? 0) + 1);
    const work = new Subject<number>();
    this.#open.push(work);
    return work;
  }

  /** Ends the work that began first. Returns false if there is none. */
  endOne(): boolean {
    const work = this.#open.shift();
    work?.complete();
    return work !== undefined;
  }
}

describe('forty thousand calls for four thousand keys', () => {
  it('make progress together: no key is more than one start ahead of another', () => {
    const works = new Works();
    const limiter = new Limiter({ concurrency: 500, perKey: { concurrency: 2 } });
    limiter.pause();
    let isComplete = false;
    from({ [Symbol.iterator]: () => Array(CALLS).keys() })
      .pipe(
        limitMap(
          limiter,
          // The calls of one host come in a row, as the links of a page do.
          (call) => Math.floor(call / (CALLS / HOSTS)),
          (call) => works.of(Math.floor(call / (CALLS / HOSTS))),
        ),
      )
      .subscribe({ complete: () => (isComplete = true) });
    limiter.resume();
    let spread = 0;
    for (let ended = 0; works.endOne(); ended++) {
      if (ended % 5_000 > 0) continue;
      const progress = [...works.started.values()];
      const least = works.started.size < HOSTS ? 0 : Math.min(...progress);
      spread = Math.max(spread, Math.max(...progress) - least);
    }
    expect(isComplete).toBe(true);
    expect([...works.started.values()].every((count) => count === CALLS / HOSTS)).toBe(true);
    expect(spread).toBe(1);
    expect(limiter.stats).toMatchObject({ running: 0, waiting: 0, keys: new Map() });
  });

  it('take time in proportion to their number', () => {
    const workOf = (calls: number): number => {
      const works = new Works();
      const limiter = new Limiter({ concurrency: 50, perKey: { concurrency: 2 } });
      const began = process.cpuUsage();
      from({ [Symbol.iterator]: () => Array(calls).keys() })
        .pipe(
          limitMap(
            limiter,
            (call) => call % (calls / 10),
            () => works.of(0),
          ),
        )
        .subscribe();
      while (works.endOne());
      return process.cpuUsage(began).user;
    };
    workOf(5_000);
    const [few, many] = [workOf(5_000), workOf(40_000)];
    // Eight times the calls: a quadratic time would be 64 times as long.
    expect(many / few).toBeLessThan(25);
  });

  it('leave nothing behind: the heap does not grow from one wave of keys to the next', () => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    const limiter = new Limiter({ concurrency: 10, perKey: { concurrency: 1 } });
    const heapAfterWave = (wave: number): number => {
      const works = new Works();
      from({ [Symbol.iterator]: () => Array(5_000).keys() })
        .pipe(
          limitMap(
            limiter,
            (call) => `${String(wave)}/${String(call)}`,
            () => works.of(0),
          ),
        )
        .subscribe();
      while (works.endOne());
      gc();
      return process.memoryUsage().heapUsed;
    };
    heapAfterWave(0);
    const first = heapAfterWave(1);
    const last = [2, 3, 4].map(heapAfterWave).at(-1) ?? Infinity;
    // One kept record takes more than 100 bytes: those of three waves would take 1.5 MB.
    expect(last - first).toBeLessThan(1e6);
    expect(limiter.stats.keys.size).toBe(0);
  });
});
