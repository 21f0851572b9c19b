/**
 * A workload measures itself and yields its rows one by one.
 *
 * @typedef {import('./row.mjs').Row} Row
 * @typedef {object} Workload
 * @property {string} name `--only` finds it by any part of its name
 * @property {() => AsyncIterable<Row>} run
 * @property {boolean} [once] whether one process is enough: the workload counts instead of timing, or measures in a
 * process of its own (false)
 */

/** The workloads with `part` in their names. @param {readonly Workload[]} workloads @param {string} part */
export const namedLike = (workloads, part) =>
  workloads.filter(({ name }) => name.toLowerCase().includes(part.toLowerCase()));
