/** The peak of resident memory of this process. */
import { readFileSync } from 'node:fs';

export function peakResidentBytes() {
  // On Linux `maxRSS` is at least the memory that the parent had when it started this process.
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1_024;
  const [, kilobytes] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kilobytes) * 1_024;
}
