/** GraphiQL of the graphql sample in a real Chromium, if one is installed: it runs a query, without any other host. */
import { patience } from '../support/patience';
import { declareMissingService } from '../support/missing-service';
import { startSampleServer, type SampleServer } from '../samples/graphql-server';
import { CHROMIUM_ADVICE, findChromium } from './chromium';
import { launched, type Browser } from './timeline-browser';

const program = findChromium();

if (program === null) {
  declareMissingService('a Chromium', 'GraphiQL in a real browser', CHROMIUM_ADVICE);
} else {
  let server: SampleServer;
  let browser: Browser;
  beforeAll(async () => {
    [server, browser] = await Promise.all([startSampleServer(), launched(program)]);
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  it('shows the first query, runs it, and loads nothing from another host', async () => {
    const page = await browser.newPage({ viewport: { width: 1600, height: 900 } });
    page.setDefaultTimeout(patience(60_000));
    const others: string[] = [];
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(new URL(server.url).origin) && !/^(data|blob):/.test(url)) others.push(url);
    });
    await page.goto(server.url);
    await page.locator('.graphiql-execute-button').click();
    // The editor shows the response without its line breaks where it has no room.
    await page.locator('.graphiql-response', { hasText: '"page 1' }).waitFor();
    expect(await page.title()).toBe('The crawl');
    expect(server.lines).toContainEqual(expect.stringMatching(/^query Pages: \d+\.\d ms, 4 queries instead of \d+$/));
    expect({ others, errors }).toEqual({ others: [], errors: [] });
    await page.close();
  });
}
