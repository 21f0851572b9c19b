/**
 * An error that passes through tasks says so: its `stack` goes on with the chain of tasks that led to it, and with the
 * key that failed. Where one error fails many, it is the chain of those who are told first. The idea is asynq's.
 */
import { printable } from '../core/printable';
import { instrumentation } from '../scheduler/instrumentation';
import { named, type Waiter } from '../scheduler/waiter';

interface Chain {
  /** Who is told of it next, as far as that is known. An error may be kept for long, and must not keep them. */
  readonly next: WeakRef<Waiter> | undefined;
  readonly length: number;
}

const chains = new WeakMap<object, Chain>();

const LONGEST = 100;
const FURTHEST = 16;

interface Link {
  /** Who has failed with it. */
  readonly from: Waiter;
  /** In words. */
  readonly title: () => string;
  /** What was asked for. */
  readonly future: object | undefined;
  /** Who is told. */
  readonly to: Waiter | undefined;
}

/** Notes on an error that it has passed through here. */
export function passedThrough(error: unknown, { from, title, future, to }: Link): void {
  if (!canBeWritten(error)) return;
  const chain = chains.get(error);
  if (chain && !leadsTo(chain.next?.deref(), from)) return;
  const length = (chain?.length ?? 0) + 1;
  const next = named(to) ?? instrumentation.current?.callerOf(from);
  chains.set(error, { next: next && new WeakRef(next), length });
  if (length > LONGEST) return;
  const line = length < LONGEST ? `${title()}${askedFor(instrumentation.current?.siteOf(future))}` : '… more tasks';
  append(error, `\n    at ${printable(line)}`);
}

function canBeWritten(error: unknown): error is Error {
  try {
    // What has it as data of its own is no error, and none of ours to write on.
    return typeof error === 'object' && error !== null && !Object.getOwnPropertyDescriptor(error, 'stack')?.enumerable;
  } catch {
    return false;
  }
}

/** Whoever was told may have passed it on as a value: then it is one further up that fails with it. */
function leadsTo(next: Waiter | undefined, from: Waiter): boolean {
  let waiter = next;
  for (let steps = 0; waiter && steps < FURTHEST; steps++) {
    if (waiter === from) return true;
    waiter = named(waiter.above);
  }
  return false;
}

/** `at load (file:1:2)` and `at file:1:2` are lines of a stack. */
function askedFor(site: string | undefined): string {
  if (site === undefined) return '';
  const place = site.replace(/^\s*at /, '');
  return place.endsWith(')') ? `, asked for by ${place}` : `, asked for at (${place})`;
}

function append(error: { stack?: unknown }, line: string): void {
  try {
    const holder = holderOfStack(error);
    // Since Node 21 the stack of a frozen error can be written all the same: it is behind a setter.
    if (Object.isFrozen(error) || Object.isFrozen(holder) || typeof error.stack !== 'string') return;
    const isInherited = holder !== error;
    error.stack += line;
    // Written to what inherits it, it would be data, and be printed and sent with it.
    if (isInherited && Object.hasOwn(error, 'stack')) Object.defineProperty(error, 'stack', { enumerable: false });
  } catch {
    // It is sealed against this, or has a stack of its own making: it says what it says.
  }
}

/** Which object on the chain of prototypes has the stack. */
function holderOfStack(error: object): unknown {
  let holder: object | null = error;
  while (holder !== null && !Object.hasOwn(holder, 'stack')) holder = Object.getPrototypeOf(holder) as object | null;
  return holder;
}
