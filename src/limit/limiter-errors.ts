/** The errors of limiters. They are separate from those of the core, which does not depend on limits. */
import { describe } from '../core/describe';
import { SluiceError } from '../core/sluice-error';

/** A call was made on a limiter that is closed, or was waiting when the limiter was closed. */
export class LimiterClosedError extends SluiceError {
  constructor(
    readonly limiter: string,
    readonly key: unknown,
  ) {
    super('SLUICE_LIMITER_CLOSED', {
      what: `Limiter "${limiter}" is closed and does not start the call for key ${describe(key)}.`,
      why: 'close() fails all waiting calls, and all later ones.',
      how: 'Wait for the calls before close(), or make the call on another limiter.',
    });
  }
}

/** A call was refused because too many calls wait. */
export class LimiterFullError extends SluiceError {
  constructor(
    readonly limiter: string,
    readonly key: unknown,
    readonly maxWaiting: number,
  ) {
    super('SLUICE_LIMITER_FULL', {
      what: `Limiter "${limiter}" refuses the call for key ${describe(key)}: ${String(maxWaiting)} call(s) wait already.`,
      why: 'The number of waiting calls has reached `maxWaiting`.',
      how: 'Make fewer calls at a time (pullMap asks its source only when a slot is free), try again later, or raise `maxWaiting`.',
    });
  }
}

/** A call takes more slots than the limiter has. */
export class LimiterCostError extends SluiceError {
  constructor(
    readonly limiter: string,
    readonly key: unknown,
    { slots, concurrency }: { readonly slots: number; readonly concurrency: number },
  ) {
    super('SLUICE_LIMITER_COST', {
      what: `A call of limiter "${limiter}" for key ${describe(key)} takes ${String(slots)} slots of a concurrency of ${String(concurrency)}.`,
      why: 'A call takes as many slots as its `cost`, unless it has the option `slots`, and would wait forever.',
      how: 'Raise `concurrency`, lower `cost`, or pass `slots: 1` if the cost is for rates only.',
    });
  }
}

/** A call waits for a slot of a limiter that only calls waiting for it hold. */
export class LimiterDeadlockError extends SluiceError {
  constructor(
    readonly limiter: string,
    readonly key: unknown,
    /** The name of the call or task that holds a slot. */
    readonly holder: string,
  ) {
    super('SLUICE_LIMITER_DEADLOCK', {
      what: `A call of limiter "${limiter}" for key ${describe(key)} cannot start: ${holder} holds a slot that the call needs, and waits for the call.`,
      why: 'A call inside of another call takes a slot of its own, and all slots are held by calls that wait.',
      how: 'Make the inner call outside of the outer one, use a second limiter for it, or raise `concurrency`.',
    });
  }
}
