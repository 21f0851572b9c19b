/**
 * Checks the package with the tools of its users: bundlers for Node, bundlers for browsers, whose bundles run in Chromium,
 * and test runners. These have a `package.json` of their own, so that who only runs the specs does not install them. The check
 * needs `npm run build`, and `npm ci` in this folder.
 */
import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import { build as esbuild } from 'esbuild';
import { chromium } from 'playwright-core';
import { rollup } from 'rollup';
import { build as vite } from 'vite';
import webpack from 'webpack';
import { installPackage, link, root, run } from '../installed-package.mjs';

const tools = fileURLToPath(new URL('node_modules', import.meta.url));
const folder = installPackage(['rxjs', 'graphql']);
const path = (/** @type {string} */ ...names) => join(folder, ...names);
for (const name of ['vitest', 'jest-environment-jsdom']) link(join(tools, name), path('node_modules', name));

const BROWSER_PROGRAM = `
  import { all, batch, task } from 'sluice';
  import { WorkerPool } from 'sluice/pool';
  const user = batch((ids) => ids.map((id) => 'user ' + id));
  const pool = new WorkerPool({ size: 1, initData: 2, init: (factor) => { globalThis.factor = factor; } });
  const users = task(function* users() { return yield* all([user(1), user(2)]); });
  const print = (...values) => (globalThis.printed = values.join(' '));
  Promise.all([users(), pool.do((n) => n * factor, 21)])
    .then(([names, product]) => print(names, product), (error) => print(error))
    .then(() => pool.close());`;
const BROWSER_OUTPUT = 'user 1,user 2 42';

/** What works in a bundle, and what needs the package beside it. */
const NODE_PROGRAM = `
  import DataLoader from 'sluice/dataloader';
  import { batch, task } from 'sluice';
  import * as graphql from 'sluice/graphql';
  import { dedupe } from 'sluice/tools';
  import { WorkerPool } from 'sluice/pool';
  const user = batch((ids) => ids.map((id) => 'user ' + id));
  const loader = new DataLoader(async (ids) => ids.map((id) => 'loaded ' + id));
  const pool = new WorkerPool({ size: 1 });
  const print = (...values) => console.log(values.join(', '));
  Promise.all([
    task(function* () { return yield* user(1); })(),
    loader.load(2),
    dedupe(() => Promise.resolve(3))(),
    Object.keys(graphql).length > 0,
    pool.do((n) => n * 2, 21).then(String, ({ name, message }) => name + ' ' + /leave it out/.test(message)),
  ]).then((all) => print(...all), print).then(() => pool.close());`;
const nodeOutput = (/** @type {string} */ pool) => `user 1, loaded 2, 3, true, ${pool}\n`;
const BUNDLED = nodeOutput('WorkerStartError true');
const OUTSIDE = nodeOutput('42');

try {
  writeFileSync(path('node.mjs'), NODE_PROGRAM);
  writeFileSync(path('browser.mjs'), BROWSER_PROGRAM);
  await timed('Node bundles', checkNodeBundles);
  await timed('browser bundles', checkBrowserBundles);
  await timed('jest', checkJest);
  await timed('vitest', checkVitest);
} finally {
  rmSync(folder, { recursive: true });
}

async function timed(/** @type {string} */ name, /** @type {() => Promise<void> | void} */ check) {
  const start = Date.now();
  await check();
  console.log(`${name}: ${((Date.now() - start) / 1000).toFixed(1)} s`);
}

function expectOutput(/** @type {string} */ name, /** @type {string} */ printed, /** @type {string} */ expected) {
  if (printed !== expected) throw new Error(`${name} printed\n${printed}\ninstead of\n${expected}`);
}

async function checkNodeBundles() {
  const entry = path('node.mjs');
  const external = [/^sluice/];
  /** @type {Record<string, (outfile: string) => Promise<unknown>>} */
  const bundlers = {
    'esbuild.cjs': (outfile) => esbuild({ entryPoints: [entry], bundle: true, platform: 'node', outfile }),
    'esbuild-outside.mjs': (outfile) =>
      esbuild({ entryPoints: [entry], bundle: true, platform: 'node', format: 'esm', external: ['sluice'], outfile }),
    'rollup.mjs': (outfile) => bundleByRollup(entry, outfile, []),
    'rollup-outside.mjs': (outfile) => bundleByRollup(entry, outfile, external),
    'webpack.cjs': (outfile) => bundleByWebpack({ entry, target: 'node' }, outfile),
    'webpack-outside.cjs': (outfile) =>
      bundleByWebpack({ entry, target: 'node', externals: external, externalsType: 'node-commonjs' }, outfile),
  };
  for (const [name, bundle] of Object.entries(bundlers)) {
    await bundle(path(name));
    expectOutput(
      name,
      run(`running ${name}`, folder, process.execPath, [path(name)]),
      name.includes('outside') ? OUTSIDE : BUNDLED,
    );
  }
}

async function bundleByRollup(
  /** @type {string} */ input,
  /** @type {string} */ file,
  /** @type {readonly RegExp[]} */ external,
) {
  const bundle = await rollup({
    input,
    external: [...external],
    plugins: [nodeResolve({ preferBuiltins: true })],
    onwarn: () => undefined,
  });
  await bundle.write({ file, format: 'es', inlineDynamicImports: true });
  await bundle.close();
}

