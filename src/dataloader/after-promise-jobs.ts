/**
 * The moment at which DataLoader dispatches a batch: on Node in a `process.nextTick` made by a promise job, and so after all
 * promise jobs. The platform is looked at when the module is loaded, the function at each batch: fake timers replace it.
 */

/** Runs the callback after all promise jobs. */
export const afterPromiseJobs: (callback: () => void) => void = chosenForPlatform();

function chosenForPlatform(): (callback: () => void) => void {
  if (typeof process === 'object' && typeof process.nextTick === 'function') {
    return (callback) => {
      // A promise for each batch: Node 20 and 22 keep with a promise the stores of the request that made it.
      void Promise.resolve().then(() => {
        process.nextTick(callback);
      });
    };
  }
  if (typeof setImmediate === 'function') {
    return (callback) => {
      setImmediate(callback);
    };
  }
  return (callback) => {
    setTimeout(callback);
  };
}
