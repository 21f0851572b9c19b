/** Finalisers run when all work of a scope has ended. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { NEVER, timer } from 'rxjs';
import { Future, scoped, ScopedValue, within } from 'sluice';
import { nextTurn } from '../support/recording-observer';
import { failureOf } from '../support/failure-of';
import { recordOutcome, onVirtualTime, openScope } from './reports';

const [one, two] = [new Error('one'), new Error('two')];

describe('finalisers', () => {
  it('run in reverse order of registration, each awaited before the next', () => {
    const log: string[] = [];
    onVirtualTime((now) => {
      const scope = openScope();
      scope.ensure(() => log.push(`function at ${String(now())}`));
      scope.ensure(() => timer(2));
      scope.ensure(function* () {
        yield timer(3);
        log.push(`generator at ${String(now())}`);
      });
      scope.ensure(() => Future.defer(() => timer(4)));
      scope.close();
    });
    expect(log).toEqual(['generator at 7', 'function at 9']);
  });

  it('can be async functions', async () => {
    const log: string[] = [];
    const scope = openScope();
    scope.ensure(() => log.push('last'));
    scope.ensure(async () => {
      await nextTurn();
      log.push('first');
    });
    await scope.close();
    expect(log).toEqual(['first', 'last']);
  });

  it('all run although one throws, and failures are listed in the order of registration', async () => {
    const log: string[] = [];
    const scope = openScope();
    scope.ensure(() => log.push('ran'));
    scope.ensure(() => {
      throw one;
    });
    scope.ensure(() => Promise.reject(two));
    const error = await failureOf(scope.close());
    expect(log).toEqual(['ran']);
    expect(error).toMatchObject({ errors: [one, two], first: two });
  });

  it('run after every task, every child and every clean-up has ended', () => {
    const log: string[] = [];
    onVirtualTime((now) => {
      const scope = openScope();
      scope.ensure(() => log.push(`finaliser at ${String(now())}`));
      const child = scope.fork();
      child.ensure(() => timer(3));
      child.start(timer(4));
      scope.start(function* () {
        try {
          yield NEVER;
        } finally {
          yield timer(5);
        }
      });
      timer(1).subscribe(() => scope.cancel());
      scope.close();
    });
    expect(log).toEqual(['finaliser at 9']);
  });

  it('run also for a cancelled scope, and are not cancelled', () => {
    onVirtualTime((now) => {
      const scope = openScope();
      scope.ensure(() => timer(5));
      timer(2).subscribe(() => scope.cancel());
      const closed = recordOutcome(scope.close(), now);
      timer(9).subscribe(() => expect(closed.at).toBe(5));
    });
    expect.assertions(1);
  });

  it('run also when the body has failed', async () => {
    const finaliser = jest.fn();
    const failed = scoped((scope) => {
      scope.ensure(finaliser);
      throw one;
    });
    expect(await failureOf(failed)).toBe(one);
    expect(finaliser).toHaveBeenCalledTimes(1);
  });

  it('are called with no argument that an optional parameter could receive', async () => {
    const finaliser = jest.fn();
    const scope = openScope();
    scope.ensure(finaliser);
    await scope.close();
    expect((finaliser.mock.calls[0] as unknown[]).every((argument) => argument === undefined)).toBe(true);
  });

  it('see the AsyncLocalStorage store of their registration, and no context', async () => {
    const storage = new AsyncLocalStorage<string>();
    const language = new ScopedValue('en');
    const seen: unknown[] = [];
    const scope = openScope();
    storage.run('here', () => scope.ensure(() => seen.push(storage.getStore(), language.get())));
    await within(
      language.override('fr'),
      Future.defer(() => scope.close()),
    );
    expect(seen).toEqual(['here', 'en']);
  });

  it('of a task belong to its scope', async () => {
    const log: string[] = [];
    const scope = openScope();
    scope.start(({ scope: own }) => own.ensure(() => log.push('finaliser')));
    scope.start(async () => {
      await nextTurn();
      log.push('other task');
    });
    await scope.close();
    expect(log).toEqual(['other task', 'finaliser']);
  });
});
