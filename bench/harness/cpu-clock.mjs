/**
 * CPU time used since the start, in ms. Node 23.9 and later count only the main thread. Earlier versions count the whole
 * process, including the threads of the garbage collector and of the compiler.
 *
 * @typedef {'main thread' | 'process'} CpuOwner
 */
/** @type {{ threadCpuUsage?: () => NodeJS.CpuUsage }} */
const { threadCpuUsage } = process;

/** @type {CpuOwner} */
export const cpuOwner = threadCpuUsage ? 'main thread' : 'process';

const usage = threadCpuUsage ? () => threadCpuUsage.call(process) : () => process.cpuUsage();

export function cpuNow() {
  const { user, system } = usage();
  return (user + system) / 1000;
}
