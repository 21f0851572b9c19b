/**
 * Many ids in one request to a service with a bulk endpoint, by the `fetch` of the platform. The service limits the ids of a
 * request, and the option `concurrency` the requests at a time. When all callers have left, the request is aborted.
 */
import { batch, type BatchFunction } from 'sluice';
import { byKey } from 'sluice/tools';

export interface User {
  readonly id: string;
  readonly name: string;
}

/** The service answers in any order, and lists the ids that it could not load. */
export interface BulkResponse {
  readonly users: readonly User[];
  readonly errors: readonly { readonly id: string; readonly message: string }[];
}

export const userById = (service: string): BatchFunction<string, User | null> =>
  batch<string, User | null>(
    async (ids, flush) => {
      const url = new URL('/users', service);
      for (const id of ids) url.searchParams.append('id', id);
      const response = await fetch(url, { signal: flush.signal });
      if (!response.ok)
        throw new Error(`The service answered ${String(response.status)} to ${String(ids.length)} ids.`);
      const { users, errors } = (await response.json()) as BulkResponse;
      for (const { id, message } of errors) flush.fail(id, new Error(message));
      return byKey(users, ({ id }) => id, { missing: null });
    },
    { name: 'userById', maxSize: 50, concurrency: 4 },
  );
