/** The number of items of one stream that may be on their way from a worker to its caller. */
export const STREAM_WINDOW = 256;
