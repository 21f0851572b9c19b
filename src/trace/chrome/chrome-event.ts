/** The part of Chrome's "Trace Event Format" that is written here: the document, and the events in it. */
/** By `ph`, `X` is a slice, `M` a name, `s` and `f` are the two ends of an arrow. */
export interface ChromeEvent {
  readonly ph: 'X' | 'M' | 's' | 'f';
  readonly name: string;
  readonly cat?: string;
  readonly pid: number;
  readonly tid: number;
  /** In µs since the first of the spans began. */
  readonly ts: number;
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
    /** In ms, as `at` of events. */ readonly origin: number;
  };
}
