/**
 * A row is the digest of one file: its measures, or the reason why it could not be read. Rows are plain data, so that
 * they can be sent between threads, written as JSON and compared.
 */

/** Place of a file that is to be digested. */
export interface Place {
  /** Folder that the command digests. */
  readonly folder: string;
  /** Path relative to `folder`, with slashes. */
  readonly path: string;
}

export type Row = DigestedRow | UnreadableRow;

export interface DigestedRow {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Size in bytes after gzip at its default level. */
  readonly gzipped: number;
  /** Counts of the source; absent for a file that is not JavaScript. */
  readonly source?: Source;
}

export interface UnreadableRow {
  readonly path: string;
  /** Reason why the file could not be read, as a phrase. */
  readonly unreadable: string;
}

export type Source = SourceCounts | UnparsableSource;

export interface SourceCounts {
  /** Number of functions of all kinds: declarations, expressions, arrows, methods, accessors. */
  readonly functions: number;
  /** Number of imports of all kinds: `import`, `export … from`, `import()` and `require()`. */
  readonly imports: number;
  /** Maximal nesting depth of braces that enclose code; the braces of objects and patterns are not counted. */
  readonly nesting: number;
}

export interface UnparsableSource {
  readonly unparsable: string;
}

export function isUnreadable(row: Row): row is UnreadableRow {
  return 'unreadable' in row;
}

export function isUnparsable(source: Source): source is UnparsableSource {
  return 'unparsable' in source;
}
