/** What a context throws as it is turned off is told, also where its stream is being left at that very moment. */
import { config, take } from 'rxjs';
import { TaskContext, emit, enter, stream } from 'sluice';

class Bad extends TaskContext {
  pause(): void {
    throw new Error('pause');
  }
  resume(): void {
    // Only its pause is broken.
  }
}
it('reports what a context throws as its stream is left', async () => {
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
