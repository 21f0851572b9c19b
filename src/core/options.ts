/**
 * Every config is checked to be an object of known options. An unknown option throws at the call, with the name that was
 * probably meant, because a silently ignored option is discovered much later.
 */
import { invalidOption } from './describe';

/** @throws TypeError if `config` is not an object of options, or has an option that is not `known` */
export function checkOptions(caller: string, config: unknown, known: readonly string[]): void {
  if (!isConfig(config, known)) throw invalidOption(`${caller}: its config`, 'an object of options', config);
  for (const name of Object.keys(config)) if (!known.includes(name)) throw unknownOption(caller, name, known);
}

/** Whether `config` is a plain object, or an object of a class with at least one of the options. */
export function isConfig(config: unknown, known: readonly string[]): config is object {
  if (typeof config !== 'object' || config === null || Array.isArray(config)) return false;
  const prototype: unknown = Object.getPrototypeOf(config);
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return true;
  // A Map has a `size`, as the config of a pool has, but is not a config.
  return (
    Object.prototype.toString.call(config) === '[object Object]' && known.some((name) => Reflect.has(config, name))
  );
}

function unknownOption(caller: string, name: string, known: readonly string[]): TypeError {
  const meant = optionOfSynonym(name, known) ?? similarOption(name, known);
  const hint = meant === undefined ? listOptions(known) : `Did you mean "${meant}"?`;
  return new TypeError(`${caller}: unknown option ${JSON.stringify(name)}. ${hint}`);
}

function listOptions(known: readonly string[]): string {
  if (known.length === 0) return 'This call accepts no options.';
  return known.length === 1 ? `The option is ${known.join()}.` : `The options are ${known.join(', ')}.`;
}

/** Names of options in DataLoader, lru-cache, piscina, p-queue, p-retry and Python, with the names of the same options here. */
const synonyms: Readonly<Record<string, readonly string[]>> = {
  abortsignal: ['signal'],
  batchschedulefn: ['window'],
  batchsize: ['maxSize'],
  cachekey: ['key'],
  cachekeyfn: ['key'],
  cachemap: ['cache'],
  cachemaxage: ['ttl'],
  deadline: ['timeout'],
  expires: ['ttl'],
  exponent: ['factor'],
  limit: ['concurrency', 'max'],
  maxage: ['ttl'],
  maxattempts: ['attempts'],
  maxbatchsize: ['maxSize'],
  maxconcurrency: ['concurrency'],
  maxdelay: ['max', 'backoff'],
  maxdepth: ['depth'],
  maxentries: ['max'],
  maxitems: ['max'],
  maxretries: ['attempts'],
  maxtries: ['attempts'],
  maxsize: ['maxSize', 'max'],
  maxtimeout: ['max', 'backoff'],
  maxthreads: ['max'],
  maxworkers: ['max'],
  minthreads: ['min'],
  mintimeout: ['delay'],
  minworkers: ['min'],
  parallelism: ['concurrency'],
  preserveorder: ['ordered'],
  randomize: ['jitter'],
  retries: ['attempts'],
  returnexceptions: ['returnErrors'],
  reverse: ['descending'],
  shouldretry: ['when'],
  size: ['max'],
  terminatetimeout: ['grace'],
  threads: ['size'],
  timeoutms: ['timeout', 'taskTimeout'],
  timeout: ['taskTimeout'],
  workercount: ['size'],
  workers: ['size'],
};

function optionOfSynonym(name: string, known: readonly string[]): string | undefined {
  const normalized = name.replace(/[_-]/g, '').toLowerCase();
  const candidates = Object.hasOwn(synonyms, normalized) ? synonyms[normalized] : undefined;
  return candidates?.find((candidate) => known.includes(candidate));
}

/** The option with a small edit distance to the name (`maxsize`, `concurency`, `polciy`), or with a common start. */
function similarOption(name: string, known: readonly string[]): string | undefined {
  const lowerName = name.toLowerCase();
  const distances = known.map((option) => editDistance(lowerName, option.toLowerCase()));
  const least = Math.min(...distances);
  if (least <= Math.max(1, Math.floor(name.length / 3))) return known[distances.indexOf(least)];
  return known.find(
    (option) => lowerName.startsWith(option.toLowerCase()) || option.toLowerCase().startsWith(lowerName),
  );
}

/** The Damerau-Levenshtein distance: insertions, deletions, replacements, and exchanges of neighbouring characters. */
function editDistance(one: string, other: string): number {
  let [secondLast, last]: [number[], number[]] = [[], Array.from({ length: other.length + 1 }, (_, index) => index)];
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const isSame = one[row - 1] === other[column - 1];
      const isExchanged = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      current.push(
        Math.min(
          numberAt(last, column) + 1,
          numberAt(current, column - 1) + 1,
          numberAt(last, column - 1) + Number(!isSame),
          isExchanged ? numberAt(secondLast, column - 2) + 1 : Infinity,
        ),
      );
    }
    [secondLast, last] = [last, current];
  }
  return numberAt(last, other.length);
}

const numberAt = (numbers: readonly number[], index: number): number => numbers[index] ?? Infinity;
