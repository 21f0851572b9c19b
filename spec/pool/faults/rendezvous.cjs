'use strict';

/** Blocks until `parties` calls have arrived, which therefore all run at once. */
const meet = (come, parties) => {
  let count = Atomics.add(come, 0, 1) + 1;
  Atomics.notify(come, 0);
  for (; count < parties; count = Atomics.load(come, 0)) Atomics.wait(come, 0, count);
};

exports.meet = meet;
/** Makes `count` nested calls of `meet`, and waits for all of them. */
exports.fanOut = async function fanOut(count, come, parties) {
  const all = await Promise.all(Array.from({ length: count }, () => this.do(meet, come, parties)));
  return all.length;
};
