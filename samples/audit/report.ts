/**
 * A report is the output of an audit: text for a terminal, or JSON for a program.
 */
import Table from 'cli-table3';
import { printable, printableJson } from '../printable';
import type { Answer } from './answer';
import type { Audit } from './audit';
import type { Run } from './measure';

/** Audit as one JSON object on one line. */
export function asJson({ packages, answers, runs, agree }: Audit): string {
  return printableJson({ packages, answers, runs, agree });
}

/** Audit as text. `width` is the number of columns of the terminal; the tables fit if it is `MIN_WIDTH` or more. */
export function asText(audit: Audit, width = 80): string {
  const { packages, answers } = audit;
  const direct = counted(answers.length, 'direct dependency', 'direct dependencies');
  const title = `${counted(packages, 'package', 'packages')}, brought in by ${direct}`;
  const lines = [title, answersTable(answers, width), ...findings(answers), '', runsTable(audit), ...verdict(audit)];
  if (audit.timeline !== undefined)
    lines.push(`The timeline of one run is ${printable(audit.timeline)}: open it in a browser.`);
  return lines.join('\n');
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

function answersTable(answers: readonly Answer[], width: number): string {
  const table = new Table({
    head: ['direct dependency', 'brings\nin', 'depth', 'only\nit', 'licences', 'findings'],
    colAligns: ['left', 'right', 'right', 'right', 'left', 'right'],
    style: PLAIN,
  });
  const rows = answers.map((answer) => ({
    name: printable(answer.version === null ? answer.name : `${answer.name} ${answer.version}`),
    licences: printable(answer.licences.join(', ')),
    counts: [
      answer.bringsIn.length,
      answer.depth,
      answer.onlyIt.length,
      answer.withoutLicence.length + answer.withoutIntegrity.length + answer.missing.length,
    ] as const,
  }));
  const textWidth = Math.max(MIN_WIDTH, width) - FIXED_WIDTH;
  const longest = rows.reduce((most, { name }) => Math.max(most, name.length), 0);
  const nameWidth = Math.max(MIN_NAME_WIDTH, Math.min(longest, textWidth - MIN_LICENCE_WIDTH));
  for (const { name, licences, counts } of rows) {
    const [bringsIn, depth, onlyIt, found] = counts;
    table.push([wrapped(name, nameWidth), bringsIn, depth, onlyIt, wrapped(licences, textWidth - nameWidth), found]);
  }
  return table.toString();
}

/** Minimal width of the first table, in columns: narrower, its first heading and the usual licences would be split. */
const MIN_WIDTH = 72;

/** Columns taken by the frame and the four columns of numbers. */
const FIXED_WIDTH = 42;

const MIN_NAME_WIDTH = 17;
const MIN_LICENCE_WIDTH = 17;

/** Text in lines of at most `width` characters, broken after a blank, a hyphen or a slash where possible. */
function wrapped(text: string, width: number): string {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const end = /^.*[-/ ]/.exec(rest.slice(0, width + (rest[width] === ' ' ? 1 : 0)))?.[0].length ?? width;
    lines.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end);
  }
  return [...lines, rest].join('\n');
}

/** Findings without duplicates, each with the direct dependencies that it comes from. */
function findings(answers: readonly Answer[]): readonly string[] {
  const namesByFinding = new Map<string, string[]>();
  for (const answer of answers) {
    for (const finding of findingsOf(answer))
      namesByFinding.set(finding, [...(namesByFinding.get(finding) ?? []), answer.name]);
  }
  if (namesByFinding.size === 0) return ['Everything has a licence and an integrity hash, and nothing is missing.'];
  return [...namesByFinding].sort().map(([finding, names]) => printable(`${finding} (through ${names.join(', ')})`));
}

function findingsOf(answer: Answer): readonly string[] {
  return [
    ...answer.withoutLicence.map((path) => `No licence: ${path}`),
    ...answer.withoutIntegrity.map((path) => `No integrity hash: ${path}`),
    ...answer.missing.map(({ name, neededBy }) => `Missing: ${name}, needed by ${neededBy || 'the root'}`),
  ];
}

function runsTable({ runs }: Audit): string {
  const table = new Table({
    head: ['how it got there', 'queries', 'ms', 'times by hand'],
    colAligns: ['left', 'right', 'right', 'right'],
    style: PLAIN,
  });
  const row = (how: string, run: Run): void => {
    const about = run.extrapolatedFrom === undefined ? '' : '~';
    const times = (run.ms / runs.handwritten.ms).toFixed(2);
    table.push([how, run.queries, `${about}${run.ms.toFixed(1)}`, `${about}${times}`]);
  };
  row('one query at a time', runs.naive);
  row('with sluice', runs.sluice);
  row('hand-written, level by level', runs.handwritten);
  return table.toString();
}

function verdict({ agree, rounds, runs }: Audit): readonly string[] {
  const { extrapolatedFrom } = runs.naive;
  const others = `The others: the median of ${rounds}.`;
  if (extrapolatedFrom === undefined) {
    const verdict = agree ? 'All three agree.' : 'THEY DO NOT AGREE: one of the three is wrong.';
    return [`${verdict} One query at a time: one run. ${others}`];
  }
  return [
    `${agree ? 'The other two agree.' : 'THE OTHER TWO DO NOT AGREE: one of them is wrong.'} ${others}`,
    `~ One query at a time was stopped after ${extrapolatedFrom} queries; its time is extrapolated.`,
  ];
}

/** Style without colours, so that a file or a pipe gets the same text as a terminal. */
const PLAIN = { head: [], border: [], compact: true };
