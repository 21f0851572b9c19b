/** Counters by outcome. */
import type { Outcome } from '../events/trace-event';

export const zeroOutcomes = (): Record<Outcome, number> => ({ succeeded: 0, failed: 0, cancelled: 0 });
