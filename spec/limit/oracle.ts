/** The oracle reads the log of a random program and says what the limiter did wrong. It computes all from the starts alone. */
import { ALL, type LoggedCall, type ProgramLog, type ScopeBounds } from './random-program';

/** Tolerance of sums, and of the time in ms at which a call could have started at the latest. */
const EPSILON = 1e-6;
const LENIENCE = 1e-3;

interface ChargedStart {
  readonly at: number;
  readonly cost: number;
  /** The number of the change of bounds in force at the start. */
  readonly change: number;
}

/** The whole limiter or one key, as the log tells it. */
class Scope {
  readonly running = new Set<LoggedCall>();
  readonly #starts: ChargedStart[] = [];
  readonly #changes: { readonly at: number; readonly bounds: ScopeBounds }[] = [];
  #pausedUntil = -Infinity;

  change(at: number, bounds: ScopeBounds): void {
    this.#changes.push({ at, bounds });
  }

  /** `-Infinity` ends a pause. */
  pause(until: number): void {
    this.#pausedUntil = until === -Infinity ? until : Math.max(this.#pausedUntil, until);
  }

  start(call: LoggedCall, at: number): void {
    this.running.add(call);
    this.#starts.push({ at, cost: call.cost, change: this.#changes.length - 1 });
  }

  /** The reason for which a call may not start now; undefined if it may. */
  refusal(call: LoggedCall, now: number): string | undefined {
    const { concurrency, rates } = this.#bounds;
    if (this.#pausedUntil > now + EPSILON) return `a pause until ${String(this.#pausedUntil)}`;
    if (this.running.size >= concurrency) return `a concurrency of ${String(concurrency)}`;
    const refusing = rates.find((rate, place) =>
      rate.window ? !this.#windowHasRoom(rate, call, now) : !this.#isPaid(rate, { place, call, now }),
    );
    return refusing && `the rate ${JSON.stringify(refusing)}`;
  }

  get #bounds(): ScopeBounds {
    return this.#changes.at(-1)?.bounds ?? { concurrency: Infinity, rates: [] };
  }

  #windowHasRoom({ count, per }: ScopeBounds['rates'][number], { cost }: LoggedCall, now: number): boolean {
    const inWindow = this.#starts.filter(({ at }) => at > now - per + EPSILON);
    const sum = inWindow.reduce((total, start) => total + start.cost, cost);
    return sum <= Math.max(count, cost) + EPSILON;
  }

  /** From each earlier start on, the cost is at most the burst and what the rate has allowed in the meantime. */
  #isPaid(
    { burst }: ScopeBounds['rates'][number],
    { place, call, now }: { readonly place: number; readonly call: LoggedCall; readonly now: number },
  ): boolean {
    let sum = call.cost;
    return [...this.#starts].reverse().every((start) => {
      sum += start.cost;
      return sum <= Math.max(burst, call.cost) + this.#allowedSince(start, place, now) + EPSILON;
    });
  }

  /** The integral of the rate at one place of the list; without a bound where the list had no rate at this place. */
  #allowedSince(start: ChargedStart, place: number, now: number): number {
    return this.#changes.slice(start.change).reduce((allowed, { at, bounds }, index, changes) => {
      const until = Math.min(changes[index + 1]?.at ?? Infinity, now);
      const rate = bounds.rates[place];
      return allowed + (rate ? (Math.max(0, until - Math.max(at, start.at)) * rate.count) / rate.per : Infinity);
    }, 0);
  }
}

/** What the limiter did wrong, in the order of the log. */
export function violationsIn({ entries, calls, left }: ProgramLog): string[] {
  const violations: string[] = [];
  const scopes = new Map<string, Scope>();
  const waiting = new Set<LoggedCall>();
  const scopeOf = (name: string): Scope => {
    const scope = scopes.get(name) ?? new Scope();
    scopes.set(name, scope);
    return scope;
  };
  const scopesOf = ({ key }: LoggedCall): Scope[] => [scopeOf(ALL), scopeOf(key)];
  for (const entry of entries) {
    const time = `at ${String(entry.at)}: `;
    switch (entry.type) {
      case 'bounds':
        scopeOf(entry.scope).change(entry.at, entry.bounds);
        break;
      case 'pause':
        scopeOf(entry.scope).pause(entry.until);
        break;
      case 'called':
        waiting.add(entry.call);
        break;
      case 'left':
        waiting.delete(entry.call);
        break;
      case 'ended':
        for (const scope of scopesOf(entry.call)) scope.running.delete(entry.call);
        break;
      case 'started': {
        const { call, at } = entry;
        waiting.delete(call);
        for (const scope of scopesOf(call)) {
          const refusal = scope.refusal(call, at);
          if (refusal !== undefined) violations.push(`${time}call ${String(call.id)} starts against ${refusal}`);
          scope.start(call, at);
        }
        const passed = [...waiting].find((other) => other.key === call.key && isBefore(other, call));
        if (passed) violations.push(`${time}call ${String(call.id)} passes call ${String(passed.id)}`);
        break;
      }
      case 'settled': {
        const late = lateCall(waiting, entry.at - LENIENCE, scopeOf);
        if (late) violations.push(`${time}call ${String(late.id)} could have started`);
      }
    }
  }
  for (const { id, outcomes } of calls) {
    if (outcomes.length !== 1) violations.push(`call ${String(id)} has the outcomes ${outcomes.join(' and ')}`);
  }
  if (left.running + left.waiting > 0) violations.push(`${String(left.running + left.waiting)} calls are left`);
  return violations;
}

const isBefore = (one: LoggedCall, other: LoggedCall): boolean =>
  one.priority > other.priority || (one.priority === other.priority && one.id < other.id);

/**
 * A call that could have started: all keys that could start their next call could do so by the bounds of the limiter, too.
 * Where one of them could not, the limiter keeps its turn, and the others wait.
 */
function lateCall(
  waiting: Iterable<LoggedCall>,
  now: number,
  scopeOf: (name: string) => Scope,
): LoggedCall | undefined {
  const heads = new Map<string, LoggedCall>();
  for (const call of waiting) {
    const head = heads.get(call.key);
    if (!head || isBefore(call, head)) heads.set(call.key, call);
  }
  const ready = [...heads.values()].filter((call) => scopeOf(call.key).refusal(call, now) === undefined);
  return ready.every((call) => scopeOf(ALL).refusal(call, now) === undefined) ? ready[0] : undefined;
}
