/**
 * A workload runs its measurements and yields their rows.
 *
 * @typedef {import('./row.mjs').Row} Row
 * @typedef {object} Workload
 * @property {string} name matched by `--only`, which takes any part of a name
 * @property {() => AsyncIterable<Row>} run
 * @property {boolean} [once] whether one process suffices: the workload counts instead of timing, or starts its own
 * process (false)
 */

/** Returns the workloads whose names include `part`, in any case. @param {readonly Workload[]} workloads @param {string} part */
export const namedLike = (workloads, part) =>
  workloads.filter(({ name }) => name.toLowerCase().includes(part.toLowerCase()));
