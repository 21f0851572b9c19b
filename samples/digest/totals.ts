/**
 * Totals are the sums over the rows of a folder.
 */
import { extname } from 'node:path/posix';
import { isUnparsable, isUnreadable, type Row } from './row';

export interface Totals {
  /** Number of files, readable or not. */
  readonly files: number;
  readonly bytes: number;
  readonly gzipped: number;
  /** Totals by extension, sorted by bytes in descending order. */
  readonly kinds: readonly KindTotals[];
  readonly source: SourceTotals;
  readonly unreadable: readonly Finding[];
  readonly unparsable: readonly Finding[];
}

/** Totals of the files with one extension. */
export interface KindTotals {
  /** Extension with its dot, in lower case; empty for a name without one. */
  readonly extension: string;
  readonly files: number;
  readonly bytes: number;
  readonly gzipped: number;
}

export interface SourceTotals {
  /** Number of sources that could be parsed. */
  readonly files: number;
  readonly functions: number;
  readonly imports: number;
  readonly nesting: number;
  /** Path of the first source with the deepest nesting; `null` if no source was parsed. */
  readonly deepest: string | null;
}

export interface Finding {
  readonly path: string;
  readonly reason: string;
}

export function totalsOf(rows: readonly Row[]): Totals {
  const unreadable: Finding[] = [];
  const unparsable: Finding[] = [];
  const kinds = new Map<string, KindTotals>();
  let source: SourceTotals = { files: 0, functions: 0, imports: 0, nesting: 0, deepest: null };
  for (const row of rows) {
    if (isUnreadable(row)) {
      unreadable.push({ path: row.path, reason: row.unreadable });
      continue;
    }
    const extension = extname(row.path).toLowerCase();
    const { files, bytes, gzipped } = kinds.get(extension) ?? { files: 0, bytes: 0, gzipped: 0 };
    kinds.set(extension, { extension, files: files + 1, bytes: bytes + row.bytes, gzipped: gzipped + row.gzipped });
    if (row.source === undefined) continue;
    if (isUnparsable(row.source)) unparsable.push({ path: row.path, reason: row.source.unparsable });
    else {
      const isDeepest = source.deepest === null || row.source.nesting > source.nesting;
      source = {
        files: source.files + 1,
        functions: source.functions + row.source.functions,
        imports: source.imports + row.source.imports,
        nesting: Math.max(source.nesting, row.source.nesting),
        deepest: isDeepest ? row.path : source.deepest,
      };
    }
  }
  const sorted = [...kinds.values()].sort((one, other) => other.bytes - one.bytes);
  return {
    files: rows.length,
    bytes: sorted.reduce((sum, { bytes }) => sum + bytes, 0),
    gzipped: sorted.reduce((sum, { gzipped }) => sum + gzipped, 0),
    kinds: sorted,
    source,
    unreadable,
    unparsable,
  };
}
