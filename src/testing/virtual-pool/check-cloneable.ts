/** A virtual pool refuses the values that a pool of threads cannot send. Other values are passed on without a copy. */
import { TransferError } from '../../pool/wire/pool-errors';
import { transferErrorOf } from '../../pool/wire/transfer-error';
import { encode } from '../../pool/wire/encode-value';
import { findUncloneable } from '../../pool/wire/find-uncloneable';

interface CloneCheck {
  readonly title: string;
  readonly value: unknown;
  /** Whether the value may have AbortSignals. */
  readonly canHaveSignals: boolean;
}

/** @throws TransferError that names the task and the path of the value that cannot be sent. */
export function checkCloneable(task: string, { title, value, canHaveSignals }: CloneCheck): void {
  const encoding = encode(value, canHaveSignals);
  if (encoding?.refused) throw transferErrorOf(task, { root: title, value, encoding });
  const found = findUncloneable(value, title, encoding && [...encoding.transferList, ...encoding.signals]);
  if (found) throw new TransferError(task, found.path, found.what);
}
