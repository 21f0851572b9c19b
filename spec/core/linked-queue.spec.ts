import { LinkedQueue, type QueueLinks } from '../../src/core/linked-queue';

class Item implements QueueLinks {
  queuedBefore: QueueLinks | undefined;
  queuedAfter: QueueLinks | undefined;
  isQueued = false;

  constructor(readonly name: string) {}
}

const itemsOf = (names: string): Item[] => Array.from(names, (name) => new Item(name));

function queueOf(items: readonly Item[]): LinkedQueue<Item> {
  const queue = new LinkedQueue<Item>();
  for (const item of items) queue.push(item);
  return queue;
}

const namesIn = (queue: LinkedQueue<Item>): string => Array.from(queue, ({ name }) => name).join('');

function drain(queue: LinkedQueue<Item>): string {
  let names = '';
  for (let item = queue.shift(); item; item = queue.shift()) names += item.name;
  return names;
}

describe('LinkedQueue', () => {
  it('returns its items in the order of their arrival, and then undefined', () => {
    const queue = queueOf(itemsOf('abc'));
    expect(namesIn(queue)).toBe('abc');
    expect(drain(queue)).toBe('abc');
    expect(queue.shift()).toBeUndefined();
  });

  it('puts an item at the front with unshift, also into an empty queue', () => {
    const queue = new LinkedQueue<Item>();
    const [a, b, c] = itemsOf('abc') as [Item, Item, Item];
    queue.unshift(b);
    queue.unshift(a);
    queue.push(c);
    expect(drain(queue)).toBe('abc');
  });

  it.each([
    ['a', 'bcd'],
    ['b', 'acd'],
    ['d', 'abc'],
    ['ad', 'bc'],
    ['bc', 'ad'],
    ['abcd', ''],
  ])('removes %p from abcd, and accepts others behind the rest', (removed, rest) => {
    const items = itemsOf('abcd');
    const queue = queueOf(items);
    for (const item of items) if (removed.includes(item.name)) queue.remove(item);
    expect(namesIn(queue)).toBe(rest);
    expect(queue.size).toBe(rest.length);
    expect(queue.first?.name).toBe(rest[0]);
    queue.push(new Item('e'));
    queue.unshift(new Item('f'));
    expect(drain(queue)).toBe(`f${rest}e`);
    expect(queue.size).toBe(0);
  });

  it('ignores the removal of an item that is not queued', () => {
    const [a, b] = itemsOf('ab') as [Item, Item];
    const queue = queueOf([a, b]);
    queue.remove(a);
    queue.remove(a);
    expect([a.isQueued, b.isQueued]).toEqual([false, true]);
    expect(namesIn(queue)).toBe('b');
    expect(queue.size).toBe(1);
  });

  it('drops the links of a removed item, which may be queued again', () => {
    const [a, b] = itemsOf('ab') as [Item, Item];
    const queue = queueOf([a, b]);
    queue.remove(a);
    expect([a.queuedBefore, a.queuedAfter]).toEqual([undefined, undefined]);
    queue.push(a);
    expect(drain(queue)).toBe('ba');
  });
});
