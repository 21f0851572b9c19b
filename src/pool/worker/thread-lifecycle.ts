/**
 * The lifecycle of a worker thread: `init` runs before the first task, with the data that the host sends for it, and `teardown`
 * before an orderly end.
 */
import { serializeError } from '../wire/error-serializer';
import { apply, attemptOr } from '../wire/intrinsics';
import { FAULT, INIT_FAILED, READY, TORN_DOWN, type FunctionCode, type WorkerInit } from '../wire/messages';
import { explainReferenceError, FunctionDefinition, resolveFunction, toLoadError, type AnyFunction } from './functions';
import type { WorkerOutbox } from './outbox';
import type { WorkerPlatform } from './worker-platform';

export type LifecycleFunctions = Pick<WorkerInit, 'initFunction' | 'teardownFunction' | 'hasInitData'>;

export class ThreadLifecycle {
  readonly #functions: LifecycleFunctions;
  readonly #platform: WorkerPlatform;
  readonly #outbox: WorkerOutbox;

  constructor(functions: LifecycleFunctions, platform: WorkerPlatform, outbox: WorkerOutbox) {
    this.#functions = functions;
    this.#platform = platform;
    this.#outbox = outbox;
    if (!functions.hasInitData) void this.begin();
  }

  /** Runs `init`, and reports to the host that the thread is ready or that it cannot accept tasks. */
  async begin(data?: unknown): Promise<void> {
    try {
      const { initFunction } = this.#functions;
      if (initFunction) await this.#run('init', initFunction, data);
      this.#outbox.add(READY, 0);
    } catch (error) {
      this.#outbox.add(INIT_FAILED, 0, serializeError(error));
    }
    this.#outbox.flush();
  }

  /** Runs `teardown`, and reports to the host that the thread may end, also after an error. */
  async end(): Promise<void> {
    try {
      const { teardownFunction } = this.#functions;
      if (teardownFunction) await this.#run('teardown', teardownFunction);
    } catch (error) {
      this.#outbox.add(FAULT, 0, serializeError(error));
    }
    this.#outbox.add(TORN_DOWN, 0);
    this.#outbox.flush();
  }

  async #run(name: string, code: FunctionCode, data?: unknown): Promise<void> {
    const definition = new FunctionDefinition(code, name);
    const fn = await this.#load(definition);
    try {
      await apply(fn, undefined, [data]);
    } catch (error) {
      throw attemptOr(() => explainReferenceError(error, definition), error);
    }
  }

  async #load(definition: FunctionDefinition): Promise<AnyFunction> {
    try {
      return await resolveFunction(definition, this.#platform);
    } catch (error) {
      throw toLoadError(definition.code, error);
    }
  }
}
