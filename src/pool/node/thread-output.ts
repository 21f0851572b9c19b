/**
 * Thread output is what a worker thread writes to `process.stdout` and `process.stderr`. It is sent on the port of the pool,
 * ahead of the result of the task that wrote it, so no end of the thread or of the process loses it. Node itself passes it on
 * from thread to thread, each of which has to be idle for that: what had not arrived when a thread ended would be lost.
 */
import type { Writable } from 'node:stream';
import { attempt, isArray } from '../wire/intrinsics';
import type { Batch } from '../wire/messages';

type StreamName = 'stdout' | 'stderr';

export interface OutputMessage {
  /** Authenticates the message, like that of a batch. */
  readonly token: number;
  readonly stream: StreamName;
  readonly chunk: string | Uint8Array;
}

/** The host has written `size` characters or bytes of the stream. */
export interface WrittenMessage {
  readonly stream: StreamName;
  readonly size: number;
}

/** Whether a message is output of the thread with this token. A task that has found the port may send anything. */
export const isOutput = (message: unknown, token: number): message is OutputMessage =>
  (Object(message) as Partial<OutputMessage>).token === token;

/** A task may change every prototype, so `in` is no test for a batch, which is an array. */
export const isWritten = (message: Batch | WrittenMessage): message is WrittenMessage => !isArray(message);

/** Size in characters or bytes of the output that may be on its way; beyond that the writers of the thread wait. */
const WINDOW = 65_536;
/** Characters of one message. */
const MAX_TEXT = 1_000_000;

interface Chunk {
  readonly chunk: unknown;
  readonly encoding: BufferEncoding;
}

/** The side of the thread: sends what is written to a stream of its process. */
export class OutputSender {
  readonly #streams: readonly SentStream[];

  /** @param token the number that the host accepts messages of this thread with */
  constructor(token: number, send: (message: OutputMessage) => void) {
    this.#streams = [new SentStream('stdout', token, send), new SentStream('stderr', token, send)];
  }

  /** The host has written this much of a stream. */
  onWritten({ stream, size }: WrittenMessage): void {
    this.#streams[stream === 'stdout' ? 0 : 1]?.onWritten(size);
  }

  /** Sends what waits. The writers still wait until the host has written it. */
  flush(): void {
    this.#streams[0]?.flush();
    this.#streams[1]?.flush();
  }

  /** The thread is about to exit: nothing waits any more. */
  onThreadExit(): void {
    this.#streams[0]?.onThreadExit();
    this.#streams[1]?.onThreadExit();
  }
}

class SentStream {
  #sizeOnItsWay = 0;
  /** Set while a write waits for the host; the stream keeps later writes in its buffer meanwhile. */
  #done: (() => void) | undefined;
  /** How many elements of that buffer were sent by `flush`. */
  #sentAhead = 0;
  #isExiting = false;
  readonly #stream: Writable;
  readonly #getBuffer: (() => readonly Chunk[]) | undefined;

  constructor(
    private readonly name: StreamName,
    private readonly token: number,
    private readonly post: (message: OutputMessage) => void,
  ) {
    this.#stream = process[name];
    const { _writableState: state } = this.#stream as unknown as { _writableState?: { getBuffer?(): Chunk[] } };
    this.#getBuffer = state?.getBuffer?.bind(state);
    this.#stream._writev = (chunks, done) => {
      this.#send(chunks, this.#sentAhead);
      this.#sentAhead = 0;
      if (this.#sizeOnItsWay < WINDOW || this.#isExiting) done();
      else this.#done = done;
    };
  }

  onWritten(size: number): void {
    this.#sizeOnItsWay -= size;
    if (this.#sizeOnItsWay < WINDOW) this.#resume();
  }

  flush(): void {
    const buffered = this.#done && this.#getBuffer?.();
    if (!buffered) return;
    this.#send(buffered, this.#sentAhead);
    this.#sentAhead = buffered.length;
  }

  onThreadExit(): void {
    this.#isExiting = true;
    attempt(() => {
      this.#resume();
    });
  }

  #resume(): void {
    const done = this.#done;
    this.#done = undefined;
    done?.();
  }

  /** Sends the chunks from `first` on, texts that follow each other as one. */
  #send(chunks: readonly Chunk[], first: number): void {
    let text = '';
    for (let index = first; index < chunks.length; index++) {
      const { chunk, encoding } = chunks[index] as Chunk;
      const isText = typeof chunk === 'string' && encoding === 'utf8';
      if (isText) text += chunk;
      if (text !== '' && (!isText || text.length >= MAX_TEXT)) {
        this.#post(text);
        text = '';
      }
      if (!isText) this.#post(bytesOf(chunk as string | Uint8Array, encoding));
    }
    if (text !== '') this.#post(text);
  }

  #post(chunk: string | Uint8Array): void {
    this.#sizeOnItsWay += chunk.length;
    this.post({ token: this.token, stream: this.name, chunk });
  }
}

const { Uint8Array, Buffer } = globalThis;
const bufferFrom = Buffer.from.bind(Buffer);

/** A copy without the rest of the memory that a Buffer may share with others. */
const bytesOf = (chunk: string | Uint8Array, encoding: BufferEncoding): Uint8Array =>
  new Uint8Array(typeof chunk === 'string' ? bufferFrom(chunk, encoding) : chunk);

/** The side of the host: callbacks of chunks that wait until a stream of this process accepts more. */
const waiting: Record<StreamName, (() => void)[]> = { stdout: [], stderr: [] };

/** Writes output of a thread to the stream of this process. `onWritten` is called when the stream accepts more. */
export function writeOutput({ stream: name, chunk }: OutputMessage, onWritten: () => void): void {
  const stream = process[name];
  // A replaced `write`, as test runners have it, may return anything and call nothing back.
  if ((stream.write(chunk) as unknown) !== false) {
    onWritten();
    return;
  }
  if (waiting[name].push(onWritten) > 1) return;
  stream.once('drain', () => {
    for (const callback of waiting[name].splice(0)) callback();
  });
}
