/**
 * A real Chromium for one spec: headless, with a temporary profile that is removed when the browser stops.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Browser {
  /** Rejects if the browser ends by itself. */
  readonly lost: Promise<never>;
  stop(): Promise<void>;
}

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** How to install a Chromium for the specs. */
export const CHROMIUM_ADVICE = 'install the Debian package `chromium`, or set CHROMIUM.';

/** Returns the path in the variable `CHROMIUM`, or that of the Debian package; `null` if there is no such file. */
export function findChromium(): string | null {
  const path = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
  return existsSync(path) ? path : null;
}

export function openInChromium(program: string, url: string): Browser {
  const folder = mkdtempSync(join(tmpdir(), 'chromium-spec-'));
  const browser = spawn(program, [...FLAGS, `--user-data-dir=${folder}`, url], { stdio: 'ignore' });
  const ended = once(browser, 'exit');
  const lost = ended.then(([code]) => {
    throw new Error(`Chromium ended with code ${String(code)}.`);
  });
  // After `stop`, this rejection has no handler and must not be reported.
  lost.catch(() => undefined);
  return {
    lost,
    async stop() {
      if (browser.exitCode === null && browser.signalCode === null) browser.kill();
      await ended.catch(() => undefined);
      await removeProfile(folder);
    },
  };
}

/** Removes the profile. Child processes of the browser may still write to it for a moment, so the removal is retried. */
async function removeProfile(folder: string): Promise<void> {
  for (let tries = 100; ; tries--) {
    try {
      rmSync(folder, { recursive: true, force: true });
      return;
    } catch (error) {
      if (tries === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
