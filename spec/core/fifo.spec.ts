import { Fifo } from '../../src/core/fifo';

const drained = <T>(queue: Fifo<T>): T[] => {
  const items: T[] = [];
  while (queue.length > 0) items.push(queue.shift() as T); // its length is not 0
  return items;
};

describe('Fifo', () => {
  it('returns its items in the order of their arrival', () => {
    const queue = new Fifo<string>();
    queue.push('a');
    queue.push('b');
    queue.push('c');
    expect(drained(queue)).toEqual(['a', 'b', 'c']);
  });

  it('returns undefined when it is empty, and works afterwards', () => {
    const queue = new Fifo<string>();
    expect(queue.shift()).toBeUndefined();
    queue.push('a');
    expect(queue.shift()).toBe('a');
    expect(queue.shift()).toBeUndefined();
  });

  it('counts its waiting items', () => {
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

  it('accepts undefined as an item', () => {
    const queue = new Fifo<undefined>();
    queue.push(undefined);
    expect(queue.length).toBe(1);
    queue.shift();
    expect(queue.length).toBe(0);
  });

  it('keeps the order of items pushed while it is drained', () => {
    const queue = new Fifo<number>();
    queue.push(3);
    const order: number[] = [];
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      order.push(next);
      if (next > 0) queue.push(next - 1);
    }
    expect(order).toEqual([3, 2, 1, 0]);
  });

  it('keeps the order of 10 000 items when it never becomes empty', () => {
    const queue = new Fifo<number>();
    const passed: number[] = [];
    for (let item = 0; item < 10_000; item++) {
      queue.push(item);
      if (item % 5 !== 0) passed.push(queue.shift() as number); // more items were pushed than shifted
    }
    expect(queue.length).toBe(2_000);
    expect([...passed, ...drained(queue)]).toEqual(Array.from({ length: 10_000 }, (_, item) => item));
  });
});
