/**
 * The pool in a real Chromium, if one is installed: on a page with shared memory, and on a page without.
 */
import { CHECKS } from './browser-check-names';
import { bundlePage, servePage, type Bundle, type Page, type Results } from './browser-page';
import { CHROMIUM_ADVICE, findChromium, openInChromium, type Browser } from './chromium';
import { declareMissingService } from '../support/missing-service';

const chromium = findChromium();

if (chromium === null) {
  declareMissingService('a Chromium', 'the worker pool in a real browser', CHROMIUM_ADVICE);
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
