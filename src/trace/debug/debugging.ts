/** Debugging, while it is on: whoever looks on for it, and since when they have seen tasks. */
import type { InstrumentationEvent, ObservedScheduler } from '../../scheduler/instrumentation';
import type { Waiter } from '../../scheduler/waiter';
import { Doctor } from './doctor';
import { listenToInstrumentation } from '../events/instrumentation-hub';

export interface Debugging {
  readonly callSites: boolean;
  readonly doctor: boolean;
}

let current: Debugging = { callSites: false, doctor: false };
let turnOff: () => void = () => undefined;

/** Turns it to this, and says what it was before. */
export function exchangeDebugging(next: Debugging): Debugging {
  const before = current;
  turnOff();
  current = next;
  const stops: (() => void)[] = [];
  if (next.callSites) stops.push(listenToInstrumentation(noteBeginnings, 'told'));
  if (next.doctor) {
    const doctor = new Doctor();
    stops.push(
      listenToInstrumentation((note) => {
        doctor.note(note);
      }, 'noted'),
      () => {
        doctor.leave();
      },
    );
  }
  turnOff = () => {
    for (const stop of stops) stop();
  };
  return before;
}

/** For how long it has been there, in words; nothing where nobody looked on as it came. */
export function ageOf(step: Waiter): string {
  const beginning = beginnings.get(step);
  return beginning ? `, for ${String(Math.round(beginning.scheduler.now() - beginning.at))} ms` : '';
}

const beginnings = new WeakMap<Waiter, { readonly scheduler: ObservedScheduler; readonly at: number }>();

function noteBeginnings(note: InstrumentationEvent): void {
  if (note.type === 'task-began') noteBeginning(note.task, note.scheduler);
  if (note.type === 'work-began') noteBeginning(note.work, note.scope.scheduler);
}

const noteBeginning = (step: Waiter, scheduler: ObservedScheduler): void =>
  void beginnings.set(step, { scheduler, at: scheduler.now() });
