/** Makes the error of a value that cannot be sent: it names the part of the value, and why. */
import type { Encoding } from './encode-value';
import { findUncloneable } from './find-uncloneable';
import { TransferError } from './pool-errors';
import { whyNotTransferable } from './transfer-check';

export interface UnsentValue {
  /** The name of the value, with which the path of its parts begins. */
  readonly root: string;
  readonly value: unknown;
  readonly encoding: Encoding | undefined;
  /** What the platform has thrown. */
  readonly cause?: unknown;
}

export function transferErrorOf(task: string, { root, value, encoding, cause }: UnsentValue): TransferError {
  const obstacle = encoding && encoding.transferList.length > 0 ? whyNotTransferable(encoding.transferList) : undefined;
  if (obstacle !== undefined) return new TransferError(task, root, obstacle, cause);
  const found = findUncloneable(
    value,
    root,
    encoding && [...encoding.transferList, ...encoding.signals],
    encoding?.refused,
  );
  return new TransferError(task, found?.path ?? root, found?.what ?? 'refused by structured clone', cause);
}
