/**
 * README and pages are true: every TypeScript block in them compiles, runs, and prints what its `// →` comments say;
 * every link leads somewhere; the page of errors is complete, and the numbers of queries are those of `npm start`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { inspect } from 'node:util';
import { ScopeError, WouldBlockError } from 'sluice';
import * as ts from 'typescript';

const root = join(__dirname, '..');

/** Relative to the root. */
const pages: readonly string[] = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
  'samples/README.md',
];

const textOf = (page: string): string => readFileSync(join(root, page), 'utf8');

interface CodeBlock {
  readonly page: string;
  readonly code: string;
  /** The page, the line of the block, and the first line of its code after the imports. */
  readonly title: string;
}

const blocksOf = (page: string): CodeBlock[] => {
  const text = textOf(page);
  return Array.from(text.matchAll(/^```ts\n(.*?)^```/gms), ({ 1: code = '', index }) => {
    const line = text.slice(0, index).split('\n').length;
    const first = code.split('\n').find((codeLine) => codeLine && !codeLine.startsWith('import')) ?? '';
    return { page, code, title: `${page}:${String(line)}: ${first}` };
  });
};

const blocks = pages.flatMap(blocksOf);

describe('every code block of README and pages', () => {
  it('is found on README and on most pages', () => {
    const withCode = new Set(blocks.map(({ page }) => page));
    expect([...withCode]).toEqual(expect.arrayContaining(['README.md', 'docs/batching.md', 'docs/worker-pool.md']));
    expect(blocks.length).toBeGreaterThan(55);
  });

  it('is ts, sh or text, and nothing that this spec would miss', () => {
    const languages = pages.flatMap((page) => textOf(page).match(/^```[^\n]+/gm) ?? []);
    expect(new Set(languages)).toEqual(new Set(['```ts', '```sh', '```text']));
  });

  it('compiles', () => {
    const fileOf = (index: number): string => join(root, `docs-block-${String(index)}.ts`);
    const sources = new Map(blocks.map(({ code }, index) => [fileOf(index), code]));
    const titles = new Map(blocks.map(({ title }, index) => [fileOf(index), title]));
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
      block: titles.get(file?.fileName ?? '') ?? file?.fileName,
      problem: ts.flattenDiagnosticMessageText(messageText, '\n'),
    }));
    expect(problems).toEqual([]);
  });

  it.each(blocks.map(({ title, code }) => [title, code] as const))('prints what it says: %s', async (_, code) => {
    const expected = Array.from(code.matchAll(/^\/\/ → (.*)$/gm), ([, line]) => line);
    expect(await printedBy(code, expected.length)).toEqual(expected);
  });
});

describe('every page', () => {
  it.each(pages)('has only links that lead to a file and a heading: %s', (page) => {
    const dead = linksOf(page).filter((link) => !leadsSomewhere(page, link));
    expect(dead).toEqual([]);
  });

  it.each(pages)('has tables of at most 100 columns: %s', (page) => {
    const wide = prose(page).filter((line) => line.startsWith('|') && line.length > 100);
    expect(wide).toEqual([]);
  });

  it('is linked from README', () => {
    const linked = linksOf('README.md').map((link) => link.split('#')[0]);
    expect(linked).toEqual(expect.arrayContaining(pages.filter((page) => page !== 'README.md')));
  });
});

describe('README', () => {
  it('shows pictures that exist, 2000 pixels wide', () => {
    const paths = Array.from(textOf('README.md').matchAll(/(?:src|srcset)="([^"]+)"/g), ([, path = '']) => path);
    expect(paths.length).toBe(2);
    // The width of a PNG follows its signature and the head of its first chunk.
    for (const path of paths) expect(readFileSync(join(root, path)).readUInt32BE(16)).toBe(2_000);
  });

  it('has at most 350 lines', () => {
    expect(textOf('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(350);
  });
});

describe('the page on architecture', () => {
  it('names only source files that exist', () => {
    const paths = Array.from(textOf('docs/architecture.md').matchAll(/`([a-z]+(?:\/[a-z-]+)+)`/g), ([, path]) => path);
    const named = paths.filter((path) => path !== undefined && !path.startsWith('sluice/'));
    expect(named.length).toBeGreaterThan(20);
    const sources = named.map((path) => `src/${String(path)}`);
    expect(sources.filter((path) => !existsSync(join(root, path)) && !existsSync(join(root, `${path}.ts`)))).toEqual(
      [],
    );
  });
});

describe('the page of errors', () => {
  const source = ['core/errors.ts', 'limit/limiter-errors.ts', 'pool/wire/pool-errors.ts', 'fleet/wire/fleet-errors.ts']
    .map((path) => readFileSync(join(root, 'src', path), 'utf8'))
    .join('\n');
  const classes = Array.from(
    source.matchAll(
      /^export class (\w+) extends (?:SluiceError|AggregateError) .*?(?:super\(|code = )'(SLUICE_\w+)'/gms,
    ),
    ([, name = '', code = '']) => `${name} ${code}`,
  );
  const sections = Array.from(
    textOf('docs/errors.md').matchAll(/^### (\w+)\n\n<a id="(SLUICE_\w+)"><\/a>`\2`: /gm),
    ([, name = '', code = '']) => `${name} ${code}`,
  );

  it('has a section for every error class, with its code', () => {
    expect(classes.length).toBeGreaterThan(6);
    expect(sections.sort()).toEqual(classes.sort());
  });

  it('is where a printed error leads to', () => {
    const { docs } = new WouldBlockError([]);
    expect(inspect(new WouldBlockError([]))).toContain(`docs: '${docs}'`);
    expect(docs).toMatch(/errors#SLUICE_WOULD_BLOCK$/);
    expect(new ScopeError('s', [], undefined).docs).toMatch(/errors#SLUICE_SCOPE$/);
  });

  it('has codes from which the names of the classes follow', () => {
    const nameOf = (code: string): string =>
      code === 'SLUICE_TIMEOUT'
        ? 'TaskTimeoutError'
        : `${code.replace('SLUICE', '').replace(/_(\w)([A-Z]*)/g, (_, first: string, rest: string) => first + rest.toLowerCase())}Error`;
    for (const each of classes) {
      const [name, code = ''] = each.split(' ');
      expect(nameOf(code)).toBe(name);
    }
  });
});

/** The lines of a page outside of code blocks. */
function prose(page: string): string[] {
  return textOf(page)
    .replace(/^```.*?^```/gms, '')
    .split('\n');
}

/** Targets of links within the repository. Code spans may look like links. */
function linksOf(page: string): string[] {
  const text = prose(page)
    .join('\n')
    .replace(/`[^`]*`/g, 'code');
  const targets = Array.from(text.matchAll(/\]\(\s*([^)\s]+)\s*\)/g), ([, target = '']) => target);
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(root, target))) return false;
  return anchor === undefined || anchorsOf(target).includes(anchor);
}

/** As GitHub makes them of headings. */
function anchorsOf(page: string): string[] {
  const seen = new Map<string, number>();
  return prose(page)
    .filter((line) => /^#{1,6} /.test(line))
    .map((line) => {
      const anchor = line
        .replace(/^#+ /, '')
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replace(/ /g, '-');
      const count = seen.get(anchor) ?? 0;
      seen.set(anchor, count + 1);
      return count === 0 ? anchor : `${anchor}-${String(count)}`;
    });
}

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
