/**
 * The house keeps its order: folders import only from those before them, and each file is as files are here.
 */
import * as ts from 'typescript';
import { folderOf, importedFile, sourceFile, sourceFiles, type SourceFile } from './source-files';

/** In the order they are read: what comes later may import what comes earlier. */
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
  'trace',
  'testing',
];

/** Pairs that never know of each other, wherever they stand in the order. */
const strangers: readonly (readonly [string, string])[] = [['task', 'batch']];

const isDoor = ({ folder }: SourceFile): boolean => folder === '.';

/** The folders a file imports from, its own left out. */
const importedFolders = (file: SourceFile): string[] =>
  file.imports
    .map((specifier) => importedFile(file, specifier))
    .flatMap((path) => (path === undefined ? [] : [folderOf(path)]))
    .filter((folder) => folder !== file.folder);

const arrowsAgainst = (files: readonly SourceFile[]): string[] =>
  files
    .filter((file) => !isDoor(file))
    .flatMap((file) => importedFolders(file).map((folder) => ({ file, folder })))
    .filter(({ file, folder }) => !(order.indexOf(folder) >= 0 && order.indexOf(folder) < order.indexOf(file.folder)))
    .map(({ file, folder }) => `${file.path} imports from ${folder}`);

/** All that a file brings with it, itself included. */
function reached(from: SourceFile, files: readonly SourceFile[]): readonly SourceFile[] {
  const found = new Set([from]);
  for (const file of found) {
    const imported = file.imports.map((specifier) => `${importedFile(file, specifier) ?? ''}.ts`);
    for (const next of files) if (imported.includes(next.path)) found.add(next);
  }
  return [...found];
}

/** What a door brings with it of the pool, which is for those who come by a door of the pool's own, or test with one. */
const broughtOfPool = (files: readonly SourceFile[]): string[] =>
  files
    .filter((file) => isDoor(file) && !/^(pool|testing)\b/.test(file.path))
    .flatMap((door) => reached(door, files).map(({ path, folder }) => ({ door, path, folder })))
    .filter(({ folder }) => folder === 'pool')
    .map(({ door, path }) => `${door.path} reaches ${path}`);

/** Files for which something holds that must not. */
const pathsWhere = (isWrong: (file: SourceFile) => boolean, files = sourceFiles): string[] =>
  files.filter(isWrong).map(({ path }) => path);

const hasDefaultExport = ({ syntax }: SourceFile): boolean =>
  syntax.statements.some(
    (statement) =>
      (ts.isExportAssignment(statement) && !statement.isExportEquals) ||
      (ts.canHaveModifiers(statement) &&
        ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)) === true ||
      (ts.isExportDeclaration(statement) && /\bdefault\b/.test(statement.exportClause?.getText() ?? '')),
  );

/** Without `export`, a file of TypeScript may be a module to one tool and CommonJS to another. */
const hasNoExport = ({ syntax }: SourceFile): boolean =>
  !syntax.statements.some(
    (statement) =>
      ts.isExportDeclaration(statement) ||
      (ts.canHaveModifiers(statement) &&
        ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true),
  );

const hasLogic = ({ syntax }: SourceFile): boolean =>
  syntax.statements.some((statement) => !ts.isExportDeclaration(statement));

describe('the folders', () => {
  it('are those of the design, and each has something in it', () => {
    const folders = new Set(sourceFiles.filter((file) => !isDoor(file)).map(({ folder }) => folder));
    expect([...folders].filter((folder) => !order.includes(folder))).toEqual([]);
    expect([...folders]).toEqual(expect.arrayContaining(['core', 'scheduler', 'future', 'task', 'batch']));
  });

  it('import only from folders before them', () => {
    expect(arrowsAgainst(sourceFiles)).toEqual([]);
  });

  it.each(strangers)('%s and %s never import each other', (one, other) => {
    const between = sourceFiles.filter(
      (file) =>
        (file.folder === one && importedFolders(file).includes(other)) ||
        (file.folder === other && importedFolders(file).includes(one)),
    );
    expect(between.map(({ path }) => path)).toEqual([]);
  });

  it('have no barrels inside', () => {
    expect(pathsWhere(({ path }) => /.\/index\.ts$/.test(path))).toEqual([]);
  });

  it('have no drawer for odds and ends', () => {
    expect(pathsWhere(({ path }) => /(^|\/)(utils?|helpers?|common|misc|shared|types)(\.ts|\/)/.test(path))).toEqual(
      [],
    );
  });
});