function bundleByWebpack(/** @type {webpack.Configuration} */ config, /** @type {string} */ outfile) {
  const { promise, resolve, reject } = withResolvers();
  const output = { path: join(outfile, '..'), filename: outfile.slice(folder.length + 1) };
  webpack({ mode: 'production', ...config, output: { ...output, ...config.output } }, (error, stats) => {
    if (error ?? stats?.hasErrors()) reject(error ?? new Error(stats?.toString('errors-only')));
    else resolve(undefined);
  });
  return promise;
}

function withResolvers() {
  /** @type {(value: unknown) => void} */
  let resolve = () => undefined;
  /** @type {(reason: unknown) => void} */
  let reject = () => undefined;
  const promise = new Promise((onResolve, onReject) => ([resolve, reject] = [onResolve, onReject]));
  return { promise, resolve, reject };
}

async function checkBrowserBundles() {
  const page = (/** @type {string} */ src) => `<!doctype html><script type="module" src="${src}"></script>`;
  mkdirSync(path('site'));
  writeFileSync(path('index.html'), page('./browser.mjs'));
  await vite({
    root: folder,
    base: './',
    logLevel: 'error',
    worker: { format: 'es' },
    build: { outDir: path('site', 'vite'), minify: false, target: 'es2022' },
  });
  await bundleByWebpack(
    { entry: path('browser.mjs'), target: 'web', output: { path: path('site'), filename: 'webpack.js' } },
    path('site'),
  );
  writeFileSync(path('site', 'webpack.html'), page('./webpack.js'));
  // esbuild leaves `new URL('./worker-entry.mjs', import.meta.url)` as it is: the program of the workers is a second entry.
  await esbuild({
    entryPoints: {
      esbuild: path('browser.mjs'),
      'worker-entry': path('node_modules', 'sluice', 'dist', 'pool', 'browser', 'worker-entry.mjs'),
    },
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    outdir: path('site'),
  });
  writeFileSync(path('site', 'esbuild.html'), page('./esbuild.mjs'));
  await expectOnPages({ vite: 'vite/index.html', webpack: 'webpack.html', esbuild: 'esbuild.html' });
}

async function expectOnPages(/** @type {Record<string, string>} */ pages) {
  const server = createServer(({ url }, response) => {
    const file = path('site', new URL(String(url), 'http://localhost').pathname);
    if (!existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    const type = extname(file) === '.html' ? 'text/html' : 'text/javascript';
    response.writeHead(200, { 'content-type': type }).end(readFileSync(file));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    for (const [name, url] of Object.entries(pages)) {
      const tab = await browser.newPage();
      await tab.goto(`http://127.0.0.1:${port}/${url}`);
      const printed = await tab.waitForFunction('globalThis.printed', undefined, { timeout: 20_000 });
      expectOutput(`the bundle of ${name}`, String(await printed.jsonValue()), BROWSER_OUTPUT);
      await tab.close();
    }
  } finally {
    await browser.close();
    server.close();
  }
}

/** Works under fake timers, leaves no handle open, and loads in the environment of jsdom. */
function checkJest() {
  const test = (/** @type {string} */ environment) => `/** @jest-environment ${environment} */
    const doors = ['sluice', 'sluice/pool', 'sluice/trace', 'sluice/testing', 'sluice/tools', 'sluice/dataloader'];
    test('every door loads', () => { for (const door of doors) expect(require(door)).toBeDefined(); });
    test('a pool and a task work under fake timers', async () => {
      const { task } = require('sluice');
      const { WorkerPool } = require('sluice/pool');
      jest.useFakeTimers();
      const pool = new WorkerPool({ size: 1 });
      try { expect(await task(function* () { return yield* pool.do((n) => n + 1, 1); })()).toBe(2); } finally { jest.useRealTimers(); }
      await pool.close();
    });`;
  writeFileSync(path('node.test.js'), test('node'));
  writeFileSync(path('jsdom.test.js'), test('jsdom'));
  writeFileSync(path('package.json'), '{}');
  const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const args = [jest, '--runInBand', '--detectOpenHandles', '--rootDir', folder];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0 || /open handle/.test(stderr)) throw new Error(`jest failed:\n${stdout}${stderr}`);
}

/** Works in threads and in forked processes. */
function checkVitest() {
  writeFileSync(path('work.mjs'), 'export const double = (n) => n * 2;');
  writeFileSync(
    path('pool.test.mjs'),
    `import { expect, test } from 'vitest';
    import { batch, task } from 'sluice';
    import { WorkerPool } from 'sluice/pool';
    test('a pool works', async () => {
      const pool = new WorkerPool({ size: 1 });
      expect(await pool.do((n) => n + 1, 1)).toBe(2);
      expect(await pool.do({ url: new URL('./work.mjs', import.meta.url), name: 'double' }, 21)).toBe(42);
      await pool.close();
    });
    test('a batch works', async () => {
      const user = batch((ids) => ids.map((id) => 'user ' + id));
      expect(await task(function* () { return yield* user(1); })()).toBe('user 1');
    });`,
  );
  const vitest = join(tools, 'vitest', 'vitest.mjs');
  for (const pool of ['threads', 'forks'])
    run(`vitest in ${pool}`, folder, process.execPath, [
      vitest,
      'run',
      'pool.test.mjs',
      '--root',
      folder,
      '--pool',
      pool,
    ]);
}
