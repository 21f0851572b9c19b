/** A passive sink observes the end of a value without receiving its error: such a failure still counts as unreceived. */
import type { Frame } from '../scheduler/frame';
import type { Sink } from './execution';

export class PassiveSink<T> implements Sink<T> {
  constructor(private readonly sink: Sink<T>) {}

  get name(): string | undefined {
    return this.sink.name;
  }

  get frame(): Frame | undefined {
    return this.sink.frame;
  }

  get parent(): Sink<T> {
    return this.sink;
  }

  succeed(value: T): void {
    this.sink.succeed(value);
  }

  fail(error: unknown): void {
    this.sink.fail(error);
  }
}
