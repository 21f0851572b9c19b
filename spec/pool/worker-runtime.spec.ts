/** The worker runtime with a host on the same thread, which reuses a slot as fast as a host on another core may. */
import {
  BATCH_HEADER_SIZE,
  DEFINE,
  FAILURE,
  HOST_MESSAGE_SIZE,
  READY,
  RUN,
  VALUE,
  type Batch,
} from '../../src/pool/wire/messages';
import { TaskSlots } from '../../src/pool/wire/task-slots';
import { WorkerRuntime } from '../../src/pool/worker/worker-runtime';
import { waitUntil } from '../support/shared-memory';

it('a task runs in a slot that the failure of an uncloneable item has freed', async () => {
  const functions: Readonly<Record<string, () => unknown>> = {
    *broken() {
      yield () => 1;
    },
    next: () => 'next',
  };
  const slots = new TaskSlots(true);
  const received: unknown[] = [];
  const runtime: WorkerRuntime = new WorkerRuntime(
    { taskSlots: slots.buffer, token: 0.5, initFunction: undefined, concurrency: 1, maxHeapMb: Infinity },
    {
      post: (posted: Batch) => {
        const batch = structuredClone(posted);
        for (let index = BATCH_HEADER_SIZE; index < batch.length; index += HOST_MESSAGE_SIZE) {
          const message = batch.slice(index, index + HOST_MESSAGE_SIZE);
          received.push(message);
          const [op, slot] = message as [number, number];
          if (op !== FAILURE) continue;
          slots.release(slot);
          const next = [DEFINE, 1, { source: 'next' }, 'next', RUN, slots.take(), 1, []];
          setImmediate(() => runtime.receive(next));
        }
      },
      notifyHost: () => undefined,
      compile: (source) => functions[source],
      load: () => Promise.reject(new Error('no modules')),
      runWithin: (_, run) => run(),
      runSoon: (run) => void setImmediate(run),
      usedHeapMb: () => 0,
      sleep: () => false,
      poll: () => false,
    },
  );
  const slot = slots.take();
  runtime.receive([DEFINE, 0, { source: 'broken' }, 'broken', RUN, slot, 0, []]);
  await waitUntil(() => received.length === 3);
  expect(received).toEqual([
    [READY, 0, undefined],
    [FAILURE, slot, expect.anything()],
    [VALUE, slot, 'next'],
  ]);
});
