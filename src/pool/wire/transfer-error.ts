/** Makes the error of a value that cannot be sent: it names the part of the value, and why. */
import type { Encoding } from './encode-value';
import { findUncloneable } from './find-uncloneable';
import { arrayPush } from './intrinsics';
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
  const found = findUncloneable(value, root, encoding && sentApart(encoding), encoding?.refused);
  return new TransferError(task, found?.path ?? root, found?.what ?? 'refused by structured clone', cause);
}

/** The objects in the value that are not cloned. */
function sentApart({ transferList, signals }: Encoding): unknown[] {
  const objects: unknown[] = [];
  for (let index = 0; index < transferList.length; index++) arrayPush(objects, transferList[index]);
  for (let index = 0; index < signals.length; index++) arrayPush<unknown>(objects, signals[index]);
  return objects;
}
