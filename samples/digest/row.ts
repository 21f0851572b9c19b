/**
 * A row is what the digest says of one file: its measures, or why it could not be read. Rows are plain data, so that
 * they travel between threads, into JSON and through comparisons as they are.
 */

/** A file, before it is looked at. */
export interface Place {
  /** The folder that is digested. */
  readonly folder: string;
  /** Below the folder, with slashes. */
  readonly path: string;
}

export type Row = DigestedRow | UnreadableRow;

export interface DigestedRow {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** In bytes, at the level that gzip has by default. */
  readonly gzipped: number;
  /** Of JavaScript only. */
  readonly source?: Source;
}

export interface UnreadableRow {
  readonly path: string;
  /** Why, as a phrase. */
  readonly unreadable: string;
}

export type Source = SourceCounts | UnparsableSource;

export interface SourceCounts {
  /** Of every kind: declarations, expressions, arrows, methods, accessors. */
  readonly functions: number;
  /** Requests for other modules: `import`, `export … from`, `import()` and `require()`. */
  readonly imports: number;
  /** How many pairs of braces with code in them, not counting objects and patterns, lie inside each other at most. */
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
