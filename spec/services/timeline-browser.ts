/**
 * A timeline page as a reader has it, in a real Chromium: what it says, what it asks the network for, and where things
 * are on it.
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

interface Look {
  readonly colorScheme?: 'light' | 'dark';
  readonly reducedMotion?: 'reduce' | 'no-preference';
}

export class Reader {
  /** Errors, whatever was logged, dialogs, and requests. */
  readonly complaints: string[] = [];

  private constructor(readonly page: Page) {
    page.on('console', (message) => this.complaints.push(`logged: ${message.text()}`));
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('request', (request) => this.complaints.push(`asked for ${request.url()}`));
    page.on('dialog', (dialog) => {
      this.complaints.push(`opened: ${dialog.message()}`);
      void dialog.dismiss();
    });
  }

  static async open(browser: Browser, html: string, { colorScheme = 'light', reducedMotion = 'reduce' }: Look = {}) {
    const viewport = { width: 1280, height: 800 };
    const page = await browser.newPage({ viewport, colorScheme, reducedMotion });
    page.setDefaultTimeout(patience(30_000));
    const reader = new Reader(page);
    await reader.page.setContent(html);
    await reader.drawn();
    return reader;
  }

  /** After the next frame. */
  async drawn(): Promise<void> {
    await this.page.evaluate(
      () => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(() => next(null)))),
    );
  }

  text(selector: string): Promise<string> {
    return this.page.innerText(selector);
  }

  /** The stretch of time that is seen. */
  async range(): Promise<{ readonly from: number; readonly to: number }> {
    const { from, to } = await this.root();
    return { from: Number(from), to: Number(to) };
  }

  /** How many spans are lit, while the others step back. */
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

  /** Selects the match that comes at this place, and lets go of the search. */
  async select(words: string, place = 1): Promise<void> {
    await this.find(words);
    for (let at = 0; at < place; at++) await this.page.press('#search', 'Enter');
    await this.page.press('#search', 'Escape');
    await this.drawn();
  }

  /** The middle of what is selected, in the window. */
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

  /** The number of colours between two heights of the lanes, right of their labels. */
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
