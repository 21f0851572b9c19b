/** The program `sluice worker`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workerConfigOf } from '../../src/fleet/command/worker-command';
import { builtFiles } from '../support/built-package';
import { describeFleet, modules, until, workOf } from './fleet-fixture';

const start = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  const program = join(builtFiles(), 'command', 'sluice.cjs');
  const child = spawn(process.execPath, [program, ...args], { env: { ...process.env, ...env }, cwd: modules });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => output.push(String(data)));
  return { child, exit: once(child, 'exit'), text: () => output.join('') };
};

describe('the options of sluice worker', () => {
  it('become the options of runFleetWorker', () => {
    const args = '--queue q --build v2 --modules a --modules b --packages sharp --size 3 --close-timeout 50 --prefix p';
    expect(workerConfigOf(args.split(' '), { REDIS_URL: 'redis://host' })).toEqual({
      connection: 'redis://host',
      queue: 'q',
      build: 'v2',
      modules: ['a', 'b'],
      packages: ['sharp'],
      size: 3,
      closeTimeout: 50,
      prefix: 'p',
    });
    expect(workerConfigOf(['--queue', 'q', '--redis', 'redis://other'], {})).toEqual({
      connection: 'redis://other',
      queue: 'q',
      modules: [process.cwd()],
    });
  });

  it.each([
    [['work', '--queue', 'q'], /Unexpected argument 'work'/],
    [[], /expected --queue NAME/],
    [['--queue', 'q', '--size', 'many'], /expected --size to be a whole number; got "many"/],
    [['--queue', 'q', '--sizes', '3'], /Unknown option '--sizes'/],
  ])('are refused where they are wrong: %j', (args, message) => {
    expect(() => workerConfigOf(args, {})).toThrow(message);
  });

  it('are the text of --help', () => {
    expect(workerConfigOf(['--help'], {})).toBe('help');
  });
});

describe('the package', () => {
  it('has the program', () => {
    const manifest = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as {
      readonly bin: Record<string, string>;
    };
    expect(manifest.bin).toEqual({ sluice: './dist/command/sluice.cjs' });
    expect(readFileSync(join(builtFiles(), 'command/sluice.cjs'), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  });
});

describeFleet('sluice worker', (fleet) => {
  it('takes calls until SIGTERM, and then ends with code 0', async () => {
    const { child, exit, text } = start(['worker', '--queue', fleet.queue, '--size', '1'], {
      REDIS_URL: fleet.connection,
    });
    expect(await workOf(fleet.pool()).add(1, 2)).toBe(3);
    child.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
    expect(text()).toMatch(new RegExp(`takes calls of queue "${fleet.queue}", build "default"`));
  });

  it('ends on SIGTERM also while Redis is away', async () => {
    const server = await fleet.startServer();
    const { child, exit, text } = start(['worker', '--queue', fleet.queue, '--size', '1'], {
      REDIS_URL: `redis://127.0.0.1:${String(server.port)}`,
    });
    await until(() => text().includes('takes calls'));
    await server.stop();
    child.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
  });

  it('ends with code 2 and one line for a wrong option', async () => {
    const { exit, text } = start(['worker', '--queue', 'a:b']);
    expect(await exit).toEqual([2, null]);
    expect(text()).toMatch(/^runFleetWorker: expected `queue` to be .*\n$/);
  });

  it('prints its help', async () => {
    const { exit, text } = start(['worker', '--help']);
    expect(await exit).toEqual([0, null]);
    expect(text()).toMatch(/^Usage: sluice worker --queue NAME/);
  });
});
