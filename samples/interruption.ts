/**
 * An interruption ends the command before its work is done: SIGINT (Ctrl-C), SIGTERM, or a closed output pipe. Each has
 * the exit code that a shell expects.
 */
import { constants } from 'node:os';
import { fromEvent, map, merge, Observable, take } from 'rxjs';

/** Emits the exit code once. A second Ctrl-C finds no handler and kills the process, as is the default in Node. */
export function interruption(): Observable<number> {
  return merge(
    onSignal('SIGINT'),
    onSignal('SIGTERM'),
    onBrokenPipe(process.stdout),
    onBrokenPipe(process.stderr),
  ).pipe(take(1));
}

function onSignal(name: 'SIGINT' | 'SIGTERM'): Observable<number> {
  return fromEvent(process, name).pipe(map(() => 128 + constants.signals[name]));
}

/** Emits exit code 0 when the pipe closes: in `digest --json | head` and `crawl --output - | head`, a reader that has enough is not a failure. */
function onBrokenPipe(stream: NodeJS.WriteStream): Observable<number> {
  return new Observable((subscriber) => {
    // The listener is never removed: a late write may fail after unsubscription, and without a listener it would throw.
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') subscriber.next(0);
      else subscriber.error(error);
    });
  });
}
