/**
 * The logical stack of an error is the chain of tasks that led to it, with the key that failed, appended to its `stack`. An
 * error that fails several waiters gets the chain of the first one notified. The idea is asynq's.
 */
import { printable } from '../core/printable';
import { instrumentation } from '../scheduler/instrumentation';
import { nearestWithRole, type Waiter } from '../scheduler/waiter';

interface ErrorChain {
  /** The waiter that receives the error next, if known. A weak reference, because a program may keep an error for long. */
  readonly next: WeakRef<Waiter> | undefined;
  readonly length: number;
}

const chains = new WeakMap<object, ErrorChain>();

/** Lines that are appended to one error at most. */
const MAX_LINES = 100;
/** Number of waiters after the next one that are searched. */
const MAX_STEPS = 16;

interface ChainLink {
  /** The waiter that has failed with the error. */
  readonly from: Waiter;
  /** The text of the new line. */
  readonly title: () => string;
  /** The future whose call site the line names. */
  readonly future: object | undefined;
  /** The waiter that receives the error next. */
  readonly to: Waiter | undefined;
}

/** Appends one line to the stack of an error that passes through a task or a key. */
export function extendStack(error: unknown, { from, title, future, to }: ChainLink): void {
  if (!hasErrorStack(error)) return;
  const chain = chains.get(error);
  if (chain && !leadsTo(chain.next?.deref(), from)) return;
  const length = (chain?.length ?? 0) + 1;
  const next = nearestWithRole(to) ?? instrumentation.current?.callerOf(from);
  chains.set(error, { next: next && new WeakRef(next), length });
  if (length > MAX_LINES) return;
  const line =
    length < MAX_LINES ? `${title()}${requestedAt(instrumentation.current?.siteOf(future))}` : '… more tasks';
  append(error, `\n    at ${printable(line)}`);
}

function hasErrorStack(error: unknown): error is Error {
  try {
    // An enumerable `stack` is the data of an ordinary object, not the stack of an error.
    return typeof error === 'object' && error !== null && !Object.getOwnPropertyDescriptor(error, 'stack')?.enumerable;
  } catch {
    return false;
  }
}

/** Whether `from` is the waiter that received the error, or one later in its chain: a waiter may pass an error on as a value. */
function leadsTo(next: Waiter | undefined, from: Waiter): boolean {
  let waiter = next;
  for (let steps = 0; waiter && steps < MAX_STEPS; steps++) {
    if (waiter === from) return true;
    waiter = nearestWithRole(waiter.parent);
  }
  return false;
}

/** The call site at the end of a line. Stack lines have two forms: `at load (file:1:2)` and `at file:1:2`. */
function requestedAt(site: string | undefined): string {
  if (site === undefined) return '';
  const position = site.replace(/^\s*at /, '');
  return position.endsWith(')') ? `, asked for by ${position}` : `, asked for at (${position})`;
}

function append(error: { stack?: unknown }, line: string): void {
  try {
    const owner = ownerOfStack(error);
    // Since Node 21 the stack of a frozen error can be written too, because it is behind a setter.
    if (Object.isFrozen(error) || Object.isFrozen(owner) || typeof error.stack !== 'string') return;
    const isInherited = owner !== error;
    error.stack += line;
    // The write has made an own property, which would be printed and serialized as data if it were enumerable.
    if (isInherited && Object.hasOwn(error, 'stack')) Object.defineProperty(error, 'stack', { enumerable: false });
  } catch {
    // The error is sealed or has a `stack` accessor of its own: its stack stays as it is.
  }
}

/** The object on the prototype chain that has the stack. */
function ownerOfStack(error: object): unknown {
  let owner: object | null = error;
  while (owner !== null && !Object.hasOwn(owner, 'stack')) owner = Object.getPrototypeOf(owner) as object | null;
  return owner;
}
