/** A ScopedValue has another value in one task and in all work that the task waits for. */
import fc from 'fast-check';
import { config, timer } from 'rxjs';
import { all, AsyncValue, enter, Future, run, ScopedValue, scoped, allSettled, task, within } from 'sluice';
import { testScheduler } from '../support/virtual-time';

const wait = (ms: number) => timer(ms);

describe('a ScopedValue', () => {
  it('has its override in one task and in the work it waits for', () => {
    const language = new ScopedValue('en');
    const seen: string[] = [];
    testScheduler().run(() => {
      const greet = task(function* (name: string) {
        seen.push(`${name} ${language.get()}`);
        yield wait(1);
        seen.push(`${name} ${language.get()}`);
      });
      all([
        within(language.override('fr'), greet('a')),
        greet('b'),
        within(language.override('de'), within(language.override('it'), greet('c'))),
      ]).subscribe();
      expect(language.get()).toBe('en');
    });
    expect(seen).toEqual(['a fr', 'b en', 'c it', 'a fr', 'b en', 'c it']);
  });

  it('has the value around a scope in all work of the scope, and in its finalisers', async () => {
    const tenant = new ScopedValue('none');
    const seen: string[] = [];
    const see = (who: string) => (): unknown => seen.push(`${who} ${tenant.get()}`);
    const inside = scoped(function* (scope) {
      scope.ensure(see('finaliser'));
      scope.fork().start(see('task of a child'));
      yield* scope.start(function* () {
        yield timer(1);
        see('task')();
      });
    });
    await Promise.all([within(tenant.override('acme'), inside), inside]);
    expect(seen.sort()).toEqual(
      ['acme', 'none'].flatMap((name) => [`finaliser ${name}`, `task ${name}`, `task of a child ${name}`]).sort(),
    );
  });

  it('is set in its innermost override', () => {
    const language = new ScopedValue('en');
    const seen: string[] = [];
    testScheduler().run(() => {
      const change = task(function* () {
        language.set('es');
        yield wait(1);
        seen.push(language.get());
      });
      within(language.override('fr'), change()).subscribe();
      language.set('pt');
    });
    expect(seen).toEqual(['es']);
    expect(language.get()).toBe('pt');
  });
});

describe('an override', () => {
  it('may be entered by many concurrent tasks', () => {
    const language = new ScopedValue('en');
    const seen: string[] = [];
    const see = task(function* () {
      seen.push(language.get());
      yield wait(1);
      seen.push(language.get());
    });
    const french = language.override('fr');
    testScheduler().run(() => void all([within(french, see()), see(), within(french, see())]).subscribe());
    expect(seen).toEqual(['fr', 'en', 'fr', 'fr', 'en', 'fr']);
  });

  it('throws a TypeError when it is entered inside itself, and all values stay in order', async () => {
    const language = new ScopedValue('en');
    const french = language.override('fr');
    await expect(within(french, within(french, Future.of(1)))).rejects.toThrow(
      /entered while it was on.*Call override\(value\) for each/,
    );
    expect(language.get()).toBe('en');
    const again = task(() => language.get());
    await expect(within(french, again())).resolves.toBe('fr');
  });

  it('applies to a task and the work it waits for, not to work it starts or runs on another scheduler', async () => {
    const language = new ScopedValue('en');
    const see = task(() => language.get());
    const seen = await within(
      language.override('fr'),
      task(function* () {
        const started = see().start();
        const [ran] = yield* run([see()]);
        return [yield* started, ran, yield* see(), language.get()];
      })(),
    );
    expect(seen).toEqual(['en', 'en', 'fr', 'fr']);
  });
});

interface Tree {
  readonly value: string | undefined;
  readonly how: 'within' | 'enter';
  readonly steps: readonly (number | readonly Tree[])[];
  readonly sets: string | undefined;
  readonly fails: boolean;
}

const { tree: trees } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.record({
    value: fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined }),
    how: fc.constantFrom('within' as const, 'enter' as const),
    steps: fc.array(fc.oneof({ maxDepth: 4 }, fc.nat(3), fc.array(tie('tree'), { maxLength: 3 })), { maxLength: 3 }),
    sets: fc.option(fc.constantFrom('x', 'y'), { nil: undefined }),
    fails: fc.boolean(),
  }),
}));

it('a ScopedValue has the innermost override around each task, in every program', () => {
  // Cancelled programs leave failures that are intended.
  config.onUnhandledError = () => undefined;
  fc.assert(
    fc.property(fc.array(trees, { maxLength: 3 }), fc.option(fc.nat(9), { nil: undefined }), (roots, leavesAt) => {
      const variable = new ScopedValue('outside');
      const faults: string[] = [];
      const perform = (tree: Tree, around: { value: string }): Future<unknown> => {
        const mine = tree.value === undefined ? around : { value: tree.value };
        const see = (): void => {
          if (variable.get() !== mine.value) faults.push(`${variable.get()} in place of ${mine.value}`);
        };
        const body = task(function* () {
          using _ = tree.value !== undefined && tree.how === 'enter' ? enter(variable.override(tree.value)) : undefined;
          try {
            see();
            // Without an override of its own, the task would set the value of others.
            if (tree.sets !== undefined && tree.value !== undefined) variable.set((mine.value = tree.sets));
            for (const step of tree.steps) {
              if (typeof step === 'number') yield wait(step);
              else yield* allSettled(step.map((child) => perform(child, mine)));
              see();
            }
            if (tree.fails) throw new Error('no');
          } finally {
            see();
            yield wait(1);
            see();
          }
        })();
        return tree.value !== undefined && tree.how === 'within' ? within(variable.override(tree.value), body) : body;
      };
      testScheduler().run(() => {
        const works = roots.map((root): AsyncValue<unknown> => perform(root, { value: 'outside' }).start());
        if (leavesAt !== undefined) timer(leavesAt).subscribe(() => works.forEach((work) => work.cancel()));
        works.forEach((work) => work.subscribe({ error: () => undefined }));
        if (variable.get() !== 'outside') faults.push('it leaks');
      });
      expect(faults).toEqual([]);
      expect(variable.get()).toBe('outside');
    }),
    { numRuns: 300 },
  );
  config.onUnhandledError = null;
});
