/** Whether the value is a thenable: a promise, or another object with a method `then`. */
export const isThenable = <T>(value: unknown): value is PromiseLike<T> =>
  ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
  'then' in value &&
  typeof value.then === 'function';
