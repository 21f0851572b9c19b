/**
 * A separate module instance for each contender, with all ES modules that it imports. Closures of one source line share type
 * feedback, so contenders that share a module would be compiled for each other's types.
 */
import { register } from 'node:module';

register('./instance-hooks.mjs', import.meta.url);

let instances = 0;

/** Imports a new instance of a module. @param {URL} url @returns {Promise<any>} */
export function importOwn(url) {
  const own = new URL(url);
  own.searchParams.set('instance', String(++instances));
  return import(own.href);
}
