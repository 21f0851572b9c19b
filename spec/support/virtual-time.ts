/**
 * Schedulers whose time is virtual: it stands still until it is told to run, and then runs to its end at once.
 */
import { VirtualTimeScheduler } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { batchScheduler, BatchScheduler, type BatchSchedulerConfig } from 'sluice';

/** Lets the program set up what it likes, then runs time to its end. */
export type Run = (program: (scheduler: BatchScheduler) => void) => void;

/** The three ways for a scheduler to be on virtual time, by name. */
export const virtualTimes: readonly (readonly [name: string, run: Run])[] = [
  ['the default scheduler within TestScheduler.run', (program) => testScheduler().run(() => program(batchScheduler))],
  ['a VirtualTimeScheduler for its clock', (program) => onClock(new VirtualTimeScheduler(), program)],
  ['a TestScheduler for its clock', (program) => onClock(testScheduler(), program)],
];

/** A scheduler of its own, and the clock to run it by. */
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
