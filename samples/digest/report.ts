/**
 * A report is the output of a digest: text for a terminal, or JSON for a program.
 */
import Table from 'cli-table3';
import { printable, printableJson } from '../printable';
import type { Comparison, Measured } from './compare';
import { counted, megabytes } from './quantities';
import type { Row } from './row';
import type { Finding, Totals } from './totals';

/** Row as one line of JSON. */
export function rowAsJson(row: Row): string {
  return printableJson(row);
}

/** Totals as one line of JSON. Its only key, `summary`, distinguishes it from the lines of the rows. */
export function totalsAsJson(totals: Totals): string {
  return printableJson({ summary: totals });
}

/** Comparison as JSON: one line for each way, then one with the totals. */
export function comparisonAsJson({ ways, identical, totals }: Comparison): string {
  return [...ways.map(printableJson), printableJson({ summary: totals, identical })].join('\n');
}

export function totalsAsText(totals: Totals): string {
  const { files, bytes, gzipped, source, unparsable, unreadable } = totals;
  return [
    `${counted(files, 'file', 'files')}, ${megabytes(bytes)}, ${megabytes(gzipped)} gzipped`,
    kindsTable(totals),
    `In ${counted(source.files, 'source', 'sources')} of JavaScript: ` +
      `${counted(source.functions, 'function', 'functions')}, ${counted(source.imports, 'import', 'imports')}; ` +
      (source.deepest === null ? 'no nesting' : `nested ${source.nesting} deep in ${printable(source.deepest)}`),
    ...findings('Could not be parsed', unparsable),
    ...findings('Could not be read', unreadable),
  ].join('\n');
}

export function comparisonAsText({ ways, identical, totals }: Comparison): string {
  const verdict = identical ? 'All of them found the same.' : 'THEY DID NOT FIND THE SAME: one of them is wrong.';
  return [`${counted(totals.files, 'file', 'files')}, ${megabytes(totals.bytes)}`, waysTable(ways), verdict].join('\n');
}

function kindsTable({ kinds }: Totals): string {
  const table = new Table({
    head: ['kind', 'files', 'bytes', 'gzipped', '%'],
    colAligns: ['left', 'right', 'right', 'right', 'right'],
    style: PLAIN,
  });
  for (const { extension, files, bytes, gzipped } of kinds.slice(0, MAX_KINDS)) {
    const share = bytes === 0 ? '' : ((gzipped / bytes) * 100).toFixed(0);
    table.push([printable(extension) || 'no extension', files, bytes, gzipped, share]);
  }
  const others = kinds.slice(MAX_KINDS);
  if (others.length > 0)
    table.push([`${others.length} more`, sum(others, 'files'), sum(others, 'bytes'), sum(others, 'gzipped'), '']);
  return table.toString();
}

/** Number of rows in the table of kinds; the kinds after them are summed up in one more row. */
const MAX_KINDS = 12;

function sum<Key extends string>(records: readonly Readonly<Record<Key, number>>[], key: Key): number {
  return records.reduce((total, record) => total + record[key], 0);
}

/** Findings, one on a line and preceded by the path, as in the output of a compiler. */
function findings(title: string, found: readonly Finding[]): readonly string[] {
  if (found.length === 0) return [];
  return [
    '',
    `${title}: ${found.length}`,
    ...found.map(({ path, reason }) => `  ${printable(path)}: ${printable(reason)}`),
  ];
}

function waysTable(ways: readonly Measured[]): string {
  const table = new Table({
    head: ['how', 'seconds', 'files/s', 'MB/s', 'times the main thread'],
    colAligns: ['left', 'right', 'right', 'right', 'right'],
    style: PLAIN,
  });
  const mainSeconds = ways.at(-1)?.seconds ?? 0;
  for (const { way, seconds, filesPerSecond, megabytesPerSecond } of ways) {
    table.push([
      way,
      seconds.toFixed(2),
      filesPerSecond.toFixed(0),
      megabytesPerSecond.toFixed(1),
      (mainSeconds / seconds).toFixed(2),
    ]);
  }
  return table.toString();
}

/** Style without colours, so that a file or a pipe gets the same text as a terminal. */
const PLAIN = { head: [], border: [], compact: true };
