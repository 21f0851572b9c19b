/**
 * The architecture of the sources: folders and sub-folders import only from those before them, files form no cycle, and
 * each file has the form that all files have. Each check is shown to find an offender.
 */
import * as ts from 'typescript';
import { folderOf, importedFile, sourceFile, sourceFiles, type SourceFile } from './source-files';

/** The folders in the order of reading: a later one may import from an earlier one. */
const order = [
  'core',
  'scheduler',
  'future',
  'task',
  'batch',
  'context',
  'scope',
  'run',
  'limit',
  'pool',
  'tools',
  'dataloader',
  'graphql',
  'trace',
  'fleet',
  'testing',
  'command',
];

/** Pairs of folders that never import each other, wherever they stand in the order. */
const separateFolders: readonly (readonly [string, string])[] = [['task', 'batch']];

/** What each sub-folder may import from, within its own folder. */
const subFolders: Readonly<Record<string, readonly string[]>> = {
  'batch/cache': [],
  batch: ['batch/cache'],
  'pool/wire': [],
  'pool/thread': ['pool/wire'],
  'pool/host': ['pool/thread', 'pool/wire'],
  'pool/api': ['pool/host', 'pool/thread', 'pool/wire'],
  'pool/worker': ['pool/wire'],
  'pool/node': ['pool/api', 'pool/host', 'pool/thread', 'pool/wire', 'pool/worker'],
  'pool/browser': ['pool/api', 'pool/host', 'pool/thread', 'pool/wire', 'pool/worker'],
  tools: [],
  'tools/collections': ['tools'],
  'tools/sharing': ['tools'],
  'trace/events': [],
  'trace/spans': ['trace/events'],
  'trace/metrics': ['trace/events'],
  'trace/chrome': ['trace/spans'],
  'trace/open-telemetry': ['trace/events'],
  'trace/debug': ['trace/events'],
  'trace/timeline/layout': ['trace/spans'],
  'trace/timeline': ['trace/spans', 'trace/timeline/layout'],
  // The library embeds the bundle of the client, and imports none of its files.
  'trace/timeline/client': ['trace/events', 'trace/spans', 'trace/timeline', 'trace/timeline/layout'],
  'trace/recording': ['trace/events', 'trace/spans', 'trace/chrome', 'trace/timeline'],
  'fleet/wire': [],
  'fleet/redis': ['fleet/wire'],
  'fleet/caller': ['fleet/redis', 'fleet/wire'],
  'fleet/worker': ['fleet/redis', 'fleet/wire'],
  'fleet/command': ['fleet/redis', 'fleet/worker'],
  'testing/virtual-pool': [],
  'testing/mocks': ['testing/virtual-pool'],
  'testing/probes': [],
};

const MOST_METHODS = 30;

const isEntryPoint = ({ folder }: SourceFile): boolean => folder === '.';

/** The path of the folder that a file is in, without extension: `pool/wire` of `pool/wire/transfer`. */
const directoryOf = (path: string): string => path.split('/').slice(0, -1).join('/');

/** The files below `src` that a file imports, without extension. */
const importedPaths = (file: SourceFile): string[] =>
  file.imports.map((specifier) => importedFile(file, specifier)).filter((path) => path !== undefined);

/** The folders that a file imports from, without its own. */
const importedFolders = (file: SourceFile): string[] =>
  importedPaths(file)
    .map(folderOf)
    .filter((folder) => folder !== file.folder);

const againstTheOrder = (files: readonly SourceFile[]): string[] =>
  files
    .filter((file) => !isEntryPoint(file))
    .flatMap((file) => importedFolders(file).map((folder) => ({ file, folder })))
    .filter(({ file, folder }) => !(order.indexOf(folder) >= 0 && order.indexOf(folder) < order.indexOf(file.folder)))
    .map(({ file, folder }) => `${file.path} imports from ${folder}`);

const againstTheSubFolders = (files: readonly SourceFile[]): string[] =>
  files
    .filter((file) => !isEntryPoint(file))
    .flatMap((file) =>
      importedPaths(file).map((path) => ({ file, from: directoryOf(file.path), to: directoryOf(path) })),
    )
    .filter(({ file, from, to }) => folderOf(`${to}/file`) === file.folder && to !== from)
    .filter(({ from, to }) => !subFolders[from]?.includes(to))
    .map(({ file, to }) => `${file.path} imports from ${to}`);

/** Groups of files that import each other, directly or by way of others; imports of types count. */
function cyclesIn(files: readonly SourceFile[]): string[][] {
  const reachable = new Map(
    files.map((file) => [file.path, new Set(reachedFrom(file, files).map(({ path }) => path))]),
  );
  const cycles = new Map<string, string[]>();
  for (const [path, reached] of reachable) {
    const cycle = [...reached].filter((other) => reachable.get(other)?.has(path)).sort();
    const [first] = cycle;
    if (first !== undefined) cycles.set(first, cycle);
  }
  return [...cycles.values()];
}

