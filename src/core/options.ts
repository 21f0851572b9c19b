/**
 * The check of all configs: an object of options, none of which is misspelt. An option that does not exist is refused
 * where it is given, with the name that was meant, since a config that is ignored in part is a fault found much later.
 */
import { invalidOption } from './describe';

/** @throws TypeError if `config` is no object of options, or has an option that is not among the `known` ones. */
export function checkOptions(caller: string, config: unknown, known: readonly string[]): void {
  if (!isConfig(config, known)) throw invalidOption(`${caller}: its config`, 'an object of options', config);
  for (const name of Object.keys(config)) if (!known.includes(name)) throw noSuchOption(caller, name, known);
}

/** A plain object, or one of a class of theirs that has at least one of the options. */
export function isConfig(config: unknown, known: readonly string[]): config is object {
  if (typeof config !== 'object' || config === null || Array.isArray(config)) return false;
  const prototype: unknown = Object.getPrototypeOf(config);
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return true;
  // A Map has a `size`, and is no config of a pool.
  return (
    Object.prototype.toString.call(config) === '[object Object]' && known.some((name) => Reflect.has(config, name))
  );
}

function noSuchOption(caller: string, name: string, known: readonly string[]): TypeError {
  const meant = fromElsewhere(name, known) ?? nearest(name, known);
  const hint = meant === undefined ? listed(known) : `Did you mean "${meant}"?`;
  return new TypeError(`${caller}: there is no option ${JSON.stringify(name)}. ${hint}`);
}

function listed(known: readonly string[]): string {
  if (known.length === 0) return 'It takes no options.';
  return known.length === 1 ? `The option is ${known.join()}.` : `The options are ${known.join(', ')}.`;
}

/** What options of the same meaning are called in DataLoader, lru-cache, piscina, p-queue, p-retry and in Python. */
const namesElsewhere: Readonly<Record<string, readonly string[]>> = {
  abortsignal: ['signal'],
  batchschedulefn: ['window'],
  batchsize: ['maxSize'],
  cachekey: ['key'],
  cachekeyfn: ['key'],
  cachemap: ['cache'],
  cachemaxage: ['ttl'],
  deadline: ['timeout'],
  expires: ['ttl'],
  limit: ['concurrency', 'max'],
  maxage: ['ttl'],
  maxattempts: ['attempts'],
  maxbatchsize: ['maxSize'],
  maxconcurrency: ['concurrency'],
  maxentries: ['max'],
  maxitems: ['max'],
  maxretries: ['attempts'],
  maxtries: ['attempts'],
  maxsize: ['maxSize', 'max'],
  maxthreads: ['max'],
  maxworkers: ['max'],
  minthreads: ['min'],
  mintimeout: ['delay'],
  minworkers: ['min'],
  parallelism: ['concurrency'],
  preserveorder: ['ordered'],
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

function fromElsewhere(name: string, known: readonly string[]): string | undefined {
  const plain = name.replace(/[_-]/g, '').toLowerCase();
  const candidates = Object.hasOwn(namesElsewhere, plain) ? namesElsewhere[plain] : undefined;
  return candidates?.find((candidate) => known.includes(candidate));
}

/** The option that is one or two slips of the pen away: `maxsize`, `concurency`, `polciy`; or that the name begins. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const given = name.toLowerCase();
  const distances = known.map((option) => slips(given, option.toLowerCase()));
  const least = Math.min(...distances);
  if (least <= Math.max(1, Math.floor(name.length / 3))) return known[distances.indexOf(least)];
  return known.find((option) => given.startsWith(option.toLowerCase()) || option.toLowerCase().startsWith(given));
}

/** How many characters have to be put in, left out, replaced, or exchanged with the next. */
function slips(one: string, other: string): number {
  let [before, last]: [number[], number[]] = [[], Array.from({ length: other.length + 1 }, (_, at) => at)];
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
          isExchanged ? numberAt(before, column - 2) + 1 : Infinity,
        ),
      );
    }
    [before, last] = [last, current];
  }
  return numberAt(last, other.length);
}

const numberAt = (numbers: readonly number[], at: number): number => numbers[at] ?? Infinity;
