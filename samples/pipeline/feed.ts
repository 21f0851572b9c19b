/**
 * A feed gives one event at a time, when it is asked: the lines of a file, or invented events. Neither is ever in memory as
 * a whole.
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { PipelineError } from './pipeline-error';
import type { SaleEvent } from './sale';

/** The number of users and products in the database. Some invented events ask for the id after the last one. */
export const USERS = 2_000;
export const PRODUCTS = 200;

/** The events of a file of JSON Lines. */
export async function* eventsOf(path: string): AsyncGenerator<SaleEvent, void> {
  const input = createReadStream(path);
  try {
    let number = 0;
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      number += 1;
      if (line.trim() !== '') yield parsed(line, `${path}:${number}`);
    }
  } catch (error) {
    // Not `instanceof`, which is false for an error from another realm.
    const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
    if (code !== undefined) throw new PipelineError(`cannot read ${path}: ${code}`);
    throw error;
  } finally {
    input.destroy();
  }
}

function parsed(line: string, place: string): SaleEvent {
  let event: unknown;
  try {
    event = JSON.parse(line);
  } catch {
    throw new PipelineError(`${place} is not JSON`);
  }
  if (isSaleEvent(event)) return event;
  throw new PipelineError(`${place} is not an event { id, userId, productId, quantity } of whole numbers`);
}

function isSaleEvent(event: unknown): event is SaleEvent {
  const { id, userId, productId, quantity } = Object(event) as Partial<SaleEvent>;
  return [id, userId, productId, quantity].every(Number.isInteger);
}

/** Invented events, the same ones in each run. About one in a thousand is delivered twice, or has no known user. */
export function* inventedEvents(count: number): Generator<SaleEvent, void> {
  const random = seededRandom(1);
  const below = (end: number): number => Math.floor(random() * end);
  for (let id = 1; id <= count; id += 1) {
    const event = {
      id: below(1_000) === 0 && id > 1 ? id - 1 : id,
      userId: below(1_000) === 0 ? USERS + 1 : 1 + below(USERS),
      productId: 1 + below(PRODUCTS),
      quantity: 1 + below(9),
    };
    yield event;
  }
}

/** Numbers from 0 to 1 (exclusive), by the generator of Lehmer. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}
