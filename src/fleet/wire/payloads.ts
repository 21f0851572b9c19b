/**
 * A payload is an encoded value as text: the value itself in base64, or a reference to bytes in a store if they are too many
 * for a job or a reply.
 */
import { PayloadTooLargeError } from './fleet-errors';

/** Keeps large payloads outside of jobs. The default store is Redis itself. */
export interface PayloadStore {
  /** @param ttl ms after which the bytes may be deleted */
  put(name: string, bytes: Uint8Array, ttl: number): Promise<void>;
  /** Returns undefined for bytes that are no longer there. */
  get(name: string): Promise<Uint8Array | undefined>;
  delete(name: string): Promise<void>;
}

export interface PayloadBounds {
  /** Bytes that are sent within a job or a reply. */
  readonly inline: number;
  /** Most bytes of one payload. */
  readonly max: number;
  /** ms that a store keeps the bytes. */
  readonly ttl: number;
}

const INLINE = '=';
const REFERENCE = '@';

/** Whether the bytes are in a store. */
export const isStored = (payload: string): boolean => payload.startsWith(REFERENCE);

export const inlinePayload = (bytes: Uint8Array): string => INLINE + Buffer.from(bytes).toString('base64');

export class Payloads {
  constructor(
    private readonly store: PayloadStore,
    readonly bounds: PayloadBounds,
  ) {}

  /**
   * Returns the payload at once if it is small, or else a promise that waits for the store.
   *
   * @throws PayloadTooLargeError beyond the bound.
   */
  pack(
    bytes: Buffer,
    {
      task,
      subject,
      name,
    }: { readonly task: string; readonly subject: PayloadTooLargeError['subject']; readonly name: string },
  ): string | Promise<string> {
    if (bytes.length > this.bounds.max) throw new PayloadTooLargeError(task, subject, bytes.length, this.bounds.max);
    if (bytes.length <= this.bounds.inline) return inlinePayload(bytes);
    return this.store.put(name, bytes, this.bounds.ttl).then(() => REFERENCE + name);
  }

  /** Returns the bytes at once if they are in the text. The promise rejects for bytes that are no longer in the store. */
  unpack(payload: string): Uint8Array | Promise<Uint8Array> {
    if (payload.startsWith(INLINE)) return Buffer.from(payload.slice(1), 'base64');
    return this.store.get(payload.slice(1)).then((bytes) => {
      if (!bytes) throw new Error('The payload is no longer in the store: it has expired, or the store has lost it.');
      return bytes;
    });
  }

  /** Deletes the bytes that a payload refers to. A failure leaves them until they expire. */
  async discard(payload: string | undefined): Promise<void> {
    if (payload !== undefined && isStored(payload)) await this.store.delete(payload.slice(1)).catch(() => undefined);
  }
}
