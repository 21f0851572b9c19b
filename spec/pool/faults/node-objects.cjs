'use strict';
const { runInNewContext } = require('node:vm');
const { Socket } = require('node:net');

exports.throwForeign = () => {
  throw runInNewContext(`class FarError extends TypeError {}; Object.assign(new FarError('far'), { code: 'E_FAR' })`);
};
exports.throwWithSocket = () => {
  throw Object.assign(new Error('lost'), { code: 'E_LOST', socket: new Socket() });
};
exports.returnSocket = () => ({ deep: [new Socket()] });
