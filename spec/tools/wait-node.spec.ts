/** Which runs wait for which: a circle is seen before it is closed, in whatever order it comes about. */
import { assert, array, nat, property, tuple } from 'fast-check';
import { batchScheduler } from 'sluice';
import { WaitNode } from '../../src/tools/sharing/wait-node';

const nodes = (count: number): WaitNode[] => Array.from({ length: count }, () => new WaitNode(batchScheduler));

/** Lets each wait for the next. */
const chain = (...line: readonly WaitNode[]): void =>
  line.slice(1).forEach((node, index) => line[index]?.beginWaitingFor(node));

it('a run waits for itself, for what it waits for, and for what that waits for; and not the other way round', () => {
  const [a, b, c] = nodes(3) as [WaitNode, WaitNode, WaitNode];
  chain(a, b, c);
  expect([a, b, c].map((node) => node.waitsFor(c))).toEqual([true, true, true]);
  expect([a, b, c].map((node) => node.waitsFor(a))).toEqual([true, false, false]);
});

it('a circle is seen through those that were there before their waiters', () => {
  const [p, q, r, a, b] = nodes(5) as [WaitNode, WaitNode, WaitNode, WaitNode, WaitNode];
  chain(a, b);
  chain(p, q, r);
  r.beginWaitingFor(a);
  expect(q.waitsFor(b)).toBe(true);
  expect(b.waitsFor(q)).toBe(false);
});

it('who waits twice goes on waiting until both are over', () => {
  const [a, b] = nodes(2) as [WaitNode, WaitNode];
  a.beginWaitingFor(b);
  a.beginWaitingFor(b);
  a.endWaitingFor(b);
  expect(a.waitsFor(b)).toBe(true);
  a.endWaitingFor(b);
  expect(a.waitsFor(b)).toBe(false);
});

it('it is always as the waits themselves say, whatever comes and goes', () => {
  const size = 12;
  const steps = array(tuple(nat(size - 1), nat(size - 1), nat(3)), { maxLength: 80 });
  assert(
    property(steps, (program) => {
      const all = nodes(size);
      const waits: [number, number][] = [];
      const reaches = (from: number, to: number): boolean =>
        from === to || waits.some(([one, other]) => one === from && reaches(other, to));
      for (const [from, to, choice] of program) {
        const [one, other] = [all[from], all[to]] as [WaitNode, WaitNode];
        expect(other.waitsFor(one)).toBe(reaches(to, from));
        const known = waits.findIndex(([a, b]) => a === from && b === to);
        if (choice === 0 && known >= 0) {
          waits.splice(known, 1);
          one.endWaitingFor(other);
        } else if (!reaches(to, from)) {
          waits.push([from, to]);
          one.beginWaitingFor(other);
        }
      }
    }),
  );
});
