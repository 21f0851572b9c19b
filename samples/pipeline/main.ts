/**
 * The pipeline command: `npm run pipeline [-- events.jsonl] [--events N] [--concurrency N] [--batch N] [--json]`. The
 * default feed is invented. Results go to stdout. An error that the user can correct is one line on stderr, with exit
 * code 1.
 */
import { Command, InvalidArgumentError } from 'commander';
import { lastValueFrom, reduce } from 'rxjs';
import { printable } from '../printable';
import { openDatabase } from './database';
import { eventsOf, inventedEvents } from './feed';
import { pipeline } from './pipeline';
import { PipelineError } from './pipeline-error';
import { asText, NOTHING, tally, type Report } from './report';

interface PipelineCommandOptions {
  readonly events: number;
  readonly concurrency: number;
  readonly batch: number;
  readonly json: boolean;
}

const command = new Command('pipeline')
  .description('Enriches a feed of sales with users and products, and stores the rows, all in batches.')
  .argument('[file]', 'events as JSON Lines: {"id", "userId", "productId", "quantity"}')
  .option('--events <n>', 'number of invented events, where there is no file', wholeNumber, 10_000)
  .option('--concurrency <n>', 'number of events in work at a time', wholeNumber, 200)
  .option('--batch <n>', 'number of rows in one write', wholeNumber, 100)
  .option('--json', 'print one JSON object and nothing else', false)
  // Suggestions are disabled, because an error is one line.
  .showSuggestionAfterError(false)
  .action(async (file: string | undefined, options: PipelineCommandOptions) => {
    const report = await run(file, options);
    console.log(options.json ? JSON.stringify(report) : asText(report));
  });

command.parseAsync().catch((error: unknown) => {
  if (!(error instanceof PipelineError)) throw error;
  console.error(printable(error.message));
  process.exitCode = 1;
});

async function run(file: string | undefined, { events, concurrency, batch }: PipelineCommandOptions): Promise<Report> {
  const feed = file === undefined ? inventedEvents(events) : eventsOf(file);
  const database = await openDatabase();
  try {
    const start = performance.now();
    const outcomes = pipeline(feed, database.services, { concurrency, batchSize: batch });
    const counted = await lastValueFrom(outcomes.pipe(reduce(tally, NOTHING)));
    const seconds = (performance.now() - start) / 1_000;
    return { ...counted, rows: await database.rows(), queries: database.counts, seconds };
  } finally {
    await database.close();
  }
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1) return number;
  throw new InvalidArgumentError('Give a whole number, 1 or more.');
}
