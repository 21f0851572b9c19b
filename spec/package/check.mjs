/**
 * Checks the package as it is installed: the consumers in this folder compile in strict mode, including the types of the
 * package and of its dependencies, and print the lines of their `// →` comments. The entry points for browsers must not
 * import modules of Node. The check needs `npm run build` but no network: the package is packed, unpacked, and linked to
 * the dependencies of this project. The consumers run on this Node, and on each Node whose path is an argument.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { installPackage, root, run } from './installed-package.mjs';

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

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const folder = installPackage(['rxjs', '@types/node']);
try {
  for (const { name, endings, source } of programs)
    for (const ending of endings) writeFileSync(join(folder, `${name}.${ending}`), source);
  for (const [platform, types] of Object.entries(platforms)) {
    const config = { compilerOptions: { ...strict, ...types }, files };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    run(`compiling for ${platform}`, folder, process.execPath, [tsc]);
  }
  for (const executable of [process.execPath, ...process.argv.slice(2)])
    for (const { name, endings, expected } of programs)
      for (const file of endings.map((ending) => `${name}.${ending.replace('t', 'j')}`)) {
        const printed = run(`running ${file} on ${executable}`, folder, executable, [file]);
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
