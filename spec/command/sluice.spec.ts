/** The program `sluice`: its commands, as `npx sluice` runs them from the built package. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findingsOf, type Finding } from '../../src/command/doctor';
import { builtFiles } from '../support/built-package';
import { patience } from '../support/patience';
import { temporaryFolder } from '../support/temporary-folder';

const { path: folder } = temporaryFolder();
const root = join(__dirname, '..', '..');

const sluice = (args: readonly string[], cwd = root) =>
  spawnSync(process.execPath, [join(builtFiles(), 'command', 'sluice.cjs'), ...args], {
    cwd,
    encoding: 'utf8',
    timeout: patience(60_000),
  });

/** A project whose tree has packages at these paths. */
function project(name: string, packages: Readonly<Record<string, string>>, manifest: object = {}): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'package.json'), JSON.stringify(manifest));
  for (const [place, version] of Object.entries(packages)) {
    mkdirSync(join(path, place), { recursive: true });
    writeFileSync(join(path, place, 'package.json'), JSON.stringify({ version }));
  }
  return path;
}

const textsOf = async (path: string, level: string, node?: string): Promise<string> =>
  (await findingsOf(path, node))
    .filter((finding) => finding.level === level)
    .map(({ text }) => text)
    .join('\n');

describe('sluice', () => {
  it('lists its commands', () => {
    const { status, stdout } = sluice(['--help']);
    expect(stdout).toMatch(/doctor.*\n.*demo.*\n.*worker/);
    expect(status).toBe(0);
  });

  it('refuses an unknown command in one line', () => {
    const { status, stderr } = sluice(['doctro']);
    expect(stderr).toMatch(/^sluice: expected .*"doctro".*\n$/);
    expect(status).toBe(2);
  });
});

describe('sluice demo', () => {
  it('shows fewer queries for the same result', () => {
    const { status, stdout } = sluice(['demo']);
    expect(stdout).toMatch(/plain code +50 queries.*\nwith sluice +1 queries.*\nBoth have the same 50 lines\./);
    expect(status).toBe(0);
  });
});

describe('sluice demo with arguments', () => {
  it('refuses them in one line', () => {
    const { status, stderr } = sluice(['demo', '--fast']);
    expect(stderr).toMatch(/^sluice demo: expected no arguments; got "--fast"\.\n$/);
    expect(status).toBe(2);
  });
});

describe('sluice doctor', () => {
  it('finds nothing wrong in this project', () => {
    const { status, stdout } = sluice(['doctor']);
    expect(stdout).toMatch(/^ok +sluice doctor /);
    expect(stdout).toMatch(/^ok +rxjs 7\./m);
    expect(stdout).toMatch(/^ok +AsyncLocalStorage survives await$/m);
    expect(stdout).toMatch(/^ok +threads start, on Node /m);
    expect(stdout).toMatch(/^ok +sluice\/fleet finds bullmq .*, ioredis /m);
    expect(stdout).not.toMatch(/^problem/m);
    expect(status).toBe(0);
  });

  it('prints JSON, and refuses an unknown option', () => {
    const findings = JSON.parse(sluice(['doctor', '--json']).stdout) as readonly Finding[];
    expect(findings.some(({ level, text }) => level === 'ok' && text.startsWith('rxjs 7.'))).toBe(true);
    const { status, stderr } = sluice(['doctor', '--jsn']);
    expect(stderr).toMatch(/^sluice doctor: .*--jsn.*\n$/);
    expect(status).toBe(2);
  });

  it('reports two copies of RxJS and of sluice, with their folders and what to do', async () => {
    const path = project('copies', {
      'node_modules/rxjs': '7.8.2',
      'node_modules/sluice': '0.1.0',
      'node_modules/@scope/other/node_modules/rxjs': '7.8.1',
      'node_modules/a/node_modules/sluice': '0.0.9',
    });
    const problems = await textsOf(path, 'problem');
    expect(problems).toMatch(/rxjs is installed 2 times: .*7\.8\.2 in .*7\.8\.1 in .*other.*npm dedupe/);
    expect(problems).toMatch(/sluice is installed 2 times: .*0\.1\.0 in .*0\.0\.9 in /);
  });

  it('finds copies in the store of pnpm and above a workspace, and passes over broken manifests', async () => {
    const root = project('workspace', {
      'node_modules/rxjs': '7.8.2',
      'node_modules/.pnpm/a@1/node_modules/rxjs': '7.8.1',
      'packages/one': '1.0.0',
      'node_modules/b': '1.0.0',
    });
    writeFileSync(join(root, 'node_modules/b/package.json'), '{');
    expect(await textsOf(root, 'problem')).toMatch(/rxjs is installed 2 times/);
    expect(await textsOf(join(root, 'packages/one'), 'ok')).toMatch(/^rxjs 7\.8\.2 in /m);
  });

  it('reports an old Node, an old RxJS and a missing one', async () => {
    expect(await textsOf(project('old', { 'node_modules/rxjs': '6.6.7' }), 'problem', '18.20.0')).toMatch(
      /Node 18\.20\.0 is too old.*\nrxjs 6\.6\.7 is too old/,
    );
    expect(await textsOf(project('none', {}), 'problem', '20.12.0')).toMatch(/^rxjs is not installed/);
  });

  it('notes a bundler, which hides the program of the threads', async () => {
    const path = project('bundled', { 'node_modules/rxjs': '7.8.2' }, { devDependencies: { vite: '8.1.0' } });
    expect(await textsOf(path, 'note')).toMatch(/^sluice is not installed.*\nvite: in a bundle for Node/s);
  });
});
