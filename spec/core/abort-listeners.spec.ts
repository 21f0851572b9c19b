import { getEventListeners } from 'node:events';
import { AbortListeners, whenAborted, type Abortable } from '../../src/core/abort-listeners';
import { NotificationQueue } from '../../src/core/notification-queue';

const listenersOf = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

describe('AbortListeners', () => {
  it('keep one listener on a signal, until the last target is deleted', () => {
    const listeners = new AbortListeners(new NotificationQueue());
    const { signal } = new AbortController();
    const targets: Abortable[] = [1, 2, 3].map(() => ({ abort: () => undefined }));
    for (const target of targets) listeners.add(signal, target);
    expect(listenersOf(signal)).toBe(1);
    for (const target of targets.slice(1)) listeners.delete(signal, target);
    expect(listenersOf(signal)).toBe(1);
    for (const target of targets) listeners.delete(signal, target);
    expect(listenersOf(signal)).toBe(0);
  });

  it('notify a target that was added after the last one was deleted', () => {
    const listeners = new AbortListeners(new NotificationQueue());
    const controller = new AbortController();
    const reasons: unknown[] = [];
    const target = { abort: (reason: unknown) => reasons.push(reason) };
    listeners.add(controller.signal, target);
    listeners.delete(controller.signal, target);
    listeners.add(controller.signal, target);
    controller.abort('enough');
    expect(reasons).toEqual(['enough']);
    expect(listenersOf(controller.signal)).toBe(0);
  });

  it('notify the other targets from within one that blocks', () => {
    const notifications = new NotificationQueue();
    const listeners = new AbortListeners(notifications);
    const controller = new AbortController();
    const notified: string[] = [];
    listeners.add(controller.signal, {
      abort: () => {
        notifications.deliverPending();
        notified.push('blocking');
      },
    });
    listeners.add(controller.signal, { abort: () => notified.push('other') });
    controller.abort();
    expect(notified).toEqual(['other', 'blocking']);
  });
});

describe('whenAborted', () => {
  it('calls each subscriber once with the reason, in the order of the calls', () => {
    const controller = new AbortController();
    const calls: string[] = [];
    whenAborted(controller.signal, (reason) => calls.push(`first ${String(reason)}`));
    whenAborted(controller.signal, (reason) => calls.push(`second ${String(reason)}`));
    controller.abort('enough');
    expect(calls).toEqual(['first enough', 'second enough']);
  });

  it('shares one listener between all subscribers of a signal, and leaves none', () => {
    const { signal } = new AbortController();
    const unsubscribes = [1, 2].map(() => whenAborted(signal, () => undefined));
    expect(listenersOf(signal)).toBe(1);
    for (const unsubscribe of unsubscribes) unsubscribe();
    expect(listenersOf(signal)).toBe(0);
  });

  it('calls the subscriber of an aborted signal at once, without a listener', () => {
    const signal = AbortSignal.abort('before');
    const reasons: unknown[] = [];
    whenAborted(signal, (reason) => reasons.push(reason))();
    expect(reasons).toEqual(['before']);
    expect(listenersOf(signal)).toBe(0);
  });

  it('does not call a subscriber that an earlier one has unsubscribed', () => {
    const controller = new AbortController();
    const calls: string[] = [];
    whenAborted(controller.signal, () => {
      calls.push('first');
      unsubscribe();
    });
    const unsubscribe = whenAborted(controller.signal, () => calls.push('second'));
    controller.abort();
    expect(calls).toEqual(['first']);
  });
});
