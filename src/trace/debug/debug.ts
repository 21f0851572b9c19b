/**
 * Debugging is turned on and off by code, or by the environment variable `SLUICE_DEBUG`. While it is on, the call sites of
 * futures are captured, and the doctor looks for code that defeats batching. While it is off, it costs nothing.
 */
import { describe, invalidOption } from '../../core/describe';
import { checkFlag } from '../../core/option-values';
import { checkOptions } from '../../core/options';
import { exchangeDebugging, type DebugState } from './debugging';

export interface DebugConfig {
  /**
   * Whether stacks of errors and `dumpTasks` show the call site of each future, and `dumpTasks` the age of each task.
   *
   * @defaultValue `true`
   */
  readonly callSites?: boolean;
  /**
   * Whether the doctor warns of code that defeats batching, once for each call site.
   *
   * @defaultValue `true`
   */
  readonly doctor?: boolean;
}

/**
 * Turns debugging on or off for the whole program. Disposing of the returned object restores the state before the call.
 *
 * `SLUICE_DEBUG=1` in the environment turns debugging on when sluice is loaded, `SLUICE_DEBUG=callSites` only that option.
 * After the `debug` options of asynq.
 *
 * @param options `true` for all, `false` for none, or the options to turn off
 * @throws TypeError for an unknown option, or one that is not a boolean.
 * @example
 * debug(); // on until the process ends
 * {
 *   using _ = debug({ doctor: false }); // without the doctor, in this block
 * }
 */
export function debug(options: boolean | DebugConfig = true): Disposable {
  let previous: DebugState | undefined = exchangeDebugging(checked(options));
  return {
    [Symbol.dispose]: () => {
      if (previous) exchangeDebugging(previous);
      previous = undefined;
    },
  };
}

const optionNames: readonly string[] = ['callSites', 'doctor'] satisfies (keyof DebugConfig)[];

function checked(options: boolean | DebugConfig): DebugState {
  if (typeof options === 'boolean') return { callSites: options, doctor: options };
  if (typeof options !== 'object' || (options as unknown) === null) {
    throw invalidOption('debug: its argument', 'true, false or an object of options', options);
  }
  checkOptions('debug', options, optionNames);
  for (const [name, value] of Object.entries({ ...options } as Readonly<Record<string, unknown>>)) {
    checkFlag(`debug: ${name}`, value);
  }
  const { callSites = true, doctor = true } = options;
  return { callSites, doctor };
}

/** The state that `SLUICE_DEBUG` sets; undefined where it is not set, as in a browser. */
function stateFromEnvironment(): DebugState | undefined {
  const { process } = globalThis as { process?: { readonly env?: Readonly<Record<string, string | undefined>> } };
  const setting = process?.env?.['SLUICE_DEBUG'] ?? '';
  if (['', '0', 'false', 'off'].includes(setting)) return undefined;
  if (['1', 'true', 'on', 'all'].includes(setting)) return { callSites: true, doctor: true };
  const listed = setting.split(',').map((word) => word.trim());
  const unknown = listed.find((word) => !optionNames.includes(word));
  if (unknown !== undefined) {
    console.warn(
      `sluice: expected \`SLUICE_DEBUG\` to be 1, 0, ${optionNames.join(', ')} or a list of these; got ${describe(unknown)}, which is ignored.`,
    );
  }
  return { callSites: listed.includes('callSites'), doctor: listed.includes('doctor') };
}

const initialState = stateFromEnvironment();
if (initialState) exchangeDebugging(initialState);
