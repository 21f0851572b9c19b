/** A fleet call is a cold call of a function on a fleet. It awaits the arguments first, and then sends them. */
import type { CapturedStack } from '../../core/call-site';
import { titleSymbol } from '../../core/describe';
import { CancelledError } from '../../core/errors';
import { begin, type Execution } from '../../future/execution';
import { awaitArguments, Call, refused, startAfter } from '../../pool/api/call';
import type { PoolTaskDefinition } from '../../pool/api/pool-task-definition';
import type { StreamSink } from '../../pool/host/stream-sink';
import { PoolClosedError } from '../../pool/wire/pool-errors';
import type { BatchScheduler } from '../../scheduler/batch-scheduler';
import type { FleetTaskOptions } from './fleet-pool-config';
import { FleetRun, type FleetRunHost } from './fleet-run';
import type { ModuleReference } from './module-reference';

export interface FleetCallSpec {
  readonly host: FleetCallHost;
  readonly name: string;
  readonly reference: ModuleReference;
  /** In ms. */
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
  readonly options: FleetTaskOptions;
  readonly definition: PoolTaskDefinition | undefined;
}

/** What a call needs of its pool. */
export interface FleetCallHost extends FleetRunHost {
  readonly isClosed: boolean;
  /** Sends a run that has its arguments. */
  submit(run: FleetRun): void;
}

export class FleetCall<T> extends Call<T> {
  constructor(
    private readonly spec: FleetCallSpec,
    private readonly args: readonly unknown[],
    private readonly callerStack: CapturedStack | undefined,
    private readonly id?: string,
  ) {
    super();
  }

  /** @internal */
  override get [titleSymbol](): string {
    return `a call of task "${this.spec.name}"`;
  }

  /** @internal */
  override [begin](sink: StreamSink<T>, scheduler: BatchScheduler): Execution {
    const { host, name, signal, definition } = this.spec;
    if (definition?.substitute) return definition.substitute(this.args, this.#withoutMock)[begin](sink, scheduler);
    if (host.isClosed) return refused(sink, new PoolClosedError(host.name, name, { isStopped: false }));
    if (signal?.aborted) return refused(sink, new CancelledError(signal.reason));
    const run = new FleetRun(this.spec, { sink, scheduler, callerStack: this.callerStack, id: this.id });
    const awaited = awaitArguments(this.args);
    if (!awaited) {
      run.args = this.args;
      host.submit(run);
      return run;
    }
    return startAfter(awaited, run, {
      sink,
      scheduler,
      start: () => {
        host.submit(run);
      },
      fail: (error) => {
        run.fail(error);
      },
    });
  }

  get #withoutMock(): FleetCall<unknown> {
    return new FleetCall({ ...this.spec, definition: undefined }, this.args, this.callerStack, this.id);
  }
}
