/** What a thread would refuse is refused here as well; what it would copy is handed over as it is. */
import { TransferError } from '../pool/pool-errors';
import { markedIn } from '../pool/transfer';
import { findUncloneable } from '../pool/uncloneable';

interface Luggage {
  readonly title: string;
  readonly value: unknown;
  /** What may be marked as to be moved. */
  readonly perhapsMarked: readonly unknown[];
}

/** @throws TransferError naming the task, and what of it can't travel. */
export function checkTravel(task: string, { title, value, perhapsMarked }: Luggage): void {
  const moved = perhapsMarked.flatMap((one) => markedIn(one) ?? []);
  const found = findUncloneable(value, title, moved);
  if (found) throw new TransferError(task, found.path, found.what);
}
