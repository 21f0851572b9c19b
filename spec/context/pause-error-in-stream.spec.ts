/** The error of a `pause` is reported, also if the stream of the context is being cancelled at that moment. */
import { config, take } from 'rxjs';
import { TaskContext, emit, enter, stream } from 'sluice';

class Bad extends TaskContext {
  pause(): void {
    throw new Error('pause');
  }
  resume(): void {
    // Only `pause` throws.
  }
}
it('the error of a context during the cancellation of its stream is reported', async () => {
  const reported: unknown[] = [];
  config.onUnhandledError = (error: unknown) => void reported.push(String(error));
  stream(function* () {
    using _ = enter(new Bad());
    yield* emit(1);
  })
    .pipe(take(1))
    .subscribe();
  await new Promise((done) => setTimeout(done, 5));
  config.onUnhandledError = null;
  expect(reported).toEqual(['Error: pause']);
});
