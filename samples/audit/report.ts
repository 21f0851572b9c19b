/**
 * A report is an audit as somebody at a terminal reads it, or as a program does.
 */
import Table from 'cli-table3';
import type { Answer } from './answer';
import type { Audit } from './audit';
import { ROUNDS, type Run } from './measure';

/** One JSON object on one line. */
export function asJson({ packages, answers, runs, agree }: Audit): string {
  return JSON.stringify({ packages, answers, runs, agree });
}

export function asText(audit: Audit): string {
  const { packages, answers } = audit;
  const direct = counted(answers.length, 'direct dependency', 'direct dependencies');
  const title = `${counted(packages, 'package', 'packages')}, brought in by ${direct}`;
  const lines = [title, answersTable(answers), ...findings(answers), '', runsTable(audit), verdict(audit)];
  if (audit.timeline !== undefined) lines.push(`The timeline of one run is ${audit.timeline}: open it in a browser.`);
  return lines.join('\n');
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

function answersTable(answers: readonly Answer[]): string {
  const table = new Table({
    head: ['direct dependency', 'brings in', 'depth', 'only it', 'licences', 'findings'],
    colAligns: ['left', 'right', 'right', 'right', 'left', 'right'],
    colWidths: [null, null, null, null, 52],
    wordWrap: true,
    style: PLAIN,
  });
  for (const answer of answers) {
    table.push([
      answer.version === null ? answer.name : `${answer.name} ${answer.version}`,
      answer.bringsIn.length,
      answer.depth,
      answer.onlyIt.length,
      answer.licences.join(', '),
      answer.withoutLicence.length + answer.withoutIntegrity.length + answer.missing.length,
    ]);
  }
  return table.toString();
}

/** Each finding once, with the direct dependencies that are to blame for it. */
function findings(answers: readonly Answer[]): readonly string[] {
  const blamed = new Map<string, string[]>();
  for (const answer of answers) {
    for (const finding of findingsOf(answer)) blamed.set(finding, [...(blamed.get(finding) ?? []), answer.name]);
  }
  if (blamed.size === 0) return ['Everything has a licence and an integrity hash, and nothing is missing.'];
  return [...blamed].sort().map(([finding, names]) => `${finding} (through ${names.join(', ')})`);
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
    head: ['how it got there', 'queries', 'ms', 'times the hand-written ms'],
    colAligns: ['left', 'right', 'right', 'right'],
    style: PLAIN,
  });
  const row = (how: string, run: Run): void => {
    table.push([how, run.queries, run.ms.toFixed(1), (run.ms / runs.handwritten.ms).toFixed(2)]);
  };
  row('one query at a time', runs.naive);
  row('with sluice', runs.sluice);
  row('hand-written, level by level', runs.handwritten);
  return table.toString();
}

function verdict({ agree }: Audit): string {
  const rounds = `One query at a time: one run. The others: the median of ${ROUNDS}.`;
  return `${agree ? 'All three agree.' : 'THEY DO NOT AGREE: one of the three is wrong.'} ${rounds}`;
}

/** Without colours, so that a file or a pipe gets what a terminal shows. */
const PLAIN = { head: [], border: [], compact: true };
