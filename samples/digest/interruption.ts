/**
 * An interruption is what ends the command before its work is done: Ctrl-C, a polite kill, or a reader that has seen
 * enough. Each has the exit code that a shell expects.
 */
import { constants } from 'node:os';
import { fromEvent, map, merge, Observable, take } from 'rxjs';

/** Gives the exit code, once. The second Ctrl-C is not heard any more, and kills the process, as it does by default. */
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

/** In `digest --json | head` all is well: whoever has closed the pipe has what they wanted. */
function onBrokenPipe(stream: NodeJS.WriteStream): Observable<number> {
  return new Observable((subscriber) => {
    // It is never removed: what is written last may fail when nobody listens for it any more.
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') subscriber.next(0);
      else subscriber.error(error);
    });
  });
}
