/** The first run of a contributor: the core's specs, without coverage, threads, processes, browsers or services. */
import { readdirSync, readFileSync } from 'node:fs';
import full from './jest.config.js';

const FOLDERS = ['core', 'scheduler', 'future', 'task', 'batch', 'context', 'scope', 'run', 'semantics'];

/** What starts a process or a thread, which takes longer than all else in a spec. */
const STARTS = /support\/process'|'sluice\/pool'|node:(child_process|worker_threads)/;

/** Specs of what is very large or very deep, or of very many random programs. */
const LONG = /(million|size|nesting|properties|requests)\.spec\.ts$/;

const specs = FOLDERS.flatMap((folder) => {
  const path = new URL(`spec/${folder}/`, import.meta.url);
  return readdirSync(path)
    .filter((name) => name.endsWith('.spec.ts') && !LONG.test(name))
    .filter((name) => !STARTS.test(readFileSync(new URL(name, path), 'utf8')))
    .map((name) => `<rootDir>/spec/${folder}/${name}`);
});

const { maxWorkers, transform, moduleNameMapper, setupFilesAfterEnv } = full;
export default { maxWorkers, transform, moduleNameMapper, setupFilesAfterEnv, testMatch: specs };
