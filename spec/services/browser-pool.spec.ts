/**
 * The pool in a real Chromium, if one is installed: on a page with shared memory, and on a page without.
 */
import { CHECKS } from './browser-check-names';
import { bundlePage, servePage, type Bundle, type Page, type Results } from './browser-page';
import { findChromium, openInChromium, type Browser } from './chromium';

const chromium = findChromium();

if (chromium === null) {
  const advice = 'There is no Chromium on this machine: install the Debian package `chromium`, or set CHROMIUM.';
  if (process.env['REQUIRE_SERVICES'] === '1') {
    it('needs a Chromium', () => {
      throw new Error(advice);
    });
  } else {
    console.warn(`SKIPPED: the worker pool in a real browser. ${advice}`);
    it.skip('needs a Chromium', () => undefined);
  }
} else {
  let bundle: Bundle;
  beforeAll(() => {
    bundle = bundlePage();
  });
  afterAll(() => {
    bundle.remove();
  });

  describe.each([
    ['with shared memory', true],
    ['without shared memory', false],
  ])('on a page %s', (_, isShared) => {
    let page: Page;
    let browser: Browser;
    let results: Results;
    beforeAll(async () => {
      page = await servePage(bundle, { isShared });
      browser = openInChromium(chromium, page.url);
      results = await Promise.race([page.results, browser.lost]);
    });
    afterAll(async () => {
      await page.stop();
      await browser.stop();
    });

    it.each(CHECKS)('%s', (check) => {
      expect(results[check]).toBeNull();
    });
  });
}
