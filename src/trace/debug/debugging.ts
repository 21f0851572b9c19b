/** The state of debugging for the whole program: the listeners that are on, and the start times of tasks they have seen. */
import type { InstrumentationEvent, ObservedScheduler } from '../../scheduler/instrumentation';
import type { Waiter } from '../../scheduler/waiter';
import { Doctor } from './doctor';
import { listenToInstrumentation } from '../events/instrumentation-hub';

export interface DebugState {
  readonly callSites: boolean;
  readonly doctor: boolean;
}

let current: DebugState = { callSites: false, doctor: false };
let turnOff: () => void = () => undefined;

/** Sets the state of debugging, and returns the one before. */
export function exchangeDebugging(next: DebugState): DebugState {
  const previous = current;
  turnOff();
  current = next;
  const stops: (() => void)[] = [];
  if (next.callSites) stops.push(listenToInstrumentation(recordStart, 'shown'));
  if (next.doctor) {
    const doctor = new Doctor();
    stops.push(
      listenToInstrumentation((event) => {
        doctor.handle(event);
      }, 'captured'),
      () => {
        doctor.stop();
      },
    );
  }
  turnOff = () => {
    for (const stop of stops) stop();
  };
  return previous;
}

/** How long a task has been running, as `, for 12 ms`; empty for a task that started before debugging was on. */
export function ageOf(waiter: Waiter): string {
  const start = starts.get(waiter);
  return start ? `, for ${String(Math.round(start.scheduler.now() - start.at))} ms` : '';
}

const starts = new WeakMap<Waiter, { readonly scheduler: ObservedScheduler; readonly at: number }>();

function recordStart(event: InstrumentationEvent): void {
  if (event.type === 'task-began') setStart(event.task, event.scheduler);
  if (event.type === 'work-began') setStart(event.work, event.scope.scheduler);
}

const setStart = (waiter: Waiter, scheduler: ObservedScheduler): void =>
  void starts.set(waiter, { scheduler, at: scheduler.now() });
