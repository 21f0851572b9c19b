/**
 * The reply reader reads the stream of replies to one caller, with one blocking connection. It begins at the start of the
 * stream, and again after each reconnection: a position that is ahead of a stream, because Redis has lost data or its clock
 * went back, would return nothing for ever. What was read is removed.
 */
import type { Redis } from 'ioredis';
import {
  ITEMS_FIELD,
  parseOutcome,
  STARTED_FIELD,
  type ItemsRecord,
  type OutcomeRecord,
  type StartedRecord,
} from '../wire/call-record';
import { BLOCK_MS } from '../redis/redis-connection';

const START = '0';
const MAX_ENTRIES = 500;
const RETRY_MS = 100;

export interface ReplyListener {
  onOutcome(id: string, outcome: OutcomeRecord): void;
  onItems(items: ItemsRecord): void;
  onStarted(started: StartedRecord): void;
}

type ReplyEntry = readonly [id: string, fields: readonly string[]];
type StreamReply = readonly [key: string, entries: readonly ReplyEntry[]];

export class ReplyReader {
  #position = START;
  #isOver = false;

  constructor(
    /** A connection that nothing else uses. */
    private readonly blocking: Redis,
    private readonly client: Redis,
    private readonly key: string,
    private readonly listener: ReplyListener,
  ) {}

  start(): void {
    this.blocking.on('ready', () => {
      this.#position = START;
    });
    void this.#readAll();
  }

  stop(): void {
    this.#isOver = true;
  }

  async #readAll(): Promise<void> {
    while (!this.#isOver) {
      try {
        const command = ['COUNT', MAX_ENTRIES, 'BLOCK', BLOCK_MS, 'STREAMS', this.key, this.#position] as const;
        // Cast: the types of ioredis forget that nothing may come within the time.
        const replies = (await this.blocking.xread(...command)) as readonly StreamReply[] | null;
        // Nothing new for a while: the position may be ahead of the stream.
        if (!replies) this.#position = START;
        else for (const [, entries] of replies) this.#take(entries);
      } catch {
        // The connection was lost, or a failover has unblocked the command.
        await new Promise((retry) => setTimeout(retry, RETRY_MS).unref());
      }
    }
  }

  #take(entries: readonly ReplyEntry[]): void {
    const last = entries.at(-1);
    if (last) {
      this.#position = last[0];
      this.client.xtrim(this.key, 'MINID', idAfter(last[0])).catch(() => undefined);
    }
    for (const [, fields] of entries)
      for (let index = 0; index + 1 < fields.length; index += 2) this.#notify(fields[index], fields[index + 1]);
  }

  #notify(name = '', text = ''): void {
    if (name === ITEMS_FIELD) this.listener.onItems(JSON.parse(text) as ItemsRecord);
    else if (name === STARTED_FIELD) this.listener.onStarted(JSON.parse(text) as StartedRecord);
    else {
      const outcome = parseOutcome(text);
      if (outcome) this.listener.onOutcome(name, outcome);
    }
  }
}

/** The smallest id of an entry after the given one. */
function idAfter(id: string): string {
  const [ms = '0', sequence = '0'] = id.split('-');
  return `${ms}-${String(BigInt(sequence) + 1n)}`;
}
