import { Fifo } from '../../src/core/fifo';

const drained = <T>(queue: Fifo<T>): T[] => {
  const items: T[] = [];
  while (queue.length > 0) items.push(queue.shift() as T); // it says that there is one
  return items;
};

describe('Fifo', () => {
  it('gives its items back in the order they came', () => {
    const queue = new Fifo<string>();
    queue.push('a');
    queue.push('b');
    queue.push('c');
    expect(drained(queue)).toEqual(['a', 'b', 'c']);
  });

  it('gives undefined when it is empty, and goes on working', () => {
    const queue = new Fifo<string>();
    expect(queue.shift()).toBeUndefined();
    queue.push('a');
    expect(queue.shift()).toBe('a');
    expect(queue.shift()).toBeUndefined();
  });

  it('counts what is waiting', () => {
    const queue = new Fifo<string>();
    expect(queue.length).toBe(0);
    queue.push('a');
    queue.push('b');
    expect(queue.length).toBe(2);
    queue.shift();
    expect(queue.length).toBe(1);
    queue.shift();
    queue.shift();
    expect(queue.length).toBe(0);
  });

  it('holds undefined as an item like any other', () => {
    const queue = new Fifo<undefined>();
    queue.push(undefined);
    expect(queue.length).toBe(1);
    queue.shift();
    expect(queue.length).toBe(0);
  });

  it('keeps the order of what is pushed while it is drained', () => {
    const queue = new Fifo<number>();
    queue.push(3);
    const order: number[] = [];
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      order.push(next);
      if (next > 0) queue.push(next - 1);
    }
    expect(order).toEqual([3, 2, 1, 0]);
  });

  it('keeps the order when it never runs empty, however much has passed through', () => {
    const queue = new Fifo<number>();
    const passed: number[] = [];
    for (let item = 0; item < 10_000; item++) {
      queue.push(item);
      if (item % 5 !== 0) passed.push(queue.shift() as number); // more has come than gone
    }
    expect(queue.length).toBe(2_000);
    expect([...passed, ...drained(queue)]).toEqual(Array.from({ length: 10_000 }, (_, item) => item));
  });
});