describe('the doors', () => {
  it('only export', () => {
    expect(pathsWhere((file) => isDoor(file) && hasLogic(file))).toEqual([]);
  });

  it('are imported by nobody inside', () => {
    expect(pathsWhere((file) => importedFolders(file).includes('.'))).toEqual([]);
  });

  it("but the pool's own and that for tests bring nothing of the pool", () => {
    expect(broughtOfPool(sourceFiles)).toEqual([]);
  });

  it('export each name once', () => {
    for (const { syntax } of sourceFiles.filter(isDoor)) {
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
  it('opens with the JSDoc of its idea', () => {
    expect(pathsWhere(({ text }) => !/^\/\*\*\r?\n|^\/\*\* .+\*\/\r?\n/.test(text))).toEqual([]);
  });

  it('is no longer than 300 lines', () => {
    expect(pathsWhere(({ text }) => text.trimEnd().split('\n').length > 300)).toEqual([]);
  });

  it('has no default export', () => {
    expect(pathsWhere(hasDefaultExport)).toEqual([]);
  });

  it('says that it is a module, if only by `export {}`: a bundler takes it for CommonJS otherwise', () => {
    expect(pathsWhere(hasNoExport)).toEqual([]);
  });

  it('but core/rx.ts imports nothing of the inside of RxJS', () => {
    expect(
      pathsWhere(
        ({ path, imports }) =>
          path !== 'core/rx.ts' && imports.some((specifier) => /^rxjs\/(internal|src|dist)/.test(specifier)),
      ),
    ).toEqual([]);
  });

  it('outside of pool imports nothing of Node, unless it is named for it', () => {
    const isOfNode = (specifier: string): boolean =>
      specifier.startsWith('node:') || /^(fs|path|events|util|worker_threads|async_hooks)$/.test(specifier);
    const isAdapter = ({ path, folder }: SourceFile): boolean => folder === 'pool' || /\/node-/.test(path);
    expect(pathsWhere((file) => !isAdapter(file) && file.imports.some(isOfNode))).toEqual([]);
  });

  it('imports without extension, and no file in a circle of values', () => {
    expect(pathsWhere(({ imports }) => imports.some((specifier) => /^\..*\.[cm]?[jt]s$/.test(specifier)))).toEqual([]);
  });

  it('imports only what is there', () => {
    const paths = new Set(sourceFiles.map(({ path }) => path));
    const missing = sourceFiles.flatMap((file) =>
      file.imports
        .map((specifier) => importedFile(file, specifier))
        .filter((path) => path !== undefined && !paths.has(`${path}.ts`)),
    );
    expect(missing).toEqual([]);
  });
});

describe('this spec', () => {
  const offender = sourceFile(
    'task/offender.ts',
    "import { batch } from '../batch/batch';\nimport 'node:fs';\nexport default batch;\nexport type T = import('../index').Future<1>;\n",
  );

  it('would find what is against the order, in imports of every kind', () => {
    expect(arrowsAgainst([offender])).toEqual([
      'task/offender.ts imports from batch',
      'task/offender.ts imports from .',
    ]);
    const dynamic = sourceFile(
      'core/offender.ts',
      "void import('../task/task');\nrequire('../batch/batch');\nexport * from '../future/all';\n",
    );
    expect(arrowsAgainst([dynamic])).toEqual([
      'core/offender.ts imports from task',
      'core/offender.ts imports from batch',
      'core/offender.ts imports from future',
    ]);
  });

  it('counts a folder within a folder as the outer one', () => {
    const inner = sourceFile(
      'pool/worker/inner.ts',
      "import '../protocol';\nimport '../../core/errors';\nimport '../../trace/trace';\nimport '../../index';\n",
    );
    expect(inner.folder).toBe('pool');
    expect(inner.imports.map((specifier) => importedFile(inner, specifier))).toEqual([
      'pool/protocol',
      'core/errors',
      'trace/trace',
      'index',
    ]);
    expect(arrowsAgainst([inner])).toEqual([
      'pool/worker/inner.ts imports from trace',
      'pool/worker/inner.ts imports from .',
    ]);
  });

  it('would find a door that brings the pool by a detour, in a circle, too', () => {
    const files = [
      sourceFile('index.ts', "export * from './tools/a';"),
      sourceFile('pool.ts', "export * from './pool/c';"),
      sourceFile('pool.browser.ts', "export * from './pool/c';"),
      sourceFile('tools/a.ts', "import './b';"),
      sourceFile('tools/b.ts', "import './a';\nimport '../pool/c';"),
      sourceFile('pool/c.ts', 'export {};'),
    ];
    expect(broughtOfPool(files)).toEqual(['index.ts reaches pool/c.ts']);
  });

  it('would find a file that does not say that it is a module', () => {
    const modules = ['export {};', 'export const a = 1;', "export * from './b';", 'export type A = 1;'];
    expect(modules.map((text) => hasNoExport(sourceFile('a.ts', text)))).toEqual(modules.map(() => false));
    expect(hasNoExport(sourceFile('a.ts', "import './b';"))).toBe(true);
  });

  it('would find a default export, in each of its forms', () => {
    const forms = [
      'export default 1;',
      'export default function f() {}',
      'const a = 1;\nexport { a as default };',
      "export { default } from './b';",
    ];
    expect(forms.map((text) => hasDefaultExport(sourceFile('a.ts', text)))).toEqual(forms.map(() => true));
    expect(hasDefaultExport(sourceFile('a.ts', 'export const a = 1;'))).toBe(false);
  });

  it('would find a door with logic in it', () => {
    expect(hasLogic(sourceFile('index.ts', 'export const a = 1;'))).toBe(true);
  });
});
