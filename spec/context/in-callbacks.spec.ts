/** Contexts that a task enters or leaves in the callback of a subscriber. */
import { enter, Future, task } from 'sluice';
import { RecordingContext } from './recording-context';

it('a context that a task enters in a callback stays on when the callback is over', async () => {
  const trace: string[] = [];
  await task(function* () {
    Future.of(1).subscribe(() => {
      enter(new RecordingContext('a', trace));
    });
    trace.push('goes on');
    yield null;
  })();
  expect(trace.slice(0, 2)).toEqual([expect.stringContaining('a'), 'goes on']);
});

it('a context that a task leaves in a callback stays off, and the context around it stays on', async () => {
  const trace: string[] = [];
  await task(function* () {
    const stay = enter(new RecordingContext('a', trace));
    Future.of(1).subscribe(() => {
      stay[Symbol.dispose]();
    });
    trace.push('goes on');
    yield null;
  })();
  expect(trace.at(-1)).toBe('goes on');
  expect(trace).toHaveLength(3);
});
