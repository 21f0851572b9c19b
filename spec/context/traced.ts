/** A context that writes down when it is turned on and off, and a judge of what was written. */
import { TaskContext } from 'sluice';

export class Traced extends TaskContext {
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

/** What is on after each line; throws where something is turned on or off out of turn. */
export function nesting(trace: readonly string[]): string[] {
  const on: string[] = [];
  return trace.map((line) => {
    const name = line.slice(1);
    if (line.startsWith('+')) on.push(name);
    else if (line.startsWith('-') && on.pop() !== name) throw new Error(`${trace.join(' ')}: ${line} out of turn`);
    return on.join('');
  });
}
