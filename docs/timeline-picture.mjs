/** Makes the pictures of README: the timeline of a real run of the main job, in light and in dark colours. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import sharp from 'sharp';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'sluice-picture-'));
const page = join(folder, 'timeline.html');
const images = join(root, 'docs', 'images');
mkdirSync(images, { recursive: true });
try {
  const { status } = spawnSync('npm', ['start', '--silent', '--', '--timeline', page], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error(`npm start ended with ${status}.`);
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    const context = await browser.newContext({
      colorScheme,
      viewport: { width: 1_000, height: 560 },
      deviceScaleFactor: 2,
    });
    const tab = await context.newPage();
    await tab.goto(pathToFileURL(page).href);
    await tab.waitForSelector('canvas');
    await tab.waitForTimeout(500);
    // A palette would turn red into amber.
    await sharp(await tab.screenshot())
      .png({ compressionLevel: 9, effort: 10 })
      .toFile(join(images, `timeline-${colorScheme}.png`));
    await context.close();
  }
  await browser.close();
} finally {
  rmSync(folder, { recursive: true });
}
