/**
 * A timeline page in a real Chromium: its texts, its network requests, the positions of its spans, and the input of a user.
 */
import { chromium, type Browser, type Page } from 'playwright-core';
import { patience } from '../support/patience';

export type { Browser } from 'playwright-core';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const launched = (executablePath: string): Promise<Browser> =>
  chromium.launch({ executablePath, args: FLAGS, headless: true });

interface Preferences {
  readonly colorScheme?: 'light' | 'dark';
  readonly reducedMotion?: 'reduce' | 'no-preference';
}

export class Reader {
  /** Errors, console messages, dialogs and network requests: a timeline page has none. */
  readonly unexpectedEvents: string[] = [];

  private constructor(readonly page: Page) {
    page.on('console', (message) => this.unexpectedEvents.push(`logged: ${message.text()}`));
    page.on('pageerror', (error) => this.unexpectedEvents.push(String(error)));
    page.on('request', (request) => this.unexpectedEvents.push(`requested: ${request.url()}`));
    page.on('dialog', (dialog) => {
      this.unexpectedEvents.push(`opened: ${dialog.message()}`);
      void dialog.dismiss();
    });
  }

  static async open(
    browser: Browser,
    html: string,
    { colorScheme = 'light', reducedMotion = 'reduce' }: Preferences = {},
  ) {
    const viewport = { width: 1280, height: 800 };
    const page = await browser.newPage({ viewport, colorScheme, reducedMotion });
    page.setDefaultTimeout(patience(30_000));
    const reader = new Reader(page);
    await reader.page.setContent(html);
    await reader.drawn();
    return reader;
  }

  /** Resolves after the next frame. */
  async drawn(): Promise<void> {
    await this.page.evaluate(
      () => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(() => next(null)))),
    );
  }

  text(selector: string): Promise<string> {
    return this.page.innerText(selector);
  }

  /** Returns the visible range of time. */
  async range(): Promise<{ readonly from: number; readonly to: number }> {
    const { from, to } = await this.root();
    return { from: Number(from), to: Number(to) };
  }

  /** Returns the number of highlighted spans; undefined if nothing is highlighted. */
  async lit(): Promise<number | undefined> {
    const { lit } = await this.root();
    return lit === '' || lit === undefined ? undefined : Number(lit);
  }

  async drawnSpans(): Promise<number> {
    return Number(await this.page.getAttribute('#lanes', 'data-drawn'));
  }

  async find(words: string): Promise<void> {
    await this.page.fill('#search', words);
    await this.drawn();
  }

  /** Selects the match with this number, and leaves the search field. */
  async select(words: string, place = 1): Promise<void> {
    await this.find(words);
    for (let at = 0; at < place; at++) await this.page.press('#search', 'Enter');
    await this.page.press('#search', 'Escape');
    await this.drawn();
  }

  /** Returns the centre of the selected span, in coordinates of the window. */
  async selected(): Promise<{ readonly x: number; readonly y: number }> {
    const [x = NaN, y = NaN] = ((await this.page.getAttribute('#lanes', 'data-selected')) ?? '').split(' ').map(Number);
    const box = await this.page.locator('#lanes').boundingBox();
    return { x: x + (box?.x ?? NaN), y: y + (box?.y ?? NaN) };
  }

  async hover(at: { readonly x: number; readonly y: number }): Promise<void> {
    await this.page.mouse.move(at.x, at.y);
    await this.drawn();
  }

  async wheel(down: number, key?: 'Control' | 'Shift'): Promise<void> {
    if (key) await this.page.keyboard.down(key);
    await this.page.mouse.wheel(0, down);
    if (key) await this.page.keyboard.up(key);
    await this.drawn();
  }

  async press(key: string): Promise<void> {
    await this.page.keyboard.press(key);
    await this.drawn();
  }

  /** Returns the number of colours in a horizontal strip of the lanes, right of their labels. */
  colours(top: number, height: number): Promise<number> {
    return this.page.evaluate(
      ([from, tall]) => {
        const canvas = document.querySelector<HTMLCanvasElement>('#lanes');
        const copy = document.createElement('canvas');
        const ink = copy.getContext('2d', { willReadFrequently: true });
        if (!canvas || !ink) return 0;
        Object.assign(copy, { width: canvas.width, height: canvas.height });
        ink.drawImage(canvas, 0, 0);
        const { data } = ink.getImageData(200, from ?? 0, canvas.width - 220, tall ?? 1);
        return new Set(new Uint32Array(data.buffer)).size;
      },
      [top, height],
    );
  }

  private async root(): Promise<Readonly<Record<string, string | undefined>>> {
    return this.page.evaluate(() => Object.fromEntries(Object.entries(document.documentElement.dataset)));
  }
}