/** All files that a file imports, directly or by way of others; the file itself only where it is part of a cycle. */
function reachedFrom(file: SourceFile, files: readonly SourceFile[]): SourceFile[] {
  const byPath = new Map(files.map((each) => [each.path, each]));
  const reached = new Set<SourceFile>();
  const follow = (from: SourceFile): void => {
    for (const path of importedPaths(from)) {
      const next = byPath.get(`${path}.ts`);
      if (next && !reached.has(next)) {
        reached.add(next);
        follow(next);
      }
    }
  };
  follow(file);
  return [...reached];
}

/** Files of the pool that an entry point brings along; only the pool's own and the one for tests may. */
const poolFilesBrought = (files: readonly SourceFile[]): string[] =>
  files
    .filter((file) => isEntryPoint(file) && !/^(pool|fleet|testing|command)\b/.test(file.path))
    .flatMap((entry) => reachedFrom(entry, files).map(({ path, folder }) => ({ entry, path, folder })))
    .filter(({ folder }) => folder === 'pool')
    .map(({ entry, path }) => `${entry.path} reaches ${path}`);

const pathsWhere = (isWrong: (file: SourceFile) => boolean, files = sourceFiles): string[] =>
  files.filter(isWrong).map(({ path }) => path);

const hasModifier = (node: ts.Node, kind: ts.SyntaxKind): boolean =>
  ts.canHaveModifiers(node) && ts.getModifiers(node)?.some((modifier) => modifier.kind === kind) === true;

const isExported = (node: ts.Node): boolean => hasModifier(node, ts.SyntaxKind.ExportKeyword);

const hasDefaultExport = ({ syntax }: SourceFile): boolean =>
  syntax.statements.some(
    (statement) =>
      (ts.isExportAssignment(statement) && !statement.isExportEquals) ||
      hasModifier(statement, ts.SyntaxKind.DefaultKeyword) ||
      (ts.isExportDeclaration(statement) && /\bdefault\b/.test(statement.exportClause?.getText() ?? '')),
  );

/** Without `export`, a file of TypeScript may be a module to one tool and CommonJS to another. */
const hasNoExport = ({ syntax }: SourceFile): boolean =>
  !syntax.statements.some((statement) => ts.isExportDeclaration(statement) || isExported(statement));

const hasLogic = ({ syntax }: SourceFile): boolean =>
  syntax.statements.some((statement) => !ts.isExportDeclaration(statement));

const classesOf = ({ syntax }: SourceFile): ts.ClassDeclaration[] => syntax.statements.filter(ts.isClassDeclaration);

/** A file of errors holds all errors of its entry point. */
const hasTwoExportedClasses = (file: SourceFile): boolean =>
  !/errors\.ts$/.test(file.path) && classesOf(file).filter(isExported).length > 1;

const isMethod = (member: ts.ClassElement): boolean =>
  ts.isMethodDeclaration(member) || ts.isGetAccessor(member) || ts.isSetAccessor(member);

const hasTooManyMethods = (file: SourceFile): boolean =>
  classesOf(file).some(({ members }) => members.filter(isMethod).length > MOST_METHODS);

