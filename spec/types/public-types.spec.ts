/**
 * The public types as a whole, seen through the compiler: those of the specs hold, wrong ones do not, and nothing is `any`.
 */
import { join, relative } from 'node:path';
import * as ts from 'typescript';

const root = join(__dirname, '..', '..');
const frontDoor = join(root, 'src', 'index.ts');
const typesSpec = join(__dirname, 'types.spec.ts');

/** The options of the project. */
function options(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: object;
  };
  return ts.parseJsonConfigFileContent({ ...config, include: [], files: [frontDoor] }, ts.sys, root).options;
}

/** A program of these files; `replaced` stands in for the text of some. */
function programOf(
  files: readonly string[],
  overrides: ts.CompilerOptions = {},
  replaced: ReadonlyMap<string, string> = new Map(),
): ts.Program {
  const compilerOptions = { ...options(), ...overrides };
  const host = ts.createCompilerHost(compilerOptions);
  const onDisk = host.getSourceFile.bind(host);
  host.getSourceFile = (name, version) => {
    const text = replaced.get(name);
    return text === undefined ? onDisk(name, version) : ts.createSourceFile(name, text, version);
  };
  return ts.createProgram([...files], compilerOptions, host);
}

const problemsIn = (program: ts.Program, file: string): string[] =>
  program
    .getSemanticDiagnostics(program.getSourceFile(file))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));

describe('the type spec', () => {
  it('compiles', () => {
    expect(problemsIn(programOf([typesSpec]), typesSpec)).toEqual([]);
  });
});

describe('a program', () => {
  const program = join(__dirname, 'program.ts');
  const problemsOf = (text: string): string[] =>
    problemsIn(
      programOf(
        [program],
        {},
        new Map([[program, `import { batch, task, type Future } from 'sluice';\n${text}\nexport {};`]]),
      ),
      program,
    );

  it('may give a resolver that is an async generator', () => {
    expect(
      problemsOf('batch(async function* (ids: readonly number[]) { yield await Promise.resolve(ids.map(String)); });'),
    ).toEqual([]);
  });

  it('may put a task that only throws in the place of any other', () => {
    expect(
      problemsOf(
        "const nameOf: (id: number) => Future<string> = task((): never => { throw new Error('no'); });\nvoid nameOf;",
      ),
    ).toEqual([]);
  });

  it('may not put a task in the place of one of another type', () => {
    expect(
      problemsOf('const nameOf: (id: number) => Future<string> = task((id: number) => id);\nvoid nameOf;'),
    ).toHaveLength(1);
  });
});

describe('the public types', () => {
  const declarations = new Map<string, string>();
  programOf([frontDoor], { noEmit: false, declaration: true, emitDeclarationOnly: true }).emit(
    undefined,
    (name, text) => {
      declarations.set(relative(root, name), text);
    },
  );

  const anys: string[] = [];
  for (const [name, text] of declarations) {
    const file = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
    const look = (node: ts.Node): void => {
      if (node.kind === ts.SyntaxKind.AnyKeyword) anys.push(`${name}: ${node.parent.getText().slice(0, 80)}`);
      ts.forEachChild(node, look);
    };
    look(file);
  }

  it('are those of every file behind the front door', () => {
    expect(declarations.size).toBeGreaterThan(20);
  });

  it('hold no any', () => {
    expect(anys).toEqual([]);
  });
});
