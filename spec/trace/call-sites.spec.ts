/** Call sites are places of the program, never of its libraries. */
import { from, lastValueFrom, mergeMap, timer, type OperatorFunction } from 'rxjs';
import { batch, batchMap, debug, dumpTasks, task } from 'sluice';
import { ofType, recordEvents } from './record-events';

afterEach(() => {
  debug(false);
});

const nameOf = batch<number, never>(
  () => {
    throw new Error('down');
  },
  { name: 'nameOf' },
);

describe('the call site of a key', () => {
  it.each<[name: string, operator: OperatorFunction<number, never>]>([
    ['batchMap', batchMap(nameOf)],
    ['an operator of RxJS', mergeMap((id: number) => nameOf(id))],
    ['an operator of RxJS that is given the function itself', mergeMap(nameOf)],
  ])('is no file of RxJS where it is asked for by %s', async (_, operator) => {
    debug({ doctor: false });
    const error = await lastValueFrom(from([1]).pipe(operator)).then(undefined, (failure: unknown) => failure);
    const lines = (error as Error).stack?.split('\n').filter((line) => line.includes('batch "nameOf"'));
    expect(lines).toHaveLength(1);
    expect(lines?.[0]).not.toMatch(/node_modules/);
  });
});

describe('with the doctor, but without call sites,', () => {
  const visit = task(function* visit() {
    yield timer(1);
  });

  it('a trace has no call sites', () => {
    debug({ callSites: false });
    expect(
      ofType(
        recordEvents(() => visit().subscribe()),
        'task-begin',
      ),
    ).toEqual([expect.not.objectContaining({ calledAt: expect.anything() as unknown })]);
  });

  it('dumpTasks prints no call sites', () => {
    debug({ callSites: false });
    const watching = visit().subscribe();
    try {
      expect(dumpTasks(() => undefined)).not.toMatch(/spec\.ts/);
    } finally {
      watching.unsubscribe();
    }
  });
});
