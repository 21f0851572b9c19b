/**
 * A shape is nested arrays and records with things to wait for at its leaves; `null` and `undefined` pass through.
 * `flatten` takes the leaves out, in reading order, and keeps a template to put their values back.
 */
import type { InteropObservable, Observable, ObservableInput } from 'rxjs';
import { describe, howToWait } from './describe';
import { isAsyncInput } from './rx';
import { quoting } from './sluice-error';

/** What arrives later. Arrays, though RxJS can subscribe to them, are branches. */
export type Awaitable<T> = Observable<T> | InteropObservable<T> | PromiseLike<T> | AsyncIterable<T>;

export type AwaitableTree =
  Awaitable<unknown> | null | undefined | readonly AwaitableTree[] | { readonly [key: string]: AwaitableTree };

/** What a shape becomes when `all` of it has come: the same shape, with values at its leaves. */
export type AwaitedTree<S> =
  S extends Awaitable<infer T> ? T : S extends null | undefined ? S : { -readonly [K in keyof S]: AwaitedTree<S[K]> };

export interface FlatShape {
  readonly leaves: readonly ObservableInput<unknown>[];
  readonly build: (values: unknown[]) => unknown;
}

/** A leaf is its index; a branch is rebuilt. */
type Template = number | null | undefined | readonly Template[] | ReadonlyMap<string, Template>;

/** A shape nested deeper than this is a cycle. */
const DEEPEST = 1_000;

const asItIs = (values: unknown[]): unknown => values;

/** @throws TypeError naming the path of what cannot be waited for. */
export function flatten(shape: unknown, caller: string): FlatShape {
  if (isList(shape)) return { leaves: [...shape], build: asItIs };
  const leaves: ObservableInput<unknown>[] = [];
  const template = templateOf(shape, { leaves, caller, path: [] });
  return { leaves, build: (values) => fill(template, values) };
}

/** The usual case: nothing to take apart. By index, since `every` would pass over holes. */
function isList(shape: unknown): shape is readonly ObservableInput<unknown>[] {
  if (!Array.isArray(shape)) return false;
  for (let index = 0; index < shape.length; index++) if (!isAsyncInput(shape[index])) return false;
  return true;
}

interface Reading {
  readonly leaves: ObservableInput<unknown>[];
  readonly caller: string;
  readonly path: string[];
}

function templateOf(shape: unknown, reading: Reading): Template {
  if (shape === null || shape === undefined) return shape;
  if (isAsyncInput(shape)) return reading.leaves.push(shape) - 1;
  if (reading.path.length >= DEEPEST) throw new TypeError(`${reading.caller} got a shape with a cycle in it.`);
  if (Array.isArray(shape)) return Array.from(shape, (branch, index) => within(reading, `[${String(index)}]`, branch));
  if (isRecord(shape)) {
    if (Object.getOwnPropertySymbols(shape).length > 0) {
      throw new TypeError(`${reading.caller} got a record with a symbol for a key. Records have strings for keys.`);
    }
    return new Map(Object.entries(shape).map(([key, branch]) => [key, within(reading, `.${key}`, branch)]));
  }
  throw quoting(
    new TypeError(
      `${reading.caller} waits for futures, Observables and promises, in arrays and records as you like; ` +
        `got ${describe(shape)} (${typeof shape})${reading.path.length > 0 ? ` at ${reading.path.join('')}` : ''}. ` +
        howToWait(shape),
    ),
  );
}

function within(reading: Reading, step: string, branch: unknown): Template {
  reading.path.push(step);
  const template = templateOf(branch, reading);
  reading.path.pop();
  return template;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function fill(template: Template, values: readonly unknown[]): unknown {
  if (typeof template === 'number') return values[template];
  if (template === null || template === undefined) return template;
  if (template instanceof Map) {
    return Object.fromEntries(Array.from(template, ([key, branch]) => [key, fill(branch as Template, values)]));
  }
  return (template as readonly Template[]).map((branch) => fill(branch, values));
}
