/**
 * The lifecycle of a pool as its users await it: ready, drained, closed. Each wait looks at the pool in every turn until its
 * state has come.
 */
import type { AsyncValue } from '../../future/async-value';
import type { PoolEngine } from '../host/pool-engine';
import { PoolClosedError, WorkerStartError } from '../wire/pool-errors';
import type { CloseConfig } from './close-config';
import { PoolClosedValue } from './pool-closed-value';

/** Waits until the pool has as many ready threads as it keeps. */
export function whenReady(engine: PoolEngine): AsyncValue<void> {
  const { workers } = engine;
  const ready = new PoolClosedValue(engine);
  const releaseProcess = engine.keepProcessAlive();
  const settle = (settleValue: () => void): void => {
    engine.turnListeners.delete(check);
    releaseProcess();
    if (!ready.isSet) settleValue();
  };
  const check = (): void => {
    const { startFailure } = workers;
    if (engine.isClosed)
      settle(() => {
        ready.fail(new PoolClosedError(engine.name, 'ready', { isStopped: true }));
      });
    else if (ready.isSet || workers.readyWorkers.length >= workers.min)
      settle(() => {
        ready.set();
      });
    else if (startFailure)
      settle(() => {
        ready.fail(new WorkerStartError(engine.name, 'ready', startFailure.cause));
      });
  };
  engine.turnListeners.add(check);
  engine.requestTurn();
  check();
  return ready;
}

/** Waits until no task is queued or running. */
export function whenDrained(engine: PoolEngine): AsyncValue<void> {
  const drained = new PoolClosedValue(engine);
  const releaseProcess = engine.keepProcessAlive();
  const setIfIdle = (): void => {
    if (!engine.isIdle) return;
    engine.turnListeners.delete(setIfIdle);
    releaseProcess();
    drained.set();
  };
  engine.turnListeners.add(setIfIdle);
  setIfIdle();
  return drained;
}

/** Closes a pool, once; a later call may close it sooner, by force or by its timeout. */
export class PoolClosing {
  readonly #engine: PoolEngine;
  #closed: AsyncValue<void> | undefined;

  constructor(engine: PoolEngine) {
    this.#engine = engine;
  }

  /** Returns the value that is set when all threads have ended. */
  close({ force, timeout }: Required<CloseConfig>): AsyncValue<void> {
    const engine = this.#engine;
    const isFirst = !this.#closed;
    const closed = (this.#closed ??= new PoolClosedValue(engine));
    engine.close();
    const timer = engine.timers.set(timeout, () => engine.closeByForce());
    const closeIfIdle = (): void => {
      if (!engine.isIdle) return;
      engine.timers.clear(timer);
      engine.workers.close();
      if (engine.workers.threads.length > 0) return;
      engine.turnListeners.delete(closeIfIdle);
      if (!isFirst) return;
      engine.onClosed();
      closed.set();
    };
    engine.turnListeners.add(closeIfIdle);
    if (force) engine.closeByForce();
    engine.requestTurn();
    return closed;
  }
}
