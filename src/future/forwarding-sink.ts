/**
 * A sink that stands for another one: it passes the outcome on, and runs in the same frame. Subclasses override what
 * differs. Sinks on the path of every task and key do not extend it: calls through a shared method are megamorphic.
 */
import type { Frame } from '../scheduler/frame';
import type { Sink } from './execution';

export abstract class ForwardingSink<T, S extends Sink<T> = Sink<T>> implements Sink<T> {
  constructor(protected readonly sink: S) {}

  get name(): string | undefined {
    return this.sink.name;
  }

  get frame(): Frame | undefined {
    return this.sink.frame;
  }

  get parent(): S {
    return this.sink;
  }

  succeed(value: T): void {
    this.sink.succeed(value);
  }

  fail(error: unknown): void {
    this.sink.fail(error);
  }
}
