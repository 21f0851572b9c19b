'use strict';
const { concatMap, EMPTY, mergeMap, range, switchMap } = require('rxjs');

const flatten = { concatMap, mergeMap, switchMap };

/** One stream of `count` inner streams, each of which ends before the next starts. */
exports.innerStreams = (operator, count) => range(0, count).pipe(flatten[operator](() => EMPTY));
