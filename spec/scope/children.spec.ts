/** Child scopes, and how they depend on their parents. */
import { NEVER, timer } from 'rxjs';
import { nextTurn } from '../support/recording-observer';
import { failureOf } from '../support/failure-of';
import { onVirtualTime, noReports, reportsOf, openScope } from './reports';

const [one, two] = [new Error('one'), new Error('two')];

describe('a child scope', () => {
  it('is closed with its parent, newest child first, before the finalisers of the parent', async () => {
    const log: string[] = [];
    const parent = openScope();
    parent.ensure(() => log.push('parent'));
    for (const name of ['eldest', 'middle', 'youngest']) parent.fork({ name }).ensure(() => log.push(name));
    await parent.close();
    expect(log).toEqual(['youngest', 'middle', 'eldest', 'parent']);
  });

  it('is closed by its parent only when the tasks of the parent have ended', () => {
    const log: string[] = [];
    onVirtualTime((now) => {
      const parent = openScope();
      parent.fork().ensure(() => log.push(`child at ${String(now())}`));
      parent.start(timer(5));
      parent.close();
    });
    expect(log).toEqual(['child at 5']);
  });

  it('is cancelled with its parent, with the same reason', () => {
    const parent = openScope();
    const child = parent.fork();
    parent.cancel(one);
    expect(child.signal.reason).toBe(parent.signal.reason);
  });

  it('does not cancel its parent', () => {
    const parent = openScope();
    parent.fork().cancel();
    expect(parent.signal.aborted).toBe(false);
  });

  it('has an exitMode of its own', async () => {
    const parent = openScope();
    const value = parent.fork({ exitMode: 'cancel' }).start(NEVER);
    await parent.close();
    expect(value.isError).toBe(true);
  });

  it('passes its failures to its parent as one error, in the order of the forks', async () => {
    const parent = openScope({ errorMode: 'continue' });
    parent.fork().start(() => Promise.reject(one));
    parent.start(() => Promise.reject(two));
    const { errors } = await failureOf<AggregateError>(parent.close());
    expect(errors).toEqual([expect.objectContaining({ errors: [one] }), two]);
  });

  it('does not pass its failure to its parent when a waiter of close() has received it', async () => {
    const parent = openScope();
    const child = parent.fork();
    child.start(() => Promise.reject(one));
    expect(await failureOf(child.close())).toMatchObject({ errors: [one] });
    await parent.close();
  });

  it('passes its failure to its parent when close() was called without a waiter', async () => {
    const parent = openScope();
    const child = parent.fork();
    child.start(() => Promise.reject(one));
    child.close();
    await nextTurn();
    expect(await failureOf(parent.close())).toMatchObject({ errors: [{ errors: [one] }] });
  });

  it('passes its failure to its parent when only closed$ was observed', async () => {
    const parent = openScope();
    const child = parent.fork();
    child.closed$.subscribe();
    child.start(() => Promise.reject(one));
    expect(await failureOf(parent.close())).toMatchObject({ errors: [{ errors: [one] }] });
  });

  it('runs on the scheduler of its parent', () => {
    const parent = openScope();
    expect(parent.fork().scheduler).toBe(parent.scheduler);
  });

  it('can be one of ten thousand children', async () => {
    const parent = openScope();
    let closed = 0;
    for (let count = 0; count < 10_000; count++) parent.fork().closed$.subscribe(() => closed++);
    await parent.close();
    expect(closed).toBe(10_000);
  });

  it('leaves nothing to report once its failure is received', async () => {
    const reports = await reportsOf(async () => {
      const parent = openScope();
      parent.fork().start(() => Promise.reject(one));
      await failureOf(parent.close());
    });
    expect(reports).toEqual(noReports);
  });
});
