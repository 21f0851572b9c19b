/**
 * Generates the source files that are made from others, as `npm run generate`. With `--check`, nothing is written: the exit
 * code is 1 if a file is not current.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Rolldown } from 'tsdown';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The client of the timeline page is one script, which the page contains. */
async function clientScript() {
  const { output } = await Rolldown.build({
    cwd: root,
    input: 'src/trace/timeline/client/main.ts',
    platform: 'browser',
    transform: { target: 'es2022' },
    tsconfig: 'src/trace/timeline/client/tsconfig.json',
    output: { format: 'iife', minify: true, strict: true },
    write: false,
  });
  return `/** The script of the timeline page: the bundle of \`client/\`. \`npm run generate\` writes this file. */
export const clientScript = ${JSON.stringify(output[0].code.trim())};
`;
}

const generated = { 'src/trace/timeline/client-script.ts': await clientScript() };

for (const [path, text] of Object.entries(generated)) {
  const file = `${root}/${path}`;
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8').replaceAll('\r\n', '\n') !== text) {
    console.error(`${path} is not current: run \`npm run generate\`, and commit the result.`);
    process.exitCode = 1;
  }
}
