/**
 * A shape is a tree of nested arrays and records whose leaves can be awaited; `null` and `undefined` are kept. `flatten`
 * collects the leaves in traversal order, and a template builds the same shape from their values.
 */
import type { InteropObservable, Observable, ObservableInput } from 'rxjs';
import { describe, hintForNonAwaitable } from './describe';
import { isAsyncInput } from './rx';
import { markQuotesValues } from './sluice-error';

/** A value that can be awaited. Arrays are branches of the tree, although RxJS can subscribe to them. */
export type Awaitable<T> = Observable<T> | InteropObservable<T> | PromiseLike<T> | AsyncIterable<T>;

/** Awaitable values in nested arrays and records. */
export type AwaitableTree =
  Awaitable<unknown> | null | undefined | readonly AwaitableTree[] | { readonly [key: string]: AwaitableTree };

/** The result of `all` for a tree: the same tree with the values of its awaitables. */
export type AwaitedTree<S> =
  S extends Awaitable<infer T> ? T : S extends null | undefined ? S : { -readonly [K in keyof S]: AwaitedTree<S[K]> };

export interface FlatShape {
  readonly leaves: readonly ObservableInput<unknown>[];
  readonly build: (values: unknown[]) => unknown;
}

/** A number is the index of a leaf; other templates are branches. */
type Template = number | null | undefined | readonly Template[] | ReadonlyMap<string, Template>;

/** A shape nested deeper than this is taken for a cycle. */
const MAX_DEPTH = 1_000;

const identity = (values: unknown[]): unknown => values;

/** @throws TypeError with the path of the value that cannot be awaited */
export function flatten(shape: unknown, caller: string): FlatShape {
  if (isList(shape)) return { leaves: [...shape], build: identity };
  const leaves: ObservableInput<unknown>[] = [];
  const template = templateOf(shape, { leaves, caller, path: [] });
  return { leaves, build: (values) => fill(template, values) };
}

/** Whether the shape is a flat array, the usual case. The loop runs by index because `every` would skip holes. */
function isList(shape: unknown): shape is readonly ObservableInput<unknown>[] {
  if (!Array.isArray(shape)) return false;
  for (let index = 0; index < shape.length; index++) if (!isAsyncInput(shape[index])) return false;
  return true;
}

interface Traversal {
  readonly leaves: ObservableInput<unknown>[];
  readonly caller: string;
  readonly path: string[];
}

function templateOf(shape: unknown, traversal: Traversal): Template {
  if (shape === null || shape === undefined) return shape;
  if (isAsyncInput(shape)) return traversal.leaves.push(shape) - 1;
  if (traversal.path.length >= MAX_DEPTH) {
    throw new TypeError(
      `${traversal.caller}: expected a shape without a cycle. Remove the reference to an outer array or record.`,
    );
  }
  if (Array.isArray(shape))
    return Array.from(shape, (branch, index) => branchTemplate(traversal, `[${String(index)}]`, branch));
  if (isRecord(shape)) {
    if (Object.getOwnPropertySymbols(shape).length > 0) {
      throw new TypeError(
        `${traversal.caller}: expected a record with string keys; got a symbol key. Use a string as key.`,
      );
    }
    return new Map(Object.entries(shape).map(([key, branch]) => [key, branchTemplate(traversal, `.${key}`, branch)]));
  }
  throw markQuotesValues(
    new TypeError(
      `${traversal.caller}: expected futures, Observables or promises, in arrays or records of any depth; ` +
        `got ${describe(shape)} (${typeof shape})${traversal.path.length > 0 ? ` at ${traversal.path.join('')}` : ''}. ` +
        hintForNonAwaitable(shape),
    ),
  );
}

function branchTemplate(traversal: Traversal, step: string, branch: unknown): Template {
  traversal.path.push(step);
  const template = templateOf(branch, traversal);
  traversal.path.pop();
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
