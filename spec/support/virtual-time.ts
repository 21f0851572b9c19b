/** Schedulers on virtual time, which advances only when it is flushed, and then to its end. */
import { VirtualTimeScheduler } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { batchScheduler, BatchScheduler, type BatchSchedulerConfig } from 'sluice';

/** Calls the program, then runs virtual time to its end. */
export type RunOnVirtualTime = (program: (scheduler: BatchScheduler) => void) => void;

/** The three ways for a scheduler to be on virtual time, by name. */
export const virtualTimes: readonly (readonly [name: string, run: RunOnVirtualTime])[] = [
  ['the default scheduler within TestScheduler.run', (program) => testScheduler().run(() => program(batchScheduler))],
  ['a VirtualTimeScheduler as clock', (program) => onClock(new VirtualTimeScheduler(), program)],
  ['a TestScheduler as clock', (program) => onClock(testScheduler(), program)],
];

/** A new scheduler, and the virtual clock that drives it. */
export function virtualScheduler(config: Omit<BatchSchedulerConfig, 'clock'> = {}): {
  readonly clock: VirtualTimeScheduler;
  readonly scheduler: BatchScheduler;
} {
  const clock = new VirtualTimeScheduler();
  return { clock, scheduler: new BatchScheduler({ ...config, clock }) };
}

export const testScheduler = (): TestScheduler =>
  new TestScheduler((actual, expected) => expect(actual).toStrictEqual(expected));

function onClock(clock: VirtualTimeScheduler, program: (scheduler: BatchScheduler) => void): void {
  clock.maxFrames = Infinity; // a TestScheduler outside of `run` stops at 750
  program(new BatchScheduler({ clock }));
  clock.flush();
}
