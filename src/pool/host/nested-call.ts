/** A nested call is a call that a running task makes on its own pool. Its result is sent to the thread of that task. */
import { CancelledError } from '../../core/errors';
import { begin, type Beginnable } from '../../future/execution';
import { currentScheduler } from '../../scheduler/batch-scheduler';
import type { NestedCalls } from '../thread/nested-calls';
import { decode } from '../wire/decode-value';
import type { EncodedValue } from '../wire/encode-value';
import type { CallPayload, FunctionCode } from '../wire/messages';
import { transfer } from '../wire/transfer';

/** Makes the call of a function with arguments. */
export type CreateCall = (code: FunctionCode, name: string, args: readonly unknown[]) => Beginnable<unknown>;

/** Starts the call and returns the function that cancels it. */
export function startNestedCall(
  calls: NestedCalls,
  id: number,
  [code, name, encodedArgs, transferList]: CallPayload,
  createCall: CreateCall,
): (reason: unknown) => void {
  // Cast: an array, because arguments are.
  const args = (
    Array.isArray(encodedArgs) ? encodedArgs : decode(encodedArgs as EncodedValue, calls.signalFactory(id))
  ) as unknown[];
  // Objects that the task has transferred to this thread are transferred on to the next one.
  if (transferList.length > 0) transfer(args, transferList as object[]);
  const call = createCall(code, name, args);
  const scheduler = currentScheduler();
  const execution = scheduler.runQueue.drive(() =>
    call[begin](
      {
        frame: undefined,
        succeed: (value) => {
          calls.answer(id, value);
        },
        fail: (error) => {
          calls.reject(id, error);
        },
      },
      scheduler,
    ),
  );
  // The task knows of its cancellation. The rejection is sent to it all the same, to close the call on both sides.
  return (cancelReason) => {
    const cancelled = (): void => {
      calls.reject(id, new CancelledError(cancelReason));
    };
    scheduler.runQueue.drive(() => execution.cancel({ cancelReason, cancelled }));
  };
}
