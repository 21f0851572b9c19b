/**
 * Debugging, on and off: by code, or by the environment variable `SLUICE_DEBUG`. While it is on, futures know where they
 * were asked for, and the doctor looks for what defeats batching. While it is off, nothing of it costs anything.
 */
import { describe, invalidOption } from '../../core/describe';
import { checkOptions } from '../../core/options';
import { exchangeDebugging, type Debugging } from './debugging';

export interface DebugConfig {
  /** Stacks of errors and `dumpTasks` say where each future was asked for, and for how long tasks have been on (true). */
  readonly callSites?: boolean;
  /** Warns once, with the place, of what defeats batching (true). */
  readonly doctor?: boolean;
}

/**
 * Turns debugging on or off, for the whole program. What comes back puts it as it was before, by `using`.
 *
 * `SLUICE_DEBUG=1` in the environment turns it on from the start, `SLUICE_DEBUG=callSites` only that of it. The ideas
 * are those of asynq's `debug` options.
 *
 * @throws TypeError for an option that there is not.
 * @example
 * debug(); // for as long as the program runs
 */
export function debug(options: boolean | DebugConfig = true): Disposable {
  let before: Debugging | undefined = exchangeDebugging(checked(options));
  return {
    [Symbol.dispose]: () => {
      if (before) exchangeDebugging(before);
      before = undefined;
    },
  };
}

const names: readonly string[] = ['callSites', 'doctor'] satisfies (keyof DebugConfig)[];

function checked(options: boolean | DebugConfig): Debugging {
  if (typeof options === 'boolean') return { callSites: options, doctor: options };
  if (typeof options !== 'object' || (options as unknown) === null) {
    throw invalidOption('debug: its argument', 'true, false, or an object of options', options);
  }
  checkOptions('debug', options, names);
  for (const [name, value] of Object.entries({ ...options } as Readonly<Record<string, unknown>>)) {
    if (typeof value !== 'boolean') throw invalidOption(`debug: ${name}`, 'true or false', value);
  }
  const { callSites = true, doctor = true } = options;
  return { callSites, doctor };
}

/** What the environment asks for; undefined where it asks for nothing, and in a browser, which has none. */
function wanted(): Debugging | undefined {
  const { process } = globalThis as { process?: { readonly env?: Readonly<Record<string, string | undefined>> } };
  const words = process?.env?.['SLUICE_DEBUG'] ?? '';
  if (['', '0', 'false', 'off'].includes(words)) return undefined;
  if (['1', 'true', 'on', 'all'].includes(words)) return { callSites: true, doctor: true };
  const listed = words.split(',').map((word) => word.trim());
  const stray = listed.find((word) => !names.includes(word));
  if (stray !== undefined) {
    console.warn(
      `sluice: SLUICE_DEBUG knows 1, 0, ${names.join(' and ')}; got ${describe(stray)}, which does nothing.`,
    );
  }
  return { callSites: listed.includes('callSites'), doctor: listed.includes('doctor') };
}

const fromTheStart = wanted();
if (fromTheStart) exchangeDebugging(fromTheStart);
