/**
 * The README is true: every TypeScript block in it compiles, runs, and prints what its `// →` comments say, and its
 * table of errors is whole.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { inspect } from 'node:util';
import * as ts from 'typescript';

const root = join(__dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const blocks = Array.from(readme.matchAll(/^```ts\n(.*?)^```/gms), ([, code = '']) => code);
const titles = blocks.map(
  (code, index) => `${String(index + 1)}: ${code.split('\n').find((line) => line && !line.startsWith('import')) ?? ''}`,
);

describe('every code block of the README', () => {
  it('is found', () => expect(blocks.length).toBeGreaterThan(8));

  it('compiles', () => {
    const fileOf = (index: number): string => join(root, `readme-block-${String(index + 1)}.ts`);
    const sources = new Map(blocks.map((code, index) => [fileOf(index), code]));
    const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
      config: object;
    };
    const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: ['x.ts'] }, ts.sys, root);
    const host = ts.createCompilerHost({ ...options, module: ts.ModuleKind.ESNext });
    const onDisk = host.getSourceFile.bind(host);
    host.getSourceFile = (name, version) => {
      const code = sources.get(name);
      return code === undefined ? onDisk(name, version) : ts.createSourceFile(name, code, version);
    };
    const program = ts.createProgram([...sources.keys()], { ...options, module: ts.ModuleKind.ESNext }, host);
    const problems = ts.getPreEmitDiagnostics(program).map(({ messageText, file }) => ({
      block: file?.fileName,
      problem: ts.flattenDiagnosticMessageText(messageText, '\n'),
    }));
    expect(problems).toEqual([]);
  });

  it.each(titles.map((title, index) => [title, index] as const))('prints what it says: %s', async (_, index) => {
    const code = blocks[index] ?? '';
    const expected = Array.from(code.matchAll(/^\/\/ → (.*)$/gm), ([, line]) => line);
    expect(await printedBy(code, expected.length)).toEqual(expected);
  });
});

describe('the table of errors', () => {
  const source = ['core/errors.ts', 'pool/wire/pool-errors.ts']
    .map((path) => readFileSync(join(root, 'src', path), 'utf8'))
    .join('\n');
  const classes = Array.from(
    source.matchAll(
      /^export class (\w+) extends (?:SluiceError|AggregateError) .*?(?:super\(|code = )'(SLUICE_\w+)'/gms,
    ),
    ([, name = '', code = '']) => `${name} ${code}`,
  );
  const rows = Array.from(
    readme.matchAll(/^\| `(\w+)` +\| `(SLUICE_\w+)` +\|/gm),
    ([, name = '', code = '']) => `${name} ${code}`,
  );

  it('has every class there is, with its code', () => {
    expect(classes.length).toBeGreaterThan(6);
    expect(rows.sort()).toEqual(classes.sort());
  });
});

/** Runs the code as a module of its own and waits for its last line, and for one more that should not come. */
async function printedBy(code: string, lines: number): Promise<string[]> {
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const printed: string[] = [];
  const log = (...values: unknown[]): void => {
    const text = values.map((value) => (typeof value === 'string' ? value : inspect(value))).join(' ');
    printed.push(...text.split('\n'));
  };
  const load = createRequire(__filename);
  // In jest, `require` resolves `sluice` to the sources.
  const requireHere = (name: string): unknown => (name.startsWith('node:') ? load(name) : jest.requireActual(name));
  const AsyncFunction = (async () => Promise.resolve()).constructor as new (
    ...source: string[]
  ) => (...values: unknown[]) => Promise<void>;
  await new AsyncFunction('require', 'exports', 'console', outputText)(requireHere, {}, { log });
  for (let turn = 0; turn < 2_000 && printed.length < lines; turn++) await new Promise((next) => setTimeout(next, 1));
  await new Promise((next) => setTimeout(next, 1));
  return printed;
}
