/** The files of the repository that other programs read: workflows, forms, and the scripts that both name. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const root = join(__dirname, '..');
const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');
const filesIn = (folder: string): string[] => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`);

interface Step {
  readonly uses?: string;
  readonly run?: string;
}
interface Workflow {
  readonly permissions?: unknown;
  readonly jobs: Readonly<Record<string, { readonly 'runs-on'?: string; readonly steps: readonly Step[] }>>;
}
interface Form {
  readonly name: string;
  readonly description: string;
  readonly body: readonly {
    readonly type: string;
    readonly id: string;
    readonly attributes: { readonly label: string };
  }[];
}

const { scripts } = JSON.parse(textOf('package.json')) as { readonly scripts: Readonly<Record<string, string>> };

describe.each(filesIn('.github/workflows'))('the workflow %s', (path) => {
  const { permissions, jobs } = parse(textOf(path)) as Workflow;

  it('may do nothing by default but read', () => {
    expect([{}, { contents: 'read' }]).toContainEqual(permissions);
  });

  it('has jobs on machines that exist, with steps that run something', () => {
    for (const job of Object.values(jobs)) {
      expect(job['runs-on']).toMatch(/^(ubuntu-latest|\$\{\{ matrix\.os \}\})$/);
      for (const { uses, run } of job.steps) expect(uses ?? run).toEqual(expect.any(String));
    }
  });

  it('runs only scripts that exist', () => {
    const commands = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
    for (const [, name] of commands.join('\n').matchAll(/npm run ([\w:-]+)/g))
      expect(Object.keys(scripts)).toContain(name);
    if (commands.some((command) => command.includes('.ci/run'))) expect(existsSync(join(root, '.ci/run'))).toBe(true);
  });
});

describe.each(filesIn('.github/ISSUE_TEMPLATE').filter((path) => !path.endsWith('config.yml')))(
  'the form %s',
  (path) => {
    it('has a name, a description, and fields with a label and an id of their own', () => {
      const { name, description, body } = parse(textOf(path)) as Form;
      expect([name, description]).toEqual([expect.any(String), expect.any(String)]);
      const ids = body.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      for (const { type, attributes } of body) {
        expect(['input', 'textarea']).toContain(type);
        expect(attributes.label).toEqual(expect.any(String));
      }
    });
  },
);

describe.each(['CONTRIBUTING.md', 'SECURITY.md', 'CODE_OF_CONDUCT.md'])('%s', (path) => {
  it('names only scripts and files that exist', () => {
    const text = textOf(path);
    for (const [, name] of text.matchAll(/npm run ([\w:-]+)/g)) expect(Object.keys(scripts)).toContain(name);
    for (const [, link = ''] of text.matchAll(/\]\((?!https:|mailto:)([^)#]+)/g))
      expect(existsSync(join(root, link))).toBe(true);
  });
});
