import { NotificationQueue } from '../../src/core/notification-queue';

describe('NotificationQueue.notifyEach', () => {
  it('notifies each listener before it returns', () => {
    const notified: string[] = [];
    new NotificationQueue().notifyEach(['a', 'b'], (listener) => notified.push(listener));
    expect(notified).toEqual(['a', 'b']);
  });

  it('notifies later listeners from within one that delivers what is pending, each once', () => {
    const queue = new NotificationQueue();
    const notified: string[] = [];
    queue.notifyEach(['blocking', 'b', 'c'], (listener) => {
      if (listener === 'blocking') queue.deliverPending();
      notified.push(listener);
    });
    expect(notified).toEqual(['b', 'c', 'blocking']);
  });

  it('called by a listener, notifies earlier pending listeners first', () => {
    const queue = new NotificationQueue();
    const notified: string[] = [];
    queue.notifyEach(['outer', 'pending'], (listener) => {
      if (listener === 'outer') queue.notifyEach(['nested'], (nested) => notified.push(nested));
      notified.push(listener);
    });
    expect(notified).toEqual(['pending', 'nested', 'outer']);
  });
});

describe('NotificationQueue.enqueue', () => {
  it('delivers at once', () => {
    const delivered: string[] = [];
    new NotificationQueue().enqueue(() => delivered.push('a'));
    expect(delivered).toEqual(['a']);
  });

  it('called by a listener, delivers after the present notification', () => {
    const queue = new NotificationQueue();
    const delivered: string[] = [];
    queue.enqueue(() => {
      queue.enqueue(() => delivered.push('caused'));
      delivered.push('present');
    });
    expect(delivered).toEqual(['present', 'caused']);
  });

  it('delivers again after a listener has thrown', () => {
    const queue = new NotificationQueue();
    const delivered: string[] = [];
    const failing = (): void => {
      queue.enqueue(() => delivered.push('caused'));
      throw new Error('no');
    };
    expect(() => queue.enqueue(failing)).toThrow('no');
    queue.enqueue(() => delivered.push('next'));
    expect(delivered).toEqual(['caused', 'next']);
  });

  it('waits for the present notification also after a nested delivery has ended', () => {
    const queue = new NotificationQueue();
    const delivered: string[] = [];
    queue.enqueue(() => {
      queue.deliverPending();
      queue.enqueue(() => delivered.push('caused'));
      delivered.push('present');
    });
    expect(delivered).toEqual(['present', 'caused']);
  });
});
