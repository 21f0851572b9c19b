/** The records that callers and workers send each other through Redis: jobs, outcomes, items of streams, and control messages. */
import { FleetProtocolError } from './fleet-errors';

/** Grows when an older process could not read the records. */
const PROTOCOL_VERSION = 1;

/** One call within a job. */
export interface CallRecord {
  readonly id: string;
  /** `./work.js` below the folder of modules, a `file:` URL, or the name of a package. */
  readonly module: string;
  readonly exportName: string;
  /** The name of the task. */
  readonly task: string;
  /** The payload of the array of arguments. */
  readonly args: string;
  /** The context of traces, as the propagation fields of W3C. */
  readonly trace?: Readonly<Record<string, string>>;
}

/** The data of a job of BullMQ: one call, or a batch of tiny ones. */
export interface JobRecord {
  readonly version: number;
  readonly caller: string;
  readonly calls: readonly CallRecord[];
}

export const jobRecord = (caller: string, calls: readonly CallRecord[]): JobRecord => ({
  version: PROTOCOL_VERSION,
  caller,
  calls,
});

/** @throws FleetProtocolError for a job of another version. */
export function checkedJob(data: unknown): JobRecord {
  const { version, calls } = data as Partial<JobRecord>;
  if (version !== PROTOCOL_VERSION || !Array.isArray(calls))
    throw new FleetProtocolError('A job of the queue', version, PROTOCOL_VERSION);
  return data as JobRecord;
}

/** How a call has ended. A stream has sent its items before; its outcome holds the last one. */
export type OutcomeKind = 'value' | 'stream' | 'error' | 'cancelled';

export interface OutcomeRecord {
  readonly kind: OutcomeKind;
  /** The payload of the value, the last item or the error; missing for a stream without items. */
  readonly payload?: string;
  /** Number of items of a stream. */
  readonly items?: number;
  /** The duration of the run in ms. */
  readonly ms: number;
  /** The worker that ran the call; missing for a call that was cancelled. */
  readonly worker?: string;
}

/** Scripts in Redis read the kind of an outcome from its first letter. */
const letters: Readonly<Record<OutcomeKind, string>> = { value: 'v', stream: 's', error: 'e', cancelled: 'c' };

/** The first letter of the field of a call that waits in a batch; the id of the job follows. */
export const BATCHED = '@';

export const outcomeText = ({ kind, ...rest }: OutcomeRecord): string => letters[kind] + JSON.stringify(rest);

/** Returns undefined for a field that holds no outcome. */
export function parseOutcome(text: string | null | undefined): OutcomeRecord | undefined {
  const kind = (Object.keys(letters) as OutcomeKind[]).find((each) => letters[each] === text?.[0]);
  if (kind === undefined || text === null || text === undefined) return undefined;
  return { ...(JSON.parse(text.slice(1)) as Omit<OutcomeRecord, 'kind'>), kind };
}

/** The field of a reply with items of a stream; any other field is the id of a call with its outcome. */
export const ITEMS_FIELD = 'items';

export interface ItemsRecord {
  readonly id: string;
  /** Names the run: a second run of the call has another name. */
  readonly run: string;
  /** The index of the first item. */
  readonly index: number;
  /** The payload of the array of items. */
  readonly payload: string;
}

/** The field of a reply about calls that a worker has started. */
export const STARTED_FIELD = 'started';

export interface StartedRecord {
  readonly ids: readonly string[];
  readonly worker: string;
}

/** A message on the control channel. Such messages may be lost; what they say can be read from keys, too. */
export type ControlMessage =
  | { readonly type: 'cancel'; readonly id: string; readonly reason: string }
  | { readonly type: 'credit'; readonly id: string; readonly total: number };
