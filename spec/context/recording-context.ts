/** A context that records when it is turned on and off, and a check that the record is properly nested. */
import { TaskContext } from 'sluice';

export class RecordingContext extends TaskContext {
  constructor(
    readonly name: string,
    protected readonly trace: string[],
  ) {
    super();
  }

  override pause(): void {
    this.trace.push(`-${this.name}`);
  }

  override resume(): void {
    this.trace.push(`+${this.name}`);
  }
}

/** Returns the contexts that are on after each line. Throws if a context is turned on or off out of order. */
export function nesting(trace: readonly string[]): string[] {
  const on: string[] = [];
  return trace.map((line) => {
    const name = line.slice(1);
    if (line.startsWith('+')) on.push(name);
    else if (line.startsWith('-') && on.pop() !== name) throw new Error(`${trace.join(' ')}: ${line} out of order`);
    return on.join('');
  });
}