/** The names of classes, interfaces and types that several files declare. */
function declaredTwice(files: readonly SourceFile[]): string[] {
  const pathsOf = new Map<string, Set<string>>();
  for (const { path, syntax } of files) {
    for (const statement of syntax.statements) {
      const isType =
        ts.isClassDeclaration(statement) ||
        ts.isInterfaceDeclaration(statement) ||
        ts.isTypeAliasDeclaration(statement);
      const name = isType ? statement.name?.text : undefined;
      // The pool of Node and the pool of browsers are one public class.
      const platform = path.replace(/^pool\/(node|browser)\//, 'pool/platform/');
      if (name !== undefined) pathsOf.set(name, (pathsOf.get(name) ?? new Set()).add(platform));
    }
  }
  return [...pathsOf].filter(([, paths]) => paths.size > 1).map(([name, paths]) => `${name}: ${[...paths].join(', ')}`);
}

describe('the folders', () => {
  it('are those of the design, and each has files', () => {
    const folders = new Set(sourceFiles.filter((file) => !isEntryPoint(file)).map(({ folder }) => folder));
    expect([...folders].filter((folder) => !order.includes(folder))).toEqual([]);
    expect([...folders]).toEqual(expect.arrayContaining(['core', 'scheduler', 'future', 'task', 'batch']));
  });

  it('import only from folders before them', () => {
    expect(againstTheOrder(sourceFiles)).toEqual([]);
  });

  it('import only from the sub-folders that they may use', () => {
    expect(againstTheSubFolders(sourceFiles)).toEqual([]);
  });

  it.each(separateFolders)('%s and %s never import each other', (one, other) => {
    const between = sourceFiles.filter(
      (file) =>
        (file.folder === one && importedFolders(file).includes(other)) ||
        (file.folder === other && importedFolders(file).includes(one)),
    );
    expect(between.map(({ path }) => path)).toEqual([]);
  });

  it('have no file that only exports other files', () => {
    expect(pathsWhere(({ path }) => /.\/index\.ts$/.test(path))).toEqual([]);
  });

  it('have no file named utils, helpers or common', () => {
    expect(pathsWhere(({ path }) => /(^|\/)(utils?|helpers?|common|misc|shared|types)(\.ts|\/)/.test(path))).toEqual(
      [],
    );
  });
});

describe('the entry points', () => {
  it('only export', () => {
    expect(pathsWhere((file) => isEntryPoint(file) && hasLogic(file))).toEqual([]);
  });

  it('are imported by no other file', () => {
    expect(pathsWhere((file) => importedFolders(file).includes('.'))).toEqual([]);
  });

  it('import no file of the pool, directly or not, except those of the pool and of tests', () => {
    expect(poolFilesBrought(sourceFiles)).toEqual([]);
  });

  it('export each name once', () => {
    for (const { syntax } of sourceFiles.filter(isEntryPoint)) {
      const names = syntax.statements.flatMap((statement) =>
        ts.isExportDeclaration(statement) && statement.exportClause && ts.isNamedExports(statement.exportClause)
          ? statement.exportClause.elements.map(({ name }) => name.text)
          : [],
      );
      expect(names).toEqual([...new Set(names)]);
    }
  });
});

describe('a file', () => {
  it('begins with the JSDoc of its idea', () => {
    expect(pathsWhere(({ text }) => !/^(?:#!.+\n)?\/\*\*(?:\r?\n| .+\*\/\r?\n)/.test(text))).toEqual([]);
  });

  it('is part of no cycle of imports, types included', () => {
    expect(cyclesIn(sourceFiles)).toEqual([]);
  });

  it('exports at most one class, except a file of errors', () => {
    expect(pathsWhere(hasTwoExportedClasses)).toEqual([]);
  });

  it(`has no class of more than ${String(MOST_METHODS)} methods`, () => {
    expect(pathsWhere(hasTooManyMethods)).toEqual([]);
  });

  it('declares no type whose name another file declares', () => {
    expect(declaredTwice(sourceFiles)).toEqual([]);
  });

  it('has no default export, except the entry point in place of a package that has one', () => {
    expect(pathsWhere(hasDefaultExport)).toEqual(['dataloader.ts']);
  });

  it('has an import or export, if only `export {}`: bundlers take it for CommonJS otherwise', () => {
    expect(pathsWhere(hasNoExport)).toEqual([]);
  });

  it('imports no internals of RxJS, except core/rx.ts', () => {
    expect(
      pathsWhere(
        ({ path, imports }) =>
          path !== 'core/rx.ts' && imports.some((specifier) => /^rxjs\/(internal|src|dist)/.test(specifier)),
      ),
    ).toEqual([]);
  });

  it('imports no module of Node outside of the pool and the fleet, unless its name says so', () => {
    const isOfNode = (specifier: string): boolean =>
      specifier.startsWith('node:') || /^(fs|path|events|util|worker_threads|async_hooks)$/.test(specifier);
    const isAdapter = ({ path, folder }: SourceFile): boolean =>
      ['pool', 'fleet', 'command'].includes(folder) || /\/node-/.test(path);
    expect(pathsWhere((file) => !isAdapter(file) && file.imports.some(isOfNode))).toEqual([]);
  });

  it('imports without file extensions', () => {
    expect(pathsWhere(({ imports }) => imports.some((specifier) => /^\..*\.[cm]?[jt]s$/.test(specifier)))).toEqual([]);
  });

  it('imports only files that exist', () => {
    const paths = new Set(sourceFiles.map(({ path }) => path));
    const missing = sourceFiles.flatMap((file) => importedPaths(file).filter((path) => !paths.has(`${path}.ts`)));
    expect(missing).toEqual([]);
  });
});

describe('the checks of this spec', () => {
  it('find imports of every kind against the order of the folders', () => {
    const offender = sourceFile(
      'task/offender.ts',
      "import { batch } from '../batch/batch';\nexport type T = import('../index').Future<1>;\n",
    );
    expect(againstTheOrder([offender])).toEqual([
      'task/offender.ts imports from batch',
      'task/offender.ts imports from .',
    ]);
    const dynamic = sourceFile(
      'core/offender.ts',
      "void import('../task/task');\nrequire('../batch/batch');\nexport * from '../future/all';\n",
    );
    expect(againstTheOrder([dynamic])).toEqual([
      'core/offender.ts imports from task',
      'core/offender.ts imports from batch',
      'core/offender.ts imports from future',
    ]);
  });

  it('count a sub-folder as its folder in the order of the folders', () => {
    const inner = sourceFile(
      'pool/worker/inner.ts',
      "import '../../core/errors';\nimport '../../trace/events/trace';\n",
    );
    expect(inner.folder).toBe('pool');
    expect(againstTheOrder([inner])).toEqual(['pool/worker/inner.ts imports from trace']);
  });

  it('find an import from a sub-folder that may not be used', () => {
    const files = [
      sourceFile('pool/wire/offender.ts', "import type { PoolEngine } from '../host/pool-engine';\n"),
      sourceFile('pool/host/fine.ts', "import { transfer } from '../wire/transfer';\nimport './timers';\n"),
      sourceFile('tools/offender.ts', "import './sharing/dedupe';\n"),
    ];
    expect(againstTheSubFolders(files)).toEqual([
      'pool/wire/offender.ts imports from pool/host',
      'tools/offender.ts imports from tools/sharing',
    ]);
  });

  it('find a cycle of three files that only types close, and not a file that leads into it', () => {
    const files = [
      sourceFile('core/a.ts', "import './b';"),
      sourceFile('core/b.ts', "import './c';"),
      sourceFile('core/c.ts', "import type { A } from './a';"),
      sourceFile('core/d.ts', "import './a';"),
    ];
    expect(cyclesIn(files)).toEqual([['core/a.ts', 'core/b.ts', 'core/c.ts']]);
  });

  it('find an entry point that brings the pool by way of another file, in a cycle too', () => {
    const files = [
      sourceFile('index.ts', "export * from './tools/a';"),
      sourceFile('pool.ts', "export * from './pool/c';"),
      sourceFile('pool.browser.ts', "export * from './pool/c';"),
      sourceFile('tools/a.ts', "import './b';"),
      sourceFile('tools/b.ts', "import './a';\nimport '../pool/c';"),
      sourceFile('pool/c.ts', 'export {};'),
    ];
    expect(poolFilesBrought(files)).toEqual(['index.ts reaches pool/c.ts']);
  });

  it('find a second exported class, and a class with too many methods', () => {
    expect(hasTwoExportedClasses(sourceFile('core/a.ts', 'export class A {}\nexport class B {}'))).toBe(true);
    expect(hasTwoExportedClasses(sourceFile('core/a.ts', 'export class A {}\nclass B {}'))).toBe(false);
    const methods = (count: number): string => Array.from({ length: count }, (_, n) => `m${String(n)}() {}`).join('\n');
    expect(hasTooManyMethods(sourceFile('core/a.ts', `class A { ${methods(MOST_METHODS)} }`))).toBe(false);
    expect(hasTooManyMethods(sourceFile('core/a.ts', `class A { ${methods(MOST_METHODS)}\nget more() {} }`))).toBe(
      true,
    );
  });

  it('find a name of a type that two files declare, except of the two platforms of the pool', () => {
    const files = [
      sourceFile('core/a.ts', 'interface Place {}'),
      sourceFile('trace/b.ts', 'export type Place = 1;'),
      sourceFile('pool/node/worker-pool.ts', 'export class WorkerPool {}'),
      sourceFile('pool/browser/worker-pool.ts', 'export class WorkerPool {}'),
    ];
    expect(declaredTwice(files)).toEqual(['Place: core/a.ts, trace/b.ts']);
  });

  it('find a file that does not say that it is a module', () => {
    const modules = ['export {};', 'export const a = 1;', "export * from './b';", 'export type A = 1;'];
    expect(modules.map((text) => hasNoExport(sourceFile('a.ts', text)))).toEqual(modules.map(() => false));
    expect(hasNoExport(sourceFile('a.ts', "import './b';"))).toBe(true);
  });

  it('find a default export, in each of its forms', () => {
    const forms = [
      'export default 1;',
      'export default function f() {}',
      'const a = 1;\nexport { a as default };',
      "export { default } from './b';",
    ];
    expect(forms.map((text) => hasDefaultExport(sourceFile('a.ts', text)))).toEqual(forms.map(() => true));
    expect(hasDefaultExport(sourceFile('a.ts', 'export const a = 1;'))).toBe(false);
  });

  it('find an entry point with logic in it', () => {
    expect(hasLogic(sourceFile('index.ts', 'export const a = 1;'))).toBe(true);
  });
});
