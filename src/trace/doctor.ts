/**
 * The doctor looks on while debugging is on, and warns of what defeats batching: once for each place, with the place.
 */
import type { Note } from '../scheduler/probe';
import { Advice } from './advice';
import { FunctionsPerCall } from './functions-per-call';
import { LoopsOfOne } from './loops-of-one';
import { NeverRun } from './never-run';
import { adviseOnOrder } from './result-order';
import { TaskBodyCheck } from './task-bodies';

export class Doctor {
  readonly #advice = new Advice();
  readonly #neverRun = new NeverRun(this.#advice);
  readonly #loops = new LoopsOfOne(this.#advice);
  readonly #functions = new FunctionsPerCall(this.#advice);
  readonly #bodies = new TaskBodyCheck(this.#advice);

  note(note: Note): void {
    this.#neverRun.note(note);
    this.#loops.note(note);
    this.#bodies.note(note);
    if (note.type === 'made') this.#functions.made(note.name, note.by);
    if (note.type === 'resolved') adviseOnOrder(note, this.#advice);
  }

  leave(): void {
    this.#neverRun.leave();
  }
}
