/**
 * The audit command: `npm start [-- path/to/package-lock.json] [--json] [--timeline out.html]`. The argument is a
 * lockfile or its folder; the default is the lockfile of this project. Results go to stdout, progress to stderr.
 * An error that the user can correct is one line on stderr, with exit code 1.
 */
import { join } from 'node:path';
import { Command } from 'commander';
import { audit } from './audit';
import { AuditError } from './audit-error';
import { progressOn } from './progress';
import { asJson, asText } from './report';

const OWN_LOCKFILE = join(__dirname, '..', '..', 'package-lock.json');

const command = new Command('audit')
  .description(
    'What each direct dependency of a project brings in. DATABASE_URL leads to a Postgres other than PGlite.',
  )
  .argument('[lockfile]', 'a package-lock.json of version 2 or 3, or its folder', OWN_LOCKFILE)
  .option('--json', 'print one JSON object and nothing else', false)
  .option('--timeline <file>', 'write a timeline of one run with sluice, as a page for a browser')
  // Suggestions are disabled, because an error is one line.
  .showSuggestionAfterError(false)
  .action(async (lockfile: string, { json, timeline }: { readonly json: boolean; readonly timeline?: string }) => {
    const progress = progressOn(process.stderr);
    const databaseUrl = process.env['DATABASE_URL'];
    const found = await audit(lockfile, { databaseUrl, timeline, progress: progress.show }).finally(progress.end);
    // `columns` is undefined for a pipe or a file, which gets the usual width of a terminal.
    const columns = (process.stdout.columns as number | undefined) ?? 80;
    console.log(json ? asJson(found) : asText(found, columns));
    if (!found.agree) process.exitCode = 1;
  });

command.parseAsync().catch((error: unknown) => {
  if (!(error instanceof AuditError)) throw error;
  console.error(error.line);
  process.exitCode = 1;
});
