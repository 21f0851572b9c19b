'use strict';
/** Tasks that break their thread, and others that are run on it afterwards: these lean on nothing that is broken. */
const process = require('node:process');
const { parentPort, workerData } = require('node:worker_threads');

exports.closePort = () => {
  parentPort.close();
  return 'closePort';
};
exports.stripPort = () => {
  parentPort.removeAllListeners();
  parentPort.postMessage = () => undefined;
  parentPort.unref();
  return 'stripPort';
};
exports.feedPort = () => {
  for (const garbage of [undefined, null, 7, 'text', [], [0, 0, 1, 0, 'x'], { id: 1 }]) parentPort.postMessage(garbage);
  parentPort.emit('message', [1, 2, 3]);
  return 'feedPort';
};
exports.listenToPort = () => {
  parentPort.on('message', () => {
    throw new Error('heard');
  });
  return 'listenToPort';
};
exports.stripProcess = () => {
  process.removeAllListeners();
  return 'stripProcess';
};
exports.portsInSight = () =>
  Object.keys(workerData ?? {}).filter((key) => workerData[key]?.constructor?.name === 'MessagePort');

const ErrorAtFirst = Error;
const no = () => {
  throw new ErrorAtFirst('broken');
};
const arrayIterator = Object.getPrototypeOf([][Symbol.iterator]());
const { defineProperty, freeze, getPrototypeOf } = Object;
const { ownKeys, getOwnPropertyDescriptor } = Reflect;
// What Node 20 itself asks for at the end of each callback (`pop`), no library can make up for.
const KEPT = { pop: true, constructor: true, stack: true, message: true, name: true, prototype: true, buffer: true };

/** All that can be broken is listed first: whoever breaks arrays cannot walk them. */
function breakAll(owners) {
  const jobs = [];
  for (const owner of owners) {
    for (const key of ownKeys(owner)) {
      // A promise of the platform asks for its species, whoever calls `then`.
      if (key === Symbol.species || KEPT[key] || !getOwnPropertyDescriptor(owner, key).configurable) continue;
      jobs.push([owner, key]);
    }
  }
  for (let index = 0; index < jobs.length; index++) {
    const key = jobs[index][1];
    const value = () => {
      throw new ErrorAtFirst(typeof key === 'string' ? key : 'a symbol');
    };
    defineProperty(jobs[index][0], key, { value, configurable: true, writable: true });
  }
}

exports.breakPrototypes = () => {
  breakAll([Array, Map, Set, WeakMap, String, Promise, RegExp, Error, ArrayBuffer].map((Class) => Class.prototype));
  return 'breakPrototypes';
};
exports.breakGlobals = () => {
  breakAll([Object, Reflect, JSON, Array, Atomics, Symbol, Number, Math, Promise]);
  for (const key of ['structuredClone', 'Map', 'Set', 'Array', 'Promise', 'Error', 'AbortController', 'queueMicrotask'])
    globalThis[key] = no;
  for (const key of ['setTimeout', 'setImmediate', 'performance', 'DOMException', 'SharedArrayBuffer', 'Int32Array'])
    defineProperty(globalThis, key, { value: no });
  return 'breakGlobals';
};
exports.breakIterators = () => {
  arrayIterator.next = no;
  getPrototypeOf(new Map()[Symbol.iterator]()).next = no;
  Array.prototype[Symbol.iterator] = no;
  Function.prototype.call = no;
  Function.prototype.apply = no;
  Function.prototype.bind = no;
  return 'breakIterators';
};
exports.freezeAll = () => {
  for (const Class of [Object, Array, Map, Set, Promise, Error, Function, String]) {
    freeze(Class);
    freeze(Class.prototype);
  }
  return 'freezeAll';
};
exports.addToPrototypes = () => {
  const added = { then: no, subscribe: 1, code: 'E_ADDED', cause: 'added', toJSON: no, is: 'value', url: 'x' };
  for (const key of ownKeys(added)) if (key !== 'then') Object.prototype[key] = added[key];
  defineProperty(Object.prototype, 'errors', { get: no, set: no, configurable: true });
  Array.prototype.extra = no;
  return 'addToPrototypes';
};

const RangeErrorAtFirst = RangeError;
exports.giveValue = (value) => value;
exports.givePromise = async () => 'promised';
exports.giveItems = function* () {
  yield 1;
  yield 2;
  yield 3;
};
exports.giveAsyncItems = async function* () {
  yield 1;
  yield 2;
  yield 3;
};
exports.giveError = () => {
  const error = new RangeErrorAtFirst('far');
  defineProperty(error, 'code', { value: 'E_FAR', enumerable: true });
  throw error;
};
exports.giveFunction = () => ({ f: no });
