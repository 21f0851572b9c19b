'use strict';

/** Goes on when as many as `parties` have come: those that came first are all at work at once, or it never ends. */
const meet = (come, parties) => {
  let count = Atomics.add(come, 0, 1) + 1;
  Atomics.notify(come, 0);
  for (; count < parties; count = Atomics.load(come, 0)) Atomics.wait(come, 0, count);
};

exports.meet = meet;
/** So many that are asked for by one task, which waits for them. */
exports.fanOut = async function fanOut(count, come, parties) {
  const all = await Promise.all(Array.from({ length: count }, () => this.do(meet, come, parties)));
  return all.length;
};
