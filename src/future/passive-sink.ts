/** A passive sink observes the end of a value without receiving its error: such a failure still counts as unreceived. */
import { ForwardingSink } from './forwarding-sink';

export class PassiveSink<T> extends ForwardingSink<T> {}
