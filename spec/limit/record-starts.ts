/** A limiter on virtual time, and the starts and outcomes of its calls. */
import { asyncScheduler, defer, finalize, timer, type Subscription } from 'rxjs';
import { Limiter, type LimitedCall, type LimiterConfig } from 'sluice';
import { testScheduler } from '../support/virtual-time';

interface TimedCall extends LimitedCall {
  /** How long the work takes, in ms. */
  readonly ms?: number;
}

export class Recording {
  /** The name of each call (else its key) with the time of its start. */
  readonly starts: (readonly [name: unknown, at: number])[] = [];
  readonly outcomes: (readonly [name: unknown, outcome: unknown])[] = [];
  /** Most calls that ran at a time, until their teardown. */
  mostRunning = 0;
  #running = 0;

  constructor(readonly limiter: Limiter) {}

  get times(): number[] {
    return this.starts.map(([, at]) => at);
  }

  get names(): unknown[] {
    return this.starts.map(([name]) => name);
  }

  call(key: unknown, { ms = 0, ...call }: TimedCall = {}): Subscription {
    const name = call.name ?? key;
    const work = defer(() => {
      this.starts.push([name, asyncScheduler.now()]);
      this.mostRunning = Math.max(this.mostRunning, ++this.#running);
      return timer(ms);
    }).pipe(finalize(() => this.#running--));
    return this.limiter.run(key, work, call).subscribe({
      next: () => this.outcomes.push([name, 'done']),
      error: (error: unknown) => this.outcomes.push([name, error]),
    });
  }

  /** Makes calls with the names 0, 1, 2, … */
  calls(count: number, key: unknown, call: TimedCall = {}): Subscription[] {
    return Array.from({ length: count }, (_, index) => this.call(key, { name: String(index), ...call }));
  }
}

/** Makes a limiter on virtual time, calls the program, and lets virtual time run to its end. */
export function record(config: LimiterConfig, program: (recording: Recording) => void): Recording {
  return testScheduler().run(({ flush }) => {
    const recording = new Recording(new Limiter(config));
    program(recording);
    flush();
    return recording;
  });
}

/** Does something at a time of virtual time. */
export const at = (time: number, act: () => void): void => void timer(time).subscribe(act);

/** The largest number of starts in any window of this length in ms, which includes its first moment and not its last. */
export const mostInWindow = (times: readonly number[], length: number): number =>
  Math.max(0, ...times.map((from) => times.filter((time) => time >= from && time < from + length).length));
