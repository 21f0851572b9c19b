/** Events of a limiter. They are delivered after the limiter has changed: `stats` shows the change already. */

interface LimiterCall {
  readonly key: unknown;
  /** The option `name` of the call. */
  readonly name: string | undefined;
  /** Time of the limiter's clock in ms: in real time, ms since 1970. */
  readonly at: number;
}

/** A call has arrived. It starts at once, or waits. */
export interface LimiterQueueEvent extends LimiterCall {
  readonly type: 'call-queued';
}

/** A call was allowed to start. */
export interface LimiterStartEvent extends LimiterCall {
  readonly type: 'call-started';
  /** Time in ms from the arrival to the start. */
  readonly waited: number;
}

/** A call that was running has ended, and its slot is free. */
export interface LimiterEndEvent extends LimiterCall {
  readonly type: 'call-ended';
  readonly outcome: 'succeeded' | 'failed' | 'cancelled';
  readonly error?: unknown;
  /** Time in ms from the start to the end. */
  readonly ran: number;
}

/** A waiting call was unsubscribed from. */
export interface LimiterLeaveEvent extends LimiterCall {
  readonly type: 'call-left';
  readonly waited: number;
}

/** A call was refused, or a waiting one was failed, with this error. */
export interface LimiterRejectEvent extends LimiterCall {
  readonly type: 'call-rejected';
  readonly error: unknown;
}

/** The limiter was paused, or one key (`key` is present then). */
export interface LimiterPauseEvent {
  readonly type: 'paused';
  readonly key?: unknown;
  /** The end of the pause, as `at`; `Infinity` for a pause without end. */
  readonly until: number;
  readonly at: number;
}

/** A pause was ended by `resume`, or a bound was changed, of the limiter or of one key (`key` is present then). */
export interface LimiterChangeEvent {
  readonly type: 'resumed' | 'changed';
  readonly key?: unknown;
  readonly at: number;
}

/** The limiter was closed. */
export interface LimiterCloseEvent {
  readonly type: 'closed';
  readonly at: number;
}

/** An event of `Limiter.events$`. */
export type LimiterEvent =
  | LimiterQueueEvent
  | LimiterStartEvent
  | LimiterEndEvent
  | LimiterLeaveEvent
  | LimiterRejectEvent
  | LimiterPauseEvent
  | LimiterChangeEvent
  | LimiterCloseEvent;
