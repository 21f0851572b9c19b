/**
 * The command: `npm start [-- path/to/package-lock.json] [--json]`. It audits the lockfile of this very project, unless
 * it is given another one, or the folder of one. What the person at the terminal can put right is one line on stderr,
 * and exit code 1.
 */
import { join } from 'node:path';
import { Command } from 'commander';
import { audit } from './audit';
import { AuditError } from './audit-error';
import { asJson, asText } from './report';

const OWN_LOCKFILE = join(__dirname, '..', '..', 'package-lock.json');

const command = new Command('audit')
  .description(
    'What each direct dependency of a project brings in. DATABASE_URL leads to a Postgres other than PGlite.',
  )
  .argument('[lockfile]', 'a package-lock.json of version 2 or 3, or its folder', OWN_LOCKFILE)
  .option('--json', 'print one JSON object and nothing else', false)
  // A suggestion would be a second line.
  .showSuggestionAfterError(false)
  .action(async (lockfile: string, options: { readonly json: boolean }) => {
    const found = await audit(lockfile, process.env['DATABASE_URL']);
    console.log(options.json ? asJson(found) : asText(found));
    if (!found.agree) process.exitCode = 1;
  });

command.parseAsync().catch((error: unknown) => {
  if (!(error instanceof AuditError)) throw error;
  console.error(error.line);
  process.exitCode = 1;
});
