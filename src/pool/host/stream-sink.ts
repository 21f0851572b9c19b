/** A stream sink receives the items of a stream. A sink without `next` receives only the last item, as its value. */
import type { Sink } from '../../future/execution';

export interface StreamSink<T> extends Sink<T> {
  next?(item: T): void;
  /** Called when a stream ends without an item. Without this method, that is an error. */
  complete?(): void;
  /** Whether the sink asks for each item itself, through `demand`. */
  readonly isPulling?: boolean;
  /** Whether the sink takes no more items. Sources that emit in a loop read it, since nothing can interrupt them. */
  readonly isClosed?: boolean;
}
