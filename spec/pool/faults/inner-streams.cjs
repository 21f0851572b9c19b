'use strict';
const { concatMap, EMPTY, mergeMap, range, switchMap } = require('rxjs');

const flatten = { concatMap, mergeMap, switchMap };

/** So many streams within one, of which each ends before the next begins. */
exports.innerStreams = (operator, count) => range(0, count).pipe(flatten[operator](() => EMPTY));
