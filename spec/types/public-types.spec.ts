/**
 * The declarations of the public types contain no `any`.
 */
import { join, relative } from 'node:path';
import * as ts from 'typescript';

const root = join(__dirname, '..', '..');
const frontDoor = join(root, 'src', 'index.ts');

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
