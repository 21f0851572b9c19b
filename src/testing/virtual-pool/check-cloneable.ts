/** A virtual pool refuses the values that `postMessage` would refuse. Other values are passed on without a copy. */
import { TransferError } from '../../pool/wire/pool-errors';
import { getTransferList } from '../../pool/wire/transfer';
import { findUncloneable } from '../../pool/wire/find-uncloneable';

interface CloneCheck {
  readonly title: string;
  readonly value: unknown;
  /** Values that `transfer()` may have marked. */
  readonly transferCandidates: readonly unknown[];
}

/** @throws TransferError that names the task and the path of the value that cannot be sent. */
export function checkCloneable(task: string, { title, value, transferCandidates }: CloneCheck): void {
  const transferred = transferCandidates.flatMap((candidate) => getTransferList(candidate) ?? []);
  const found = findUncloneable(value, title, transferred);
  if (found) throw new TransferError(task, found.path, found.what);
}
