/**
 * `sluice/dataloader`: the class of the package `dataloader`, to be imported in its place. CommonJS gets the class itself
 * from `require`, as from that package.
 */
export { DataLoader, DataLoader as default } from './dataloader/dataloader';
export type {
  LoaderArrayFunction as BatchLoadFn,
  LoaderBatchFunction,
  LoaderCacheMap as CacheMap,
  LoaderOptions as Options,
} from './dataloader/options';
