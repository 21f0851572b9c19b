/** `WaitNode` records which runs wait for which, and finds a cycle before it is closed, in any order of its waits. */
import { assert, array, nat, property, tuple } from 'fast-check';
import { batchScheduler } from 'sluice';
import { WaitNode } from '../../src/tools/sharing/wait-node';

const nodes = (count: number): WaitNode[] => Array.from({ length: count }, () => new WaitNode(batchScheduler));

/** Makes each node wait for the next one. */
const chain = (...line: readonly WaitNode[]): void =>
  line.slice(1).forEach((node, index) => line[index]?.beginWaitingFor(node));

it('a node waits for itself and, transitively, for the nodes it waits for, but not the reverse', () => {
  const [a, b, c] = nodes(3) as [WaitNode, WaitNode, WaitNode];
  chain(a, b, c);
  expect([a, b, c].map((node) => node.waitsFor(c))).toEqual([true, true, true]);
  expect([a, b, c].map((node) => node.waitsFor(a))).toEqual([true, false, false]);
});

it('a cycle is found also through nodes that existed before their waiters', () => {
  const [p, q, r, a, b] = nodes(5) as [WaitNode, WaitNode, WaitNode, WaitNode, WaitNode];
  chain(a, b);
  chain(p, q, r);
  r.beginWaitingFor(a);
  expect(q.waitsFor(b)).toBe(true);
  expect(b.waitsFor(q)).toBe(false);
});

it('a node that waits twice for another waits until both waits have ended', () => {
  const [a, b] = nodes(2) as [WaitNode, WaitNode];
  a.beginWaitingFor(b);
  a.beginWaitingFor(b);
  a.endWaitingFor(b);
  expect(a.waitsFor(b)).toBe(true);
  a.endWaitingFor(b);
  expect(a.waitsFor(b)).toBe(false);
});

it('waitsFor agrees with a search over all waits, after any sequence of waits', () => {
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
