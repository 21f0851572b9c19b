/**
 * Checks the package as it is installed: the consumers in this folder compile in strict mode, including the types of the
 * package and of its dependencies, and print the lines of their `// →` comments. The entry points for browsers must not
 * import modules of Node. The check needs `npm run build` but no network: the package is packed, unpacked, and linked to
 * the dependencies of this project. The consumers run on this Node, and on each Node whose path is an argument.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const programs = ['consumer', 'loader-consumer', 'pool-consumer', 'seeing-consumer'].map((name) => {
  const source = readFileSync(new URL(`${name}.ts`, import.meta.url), 'utf8');
  const expected = Array.from(source.matchAll(/^\/\/ → (.*)$/gm), ([, line]) => `${line}\n`).join('');
  // Each program is compiled as an ES module and as CommonJS.
  return { name, endings: ['mts', 'cts'], source, expected };
});
const loaderConsumer = programs.find(({ name }) => name === 'loader-consumer');
programs.push({
  ...loaderConsumer,
  name: 'requiring-loader-consumer',
  endings: ['cts'],
  source: loaderConsumer.source.replace(/^import (DataLoader) from (.*);$/m, 'import $1 = require($2);'),
});

const files = programs.flatMap(({ name, endings }) => endings.map((ending) => `${name}.${ending}`));
/** The time limit of a step in ms; only a step that hangs reaches it. */
const STEP_TIMEOUT = 120_000;

const strict = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  declaration: true,
  target: 'es2022',
  module: 'nodenext',
};
/** The types of Node and those of browsers are checked separately. */
const node = { lib: ['es2022'], types: ['node'] };
const browser = { lib: ['es2022', 'dom'], types: [] };
/** Most browser projects do not set the condition `browser`, so the compiler reads the types for Node; both must compile. */
const platforms = { node, browser, 'browser by name': { ...browser, customConditions: ['browser'] } };

const folder = mkdtempSync(join(tmpdir(), 'sluice-consumer-'));
try {
  install();
  for (const { name, endings, source } of programs)
    for (const ending of endings) writeFileSync(join(folder, `${name}.${ending}`), source);
  for (const [platform, types] of Object.entries(platforms)) {
    const config = { compilerOptions: { ...strict, ...types }, files };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    run(`compiling for ${platform}`, process.execPath, [createRequire(import.meta.url).resolve('typescript/bin/tsc')]);
  }
  for (const executable of [process.execPath, ...process.argv.slice(2)])
    for (const { name, endings, expected } of programs)
      for (const file of endings.map((ending) => `${name}.${ending.replace('t', 'j')}`)) {
        const printed = run(`running ${file} on ${executable}`, executable, [file]);
        if (printed !== expected)
          throw new Error(`${file} printed on ${executable}\n${printed}instead of\n${expected}`);
      }
  const nodeImports = [
    'graphql',
    'index',
    'dataloader',
    'pool.browser',
    'pool/browser/worker-entry',
    'testing',
    'tools',
    'trace.browser',
  ].flatMap((name) => importsOfNode(join(folder, 'node_modules', 'sluice', 'dist', `${name}.mjs`)));
  if (nodeImports.length > 0)
    throw new Error(`The entry points for browsers import modules of Node:\n${nodeImports.join('\n')}`);
  console.log('The package compiles and runs, as an ES module and as CommonJS.');
} finally {
  rmSync(folder, { recursive: true });
}

/** Returns the file of a `#` import without the condition `node`. */
function withoutNode(/** @type {string} */ name) {
  const { imports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return join(folder, 'node_modules', 'sluice', imports[name].default.import);
}

/** Returns the imports of Node modules in a file and in all files that it imports. */
function importsOfNode(/** @type {string} */ file, seen = new Set()) {
  if (seen.has(file)) return [];
  seen.add(file);
  const imports = readFileSync(file, 'utf8').matchAll(/^(?:import|export) (?:[^'"]* from )?["']([^"']+)["']/gm);
  return Array.from(imports, ([, name]) => name).flatMap((name) =>
    name.startsWith('.')
      ? importsOfNode(join(dirname(file), name), seen)
      : name.startsWith('#')
        ? importsOfNode(withoutNode(name), seen)
        : isBuiltin(name)
          ? [`${file}: ${name}`]
          : [],
  );
}

function install() {
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, 'sluice'), { recursive: true });
  const packing = ['pack', root, '--json', '--ignore-scripts', '--silent'];
  const [{ filename }] = JSON.parse(run('packing', 'npm', packing));
  run('unpacking', 'tar', ['-xzf', filename, '-C', join(modules, 'sluice'), '--strip-components=1']);
  for (const name of ['rxjs', '@types/node']) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(modules, name), 'junction');
  }
}

/** Runs a command and returns its output; throws if the command fails. */
function run(/** @type {string} */ step, /** @type {string} */ command, /** @type {readonly string[]} */ args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: folder,
    encoding: 'utf8',
    timeout: STEP_TIMEOUT,
  });
  if (status !== 0) throw new Error(`${step} failed:\n${error ?? stdout + stderr}`);
  return stdout;
}
