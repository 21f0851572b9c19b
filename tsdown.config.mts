import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { defineConfig, type Rolldown, type UserConfig } from 'tsdown';

type Manifest = {
  readonly version: string;
  readonly imports: Readonly<Record<string, { readonly node: { readonly import: string } }>>;
};

const manifest = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as Manifest;

/** The doors, what `imports` of package.json chooses from, and the programs that threads run. */
const entry = [
  'src/*.ts',
  'src/core/{copies,*-async-hooks,*-v8}.ts',
  'src/pool/{node,browser}/worker-entry.ts',
  'src/pool/node/supervisor.ts',
  'src/command/sluice.ts',
];

/** Files for Node alone are imported by the names that `imports` of package.json has for them. */
const importsByName = Object.entries(manifest.imports).map(([name, { node }]) => ({
  name: `import of ${name}`,
  resolveId: {
    filter: { id: new RegExp(`^\\.{1,2}/.*\\b${basename(node.import, '.mjs')}$`) },
    handler: () => ({ id: name, external: true }),
  },
}));

// A scope is an AsyncDisposable, which the types of a browser alone do not have.
const banner = { dts: '/// <reference lib="esnext.disposable" />' };

const shared: UserConfig = {
  root: 'src',
  platform: 'node',
  target: 'es2022',
  unbundle: true,
  dts: true,
  banner,
  fixedExtension: true,
  // To a neutral platform they are packages that are not there.
  deps: { neverBundle: [/^node:/] },
  plugins: importsByName,
};

/**
 * In Node the library is loaded once, whether by `import` or by `require`, and whichever of two equal copies is asked: a
 * CommonJS door hands on what the copy that came first exports, and its ES module in `node/` what the CommonJS door does.
 */
const oneCopy: Rolldown.Plugin = {
  name: 'one copy',
  generateBundle(_, bundle) {
    const doors: string[] = [];
    for (const file of Object.values(bundle)) {
      if (file.type !== 'chunk' || !file.isEntry) continue;
      // What runs in a thread is loaded from its own file; modules of tasks load the doors of the same copy.
      if (file.fileName === 'pool/node/worker-entry.cjs') file.code = `require('../../node/copy.cjs');\n${file.code}`;
      const [, door] = /^([^/]+)\.cjs$/.exec(file.fileName) ?? [];
      if (door === undefined) continue;
      doors.push(door);
      const emit = (fileName: string, source: string): void =>
        void this.emitFile({ type: 'asset', fileName: `node/${fileName}`, source });
      const code = file.code.replaceAll("require('./", "require('../").replaceAll('require("./', 'require("../');
      emit(`${door}.cjs`, file.exports.includes('default') ? `${code}\nmodule.exports = exports.default;\n` : code);
      emitModule(emit, door, file.exports);
      file.code = `module.exports = require('./node/copy.cjs').doors['${door}']();\n`;
    }
    if (doors.length === 0) return;
    this.emitFile({
      type: 'asset',
      fileName: 'node/copy.cjs',
      source: `const { registerCopy } = require('../core/copies.cjs');

module.exports = registerCopy({
  version: '${manifest.version}',
  folder: __dirname,
  rxjs: require.resolve('rxjs'),
  doors: {
${doors.map((door) => `    '${door}': () => require('./${door}.cjs'),`).join('\n')}
  },
});
`,
    });
  },
};

/**
 * The ES module of a door for Node hands on the exports of its CommonJS module. That of a door with a default export is the
 * default itself, as in the package that the door stands in for, and has the other names beside it.
 */
function emitModule(emit: (fileName: string, source: string) => void, door: string, names: readonly string[]): void {
  const from = `'../${door}.cjs'`;
  if (!names.includes('default')) {
    emit(`${door}.mjs`, `import door from ${from};\n\nexport const { ${names.join(', ')} } = door;\n`);
    emit(`${door}.d.mts`, `export * from ${from};\n`);
    return;
  }
  emit(
    `${door}.mjs`,
    `import door from ${from};\n\nexport { ${names.map((name) => `door as ${name}`).join(', ')} };\n`,
  );
}

/**
 * The types of a CommonJS door that is its default export: `require` returns the default. The types of its ES module for
 * Node are those that the build gave to the CommonJS door.
 */
function exportDefaultItself(outDir: string): void {
  for (const file of readdirSync(outDir).filter((name) => name.endsWith('.d.cts'))) {
    const types = readFileSync(join(outDir, file), 'utf8');
    const [, name] = /\b(\w+) as default\b/.exec(types) ?? [];
    const [importOfDefault] = types.match(new RegExp(`^import \\{ ${String(name)} \\} .*$`, 'm')) ?? [];
    if (name === undefined || importOfDefault === undefined) continue;
    const module = `node/${file.replace(/cts$/, 'mts')}`;
    writeFileSync(join(outDir, module), types.replaceAll(' from "./', ' from "../'));
    writeFileSync(join(outDir, file), `${banner.dts}\n${importOfDefault}\nexport = ${name};\n`);
  }
}

/** ESM, CommonJS and types, file by file, so that a reader of the package finds the same tree as in the sources. */
export default defineConfig([
  // An ES module has another name for where it is. Browsers run some of them as they are: nothing of Node is put in.
  { ...shared, entry, format: 'esm', platform: 'neutral', define: { __filename: 'import.meta.filename' } },
  // What is for browsers is never required.
  {
    ...shared,
    entry: [...entry, '!src/**/*browser*', '!src/pool/browser/**'],
    format: 'cjs',
    plugins: [importsByName, oneCopy],
    // An ES module is strict; `this` of a detached method must not become the global object.
    banner: { ...banner, js: '"use strict";' },
    hooks: { 'build:done': ({ options }) => options.dts && exportDefaultItself(options.outDir) },
  },
]);
