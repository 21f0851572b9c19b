/** The digest and the crawler with their work on the workers of a fleet, which are processes of their own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describeFleet, until } from '../fleet/fleet-fixture';
import { builtFiles } from '../support/built-package';
import { temporaryFolder } from '../support/temporary-folder';
import { PROJECT, runSampleBeside, sampleEnvironment } from './run-sample';

const { path: folder, write } = temporaryFolder();
write('files/a.js', "require('b');\n");
write('files/c.mjs', "import('d');\n");
write('site/index.html', '<title>Start</title><a href="b.html">b</a>');
write('site/b.html', '<title>B</title>');

describeFleet('a sample on a fleet', (fleet) => {
  const startWorker = async (queue: 'digest' | 'crawl'): Promise<void> => {
    const program = join(builtFiles(), 'command', 'sluice.cjs');
    const tsx = pathToFileURL(require.resolve('tsx')).href;
    const args = ['worker', '--queue', queue, '--modules', join(PROJECT, 'samples', queue), '--size', '1'];
    const worker = spawn(process.execPath, ['--import', tsx, program, ...args], {
      env: { ...sampleEnvironment, REDIS_URL: fleet.connection },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let text = '';
    worker.stderr.on('data', (data) => (text += String(data)));
    fleet.onEnd(async () => {
      const exit = once(worker, 'exit');
      worker.kill('SIGTERM');
      await exit;
    });
    await until(() => text.includes('takes calls'), `the worker: ${text}`);
  };

  it('digests the files of a folder', async () => {
    await startWorker('digest');
    const args = ['files', '--json', '--fleet', fleet.connection];
    const { code, stdout } = await runSampleBeside('digest', args, folder);
    expect(code).toBe(0);
    expect(stdout).toMatch(/"path":"a\.js".*\n.*"path":"c\.mjs"/);
  });

  it('crawls a site', async () => {
    await startWorker('crawl');
    const args = ['--site', 'site', '--output', 'site.jsonl', '--fleet', fleet.connection];
    const { code, stdout } = await runSampleBeside('crawl', args, folder);
    expect(stdout).toMatch(/^2 pages in /);
    expect(code).toBe(0);
    expect(readFileSync(join(folder, 'site.jsonl'), 'utf8')).toMatch(/"title":"Start".*\n.*"title":"B"/);
  });
});
