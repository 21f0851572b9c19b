/** What a thread would refuse is refused here as well; what it would copy is handed over as it is. */
import { TransferError } from '../../pool/wire/pool-errors';
import { markedIn } from '../../pool/wire/transfer';
import { findUncloneable } from '../../pool/wire/find-uncloneable';

interface CloneCheck {
  readonly title: string;
  readonly value: unknown;
  /** What may be marked as to be moved. */
  readonly perhapsMarked: readonly unknown[];
}

/** @throws TransferError naming the task, and what of it can't travel. */
export function checkCloneable(task: string, { title, value, perhapsMarked }: CloneCheck): void {
  const moved = perhapsMarked.flatMap((one) => markedIn(one) ?? []);
  const found = findUncloneable(value, title, moved);
  if (found) throw new TransferError(task, found.path, found.what);
}
