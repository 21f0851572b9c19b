/** An attached call waits for the outcome of a call that was made before, here or in another process. */
import { titleSymbol } from '../../core/describe';
import { begin, endedExecution, type Execution } from '../../future/execution';
import { Future } from '../../future/future';
import type { StreamSink } from '../../pool/host/stream-sink';
import { PoolClosedError } from '../../pool/wire/pool-errors';
import type { BatchScheduler } from '../../scheduler/batch-scheduler';
import type { FleetCallHost } from './fleet-call';
import { defaultTaskOptions } from './fleet-pool-config';
import { FleetRun } from './fleet-run';

export interface AttachedCallHost extends FleetCallHost {
  attach(run: FleetRun, id: string): void;
}

export class AttachedCall<T> extends Future<T> {
  constructor(
    private readonly host: AttachedCallHost,
    private readonly id: string,
    private readonly timeout: number,
  ) {
    super();
  }

  /** @internal */
  override get [titleSymbol](): string {
    return `the call "${this.id}"`;
  }

  /** @internal */
  override [begin](sink: StreamSink<T>, scheduler: BatchScheduler): Execution {
    const { host, id, timeout } = this;
    const name = `call ${id}`;
    if (host.isClosed) {
      sink.fail(new PoolClosedError(host.name, name, { isStopped: false }));
      return endedExecution;
    }
    const spec = {
      host,
      name,
      timeout,
      signal: undefined,
      options: defaultTaskOptions,
      reference: { module: '', exportName: '' },
    };
    const run = new FleetRun(spec, { sink, scheduler, callerStack: undefined, id: undefined });
    host.attach(run, id);
    return run;
  }
}
