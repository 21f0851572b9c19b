/** The part of Chrome's "Trace Event Format" that sluice writes: a document of events. */

/** A slice (`ph` is `X`), the name of a process or track (`M`), or the start (`s`) or end (`f`) of an arrow. */
export interface ChromeEvent {
  readonly ph: 'X' | 'M' | 's' | 'f';
  readonly name: string;
  readonly cat?: string;
  readonly pid: number;
  readonly tid: number;
  /** In µs since the start of the first span. */
  readonly ts: number;
  /** In µs. */
  readonly dur?: number;
  readonly id?: number;
  readonly bp?: 'e';
  readonly cname?: string;
  readonly args?: Readonly<Record<string, unknown>>;
}

export interface ChromeTrace {
  readonly traceEvents: readonly ChromeEvent[];
  readonly displayTimeUnit: 'ms';
  readonly otherData: {
    readonly producer: 'sluice';
    readonly spans: number;
    /** The start of the first span in ms, as `at` of events. */
    readonly origin: number;
  };
}
