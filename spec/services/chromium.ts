/**
 * A real Chromium for one spec: without a window, in a folder of its own, and gone afterwards.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Browser {
  /** Rejects when the browser ends before it is stopped. */
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

/** The program: what `CHROMIUM` says, or Debian's; `null` if there is none. */
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
  // Whoever stops it has lost nothing.
  lost.catch(() => undefined);
  return {
    lost,
    async stop() {
      if (browser.exitCode === null && browser.signalCode === null) browser.kill();
      await ended.catch(() => undefined);
      await removed(folder);
    },
  };
}

/** Processes it has started outlive it for a moment, and may write until then. */
async function removed(folder: string): Promise<void> {
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
