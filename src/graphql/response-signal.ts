/** The signal of a client that goes away, made from the response of a Node server or found in the context of a request. */

/** The part of Node's `ServerResponse` that tells how the response ends. */
export interface ClosableResponse {
  /** Whether the whole response was handed to the operating system. */
  readonly writableFinished: boolean;
  readonly destroyed?: boolean;
  once(event: 'close', listener: () => void): unknown;
}

const signals = new WeakMap<object, AbortSignal>();

/**
 * A signal that aborts when the client closes the connection before the response is finished. One response has one signal.
 * The request's `close` event is no sign: it fires as soon as the body is read.
 *
 * @param response the `ServerResponse` of Node, Express or Fastify (`reply.raw`)
 * @example
 * const context = async ({ req, res }) => ({ user: await userOf(req), signal: responseSignal(res) });
 */
export function responseSignal(response: ClosableResponse): AbortSignal {
  let signal = signals.get(response);
  if (!signal) {
    const controller = new AbortController();
    const onClose = (): void => {
      if (!response.writableFinished) controller.abort(clientClosed());
    };
    if (response.destroyed) onClose();
    else response.once('close', onClose);
    signals.set(response, (signal = controller.signal));
  }
  return signal;
}

const clientClosed = (): DOMException =>
  new DOMException('The client closed the connection before the response was sent.', 'AbortError');

interface RequestContextParts {
  readonly request?: { readonly signal?: unknown } | null;
  readonly signal?: unknown;
  readonly res?: unknown;
}

/** The default of the option `signal` of the plugins. */
export function signalOfContext(context: unknown): AbortSignal | undefined {
  if (typeof context !== 'object' || context === null) return undefined;
  // Cast: every member may be missing or anything else, because it is checked.
  const { request, signal, res } = context as RequestContextParts;
  if (isSignal(request?.signal)) return request.signal;
  if (isSignal(signal)) return signal;
  return isResponse(res) ? responseSignal(res) : undefined;
}

const isSignal = (value: unknown): value is AbortSignal =>
  typeof value === 'object' && value !== null && 'aborted' in value && 'addEventListener' in value;

const isResponse = (value: unknown): value is ClosableResponse =>
  typeof value === 'object' && value !== null && 'writableFinished' in value && 'once' in value;
