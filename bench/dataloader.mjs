/** DataLoader, loaded again by each instance of this module; by default a CommonJS package has one instance. */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
delete require.cache[require.resolve('dataloader')];

/** @type {typeof import('dataloader')} */
export const DataLoader = require('dataloader');
