/** The timeline page in a real Chromium, if one is installed: what it shows, finds and describes on hover. */
import { renderTimeline } from '../../src/trace/timeline/timeline-page';
import { CHROMIUM_ADVICE, findChromium } from './chromium';
import { launched, Reader, type Browser } from './timeline-browser';
import { serviceSpans, span } from './timeline-spans';
import { declareMissingService } from '../support/missing-service';

const program = findChromium();

if (program === null) {
  declareMissingService('a Chromium', 'the timeline page in a real browser', CHROMIUM_ADVICE);
} else {
  let browser: Browser;
  let reader: Reader;
  beforeAll(async () => {
    browser = await launched(program);
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    expect(reader.unexpectedEvents).toEqual([]);
    await reader.page.close();
  });

  const open = async (...[spans, look, title]: [...Parameters<typeof opened>]): Promise<void> => {
    reader = await opened(spans, look, title);
  };
  const opened = (
    spans: Parameters<typeof renderTimeline>[0],
    look?: Parameters<typeof Reader.open>[2],
    title = 'a page',
  ): Promise<Reader> => Reader.open(browser, renderTimeline(spans, { title }), look);

  describe('a timeline of about two hundred spans', () => {
    beforeEach(() => open(serviceSpans(200)));

    it('has a summary', async () => {
      const summary = await reader.text('#summary');
      expect(summary.replaceAll(/\s/g, ' ')).toMatch(
        /^212 spans.*32 flights.*120 keys.*3\.8 keys per flight.*ms in total$/,
      );
      const details = await reader.text('#details');
      expect(details).toMatch(/nameOf\s+8\s+40\s+5/);
      expect(details).toContain('full: the batch reached its maximum size');
    });

    it('shows on hover the flush reason of a flight, its keys and its tasks', async () => {
      await reader.select('nameOf', 2);
      await reader.hover(await reader.selected());
      const tip = await reader.text('#tip');
      expect(tip).toContain('quiescent: no task could go on');
      expect(tip).toMatch(/5\skeys\s+user 0, user 1/);
      expect(tip).toMatch(/Serves\s+5\stasks/);
      await reader.hover({ x: 60, y: 600 });
      expect(await reader.page.isVisible('#tip')).toBe(false);
    });

    it('shows on hover the split reason of a batch', async () => {
      await reader.select('pictureOf', 3);
      await reader.hover(await reader.selected());
      expect(await reader.text('#tip')).toMatch(/batch.*held 3 keys already, as many as one flush may/s);
    });

    it('shows on hover what a task waits for at the pointer', async () => {
      await reader.select('authorName');
      await reader.hover(await reader.selected());
      expect(await reader.text('#tip')).toMatch(/Waits for\s+nameOf/);
    });

    it('zooms around the pointer with Ctrl and the wheel', async () => {
      const before = await reader.range();
      const share = 0.25;
      const canvas = await reader.page.locator('#lanes').boundingBox();
      const [left, right] = [172, (canvas?.width ?? 0) - 14];
      await reader.hover({ x: (canvas?.x ?? 0) + left + (right - left) * share, y: 400 });
      await reader.wheel(-240, 'Control');
      const after = await reader.range();
      const at = ({ from, to }: typeof after): number => from + (to - from) * share;
      expect(after.to - after.from).toBeLessThan((before.to - before.from) * 0.8);
      expect(at(after)).toBeCloseTo(at(before), 0);
    });

    it('zooms with the wheel alone over the overview', async () => {
      const before = await reader.range();
      await reader.hover({ x: 500, y: 85 });
      await reader.wheel(-240);
      const after = await reader.range();
      expect(after.to - after.from).toBeLessThan((before.to - before.from) * 0.8);
    });

    it('moves with Shift and the wheel and by dragging, within the bounds of the trace', async () => {
      const whole = await reader.range();
      for (let times = 0; times < 3; times++) await reader.press('+');
      const middle = await reader.range();
      await reader.hover({ x: 600, y: 400 });
      await reader.wheel(100, 'Shift');
      const later = await reader.range();
      expect(later.from).toBeGreaterThan(middle.from);
      expect(later.to - later.from).toBeCloseTo(middle.to - middle.from);
      await reader.page.mouse.down();
      await reader.page.mouse.move(700, 400, { steps: 3 });
      await reader.page.mouse.up();
      expect((await reader.range()).from).toBeLessThan(later.from);
      await reader.wheel(-100_000, 'Shift');
      expect((await reader.range()).from).toBeCloseTo(whole.from);
    });

    it('zooms to the range that is dragged over with Shift', async () => {
      await reader.page.keyboard.down('Shift');
      await reader.page.mouse.move(400, 400);
      await reader.page.mouse.down();
      await reader.page.mouse.move(500, 420, { steps: 3 });
      await reader.page.mouse.up();
      await reader.page.keyboard.up('Shift');
      await reader.drawn();
      const { from, to } = await reader.range();
      expect(to - from).toBeLessThan(15);
    });

    it('zooms with its buttons, and shows all spans with f', async () => {
      const whole = await reader.range();
      await reader.page.click('#in');
      await reader.page.click('#in');
      await reader.page.click('#out');
      const { from, to } = await reader.range();
      expect(to - from).toBeCloseTo((whole.to - whole.from) / 1.5);
      await reader.press('f');
      expect(await reader.range()).toEqual(whole);
    });

    it('highlights and counts matches in names, keys and errors', async () => {
      await reader.find('NAMEOF');
      expect(await reader.text('#count')).toBe('16');
      expect(await reader.lit()).toBe(16);
      await reader.find('user 101');
      expect(await reader.lit()).toBe(2);
      await reader.find('no such thing');
      expect(await reader.text('#count')).toBe('none');
      expect(await reader.lit()).toBe(0);
      await reader.page.press('#search', 'Escape');
      expect(await reader.lit()).toBeUndefined();
    });

    it('goes from one match to the next with Enter, and back with Shift', async () => {
      const whole = await reader.range();
      await reader.press('/');
      await reader.page.keyboard.type('nameOf');
      await reader.press('Enter');
      expect(await reader.text('#count')).toMatch(/^1 of/);
      expect(await reader.text('#details')).toMatch(/batch.*nameOf/s);
      await reader.press('Enter');
      expect(await reader.text('#details')).toMatch(/flight.*nameOf/s);
      const there = await reader.range();
      expect(there.to - there.from).toBeLessThan((whole.to - whole.from) / 4);
      await reader.press('Shift+Enter');
      await reader.press('Shift+Enter');
      expect(await reader.text('#count')).toMatch(/^16 of/);
    });

    it('shows and highlights the tasks that a flight served', async () => {
      await reader.select('nameOf', 2);
      const details = await reader.text('#details');
      expect(details).toMatch(/Served tasks \(5\)/);
      expect(details.match(/authorName/g)).toHaveLength(5);
      expect(details).toMatch(/Batch\s+nameOf, 5\skeys/);
      // The flight, its batch and the five tasks.
      expect(await reader.lit()).toBe(7);
      await reader.press('Escape');
      expect(await reader.lit()).toBeUndefined();
      expect(await reader.text('#details')).toContain('The whole trace');
    });

    it('shows the parents and children of a task, and the flights that served it', async () => {
      await reader.select('authorName');
      const details = await reader.text('#details');
      expect(details).toMatch(/Served by flights\s+nameOf/);
      expect(details).toMatch(/Parents\s+page/);
      await reader.page.click('#details >> text=page');
      expect(await reader.text('#details')).toMatch(/Children \(2\).*at pages|at pages.*Children \(2\)/s);
    });

    it('selects a span with a click, and zooms to it with a double click', async () => {
      await reader.select('chapter');
      const middle = await reader.selected();
      await reader.press('Escape');
      await reader.page.mouse.click(middle.x, middle.y);
      await reader.drawn();
      expect(await reader.text('#details')).toMatch(/work.*chapter/s);
      await reader.press('f');
      const { x, y } = await reader.selected();
      await reader.page.mouse.dblclick(x, y);
      await reader.drawn();
      const { from, to } = await reader.range();
      expect(to - from).toBeLessThan(25);
    });

    it('isolates the highlighted spans and their relations', async () => {
      await reader.select('nameOf', 2);
      await reader.press('f');
      const all = await reader.drawnSpans();
      await reader.press('i');
      const isolated = await reader.drawnSpans();
      expect(isolated).toBeLessThan(all / 2);
      expect(await reader.page.getAttribute('#isolate', 'aria-pressed')).toBe('true');
      expect(await reader.page.isVisible('button:has-text("Scopes")')).toBe(false);
      await reader.press('i');
      expect(await reader.drawnSpans()).toBeGreaterThan(isolated * 2);
    });

    it('closes and opens a group', async () => {
      const head = reader.page.locator('.group button', { hasText: 'Flights' });
      const all = await reader.drawnSpans();
      await head.click();
      await reader.drawn();
      expect(await head.getAttribute('aria-expanded')).toBe('false');
      await reader.select('nameOf', 2);
      expect(await head.getAttribute('aria-expanded')).toBe('true');
      await reader.press('f');
      expect(await reader.drawnSpans()).toBeGreaterThanOrEqual(all);
    });

    it('goes from span to span with the arrow keys, and announces each', async () => {
      await reader.page.focus('#lanes');
      await reader.press('Enter');
      expect(await reader.text('#said')).toMatch(/^scope, nightly report/);
      await reader.press('ArrowDown');
      expect(await reader.text('#said')).toMatch(/^work, chapter/);
      const first = await reader.selected();
      await reader.press('ArrowRight');
      expect((await reader.selected()).x).toBeGreaterThan(first.x);
      await reader.press('ArrowLeft');
      expect(await reader.selected()).toEqual(first);
      await reader.press('ArrowUp');
      expect(await reader.text('#said')).toMatch(/^scope/);
    });

    it('has accessible names', async () => {
      expect(await reader.page.getAttribute('#lanes', 'aria-label')).toMatch(/^Timeline of 212\sspans/);
      for (const name of ['Zoom in', 'Zoom out', 'Fit', 'Isolate', 'Light or dark', 'Keys'])
        expect(await reader.page.getByRole('button', { name, exact: true }).count()).toBe(1);
    });

    it('lists its keyboard shortcuts', async () => {
      await reader.press('?');
      expect(await reader.text('dialog')).toContain('Shift + drag');
      await reader.press('Escape');
      expect(await reader.page.isVisible('dialog')).toBe(false);
    });
  });

  describe('the colours of a timeline', () => {
    const ground = (): Promise<string> =>
      reader.page.evaluate(() => getComputedStyle(document.querySelector('.picture') ?? document.body).backgroundColor);
    const bar = (): Promise<string> =>
      reader.page.evaluate(() => {
        const canvas = document.querySelector<HTMLCanvasElement>('#lanes');
        return canvas?.toDataURL() ?? '';
      });

    it('are light or dark as the system', async () => {
      await open(serviceSpans(10), { colorScheme: 'dark' });
      const dark = [await ground(), await bar()];
      await reader.page.close();
      await open(serviceSpans(10), { colorScheme: 'light' });
      expect(await ground()).not.toBe(dark[0]);
      expect(await bar()).not.toBe(dark[1]);
    });

    it('change with the switch, whatever the system is', async () => {
      await open(serviceSpans(10), { colorScheme: 'dark' });
      const dark = [await ground(), await bar()];
      await reader.page.click('#theme');
      await reader.drawn();
      expect(await ground()).toBe('rgb(255, 255, 255)');
      expect(await bar()).not.toBe(dark[1]);
      await reader.page.click('#theme');
      await reader.drawn();
      expect([await ground(), await bar()]).toEqual(dark);
    });

    it('follow the system as it changes', async () => {
      await open(serviceSpans(10), { colorScheme: 'dark' });
      const dark = await bar();
      await reader.page.emulateMedia({ colorScheme: 'light' });
      await reader.drawn();
      expect(await bar()).not.toBe(dark);
    });
  });

  describe('a timeline of ten thousand spans', () => {
    beforeEach(() => open(serviceSpans(10_000)));

    it('draws something in every group, and only visible spans', async () => {
      const seen: string[] = [];
      for (const group of await reader.page.locator('.group').all()) {
        await group.evaluate((element) =>
          document.querySelector('#scroll')?.scrollTo(0, (element as HTMLElement).offsetTop),
        );
        await reader.drawn();
        const { top } = await group.evaluate((element) => ({
          top: (element as HTMLElement).offsetTop - (document.querySelector('#scroll')?.scrollTop ?? 0),
        }));
        expect(await reader.colours(top + 34, 60)).toBeGreaterThan(3);
        expect(await reader.drawnSpans()).toBeLessThan(9_000);
        seen.push(await group.innerText());
      }
      expect(seen.map((text) => text.split(/\s/)[0])).toEqual(['Scopes', 'Batches', 'Flights', 'Tasks', 'Threads']);
    });

    it('finds a span, and shows its name after zooming to it', async () => {
      await reader.select('user 4059');
      await reader.hover(await reader.selected());
      expect(await reader.text('#tip')).toContain('nameOf');
      await reader.press('f');
      for (let times = 0; times < 12; times++) await reader.press('+');
      expect(await reader.drawnSpans()).toBeLessThan(500);
    });
  });

  describe('hostile text in a trace', () => {
    const hostile = '</script><img src=x onerror="alert(1)"><b>bold</b>';

    it('is shown as text everywhere', async () => {
      const split = { because: 'full', from: 9, detail: hostile } as const;
      const said = { name: hostile, error: hostile, keys: [hostile], calledAt: hostile, pool: hostile, thread: 1 };
      const spans = [
        span('task', 1, { ...said, outcome: 'failed', waits: [{ start: 0, end: 1, for: hostile }] }),
        span('batch', -2, { ...said, split }),
        span('flight', 2, { ...said, serves: [1], start: 1, end: 2, reason: 'forced' }),
        span('call', 3, { ...said, start: 1, end: 2 }),
        span('thread', -0.5, { ...said, start: 0, end: 2 }),
      ];
      await open(spans, {}, hostile);
      expect(await reader.text('h1')).toBe(hostile);
      for (let place = 1; place <= spans.length; place++) {
        await reader.select('onerror', place);
        await reader.hover(await reader.selected());
        expect(await reader.text('#tip strong')).toBe(hostile);
        expect(await reader.text('#details h2')).toBe(hostile);
      }
      expect(await reader.page.locator('img, main b').count()).toBe(0);
    });
  });

  describe('a timeline of a small or unusual trace', () => {
    it('says that the trace is empty', async () => {
      await open([]);
      expect(await reader.text('main')).toContain('This trace has no spans');
      expect(await reader.page.isVisible('#search')).toBe(false);
    });

    it('shows each span without duration', async () => {
      await open([1, 2, 3].map((id) => span('task', id, { name: 'tick', start: 5, end: 5 })));
      expect(await reader.drawnSpans()).toBe(3);
      await reader.select('tick', 2);
      await reader.hover(await reader.selected());
      expect(await reader.text('#tip')).toMatch(/tick/);
    });

    it('shows spans that have not ended', async () => {
      await open([
        span('task', 1, { name: 'hanging', end: 9, outcome: undefined, waits: [{ start: 2, end: 9, for: 'rows' }] }),
      ]);
      await reader.select('hanging');
      expect(await reader.text('#details')).toMatch(/still open.*so far/s);
      await reader.hover(await reader.selected());
      expect(await reader.text('#tip')).toMatch(/Waits for\s+rows/);
    });

    it('animates a move for a few frames, unless reduced motion is preferred', async () => {
      await open(serviceSpans(200), { reducedMotion: 'no-preference' });
      await reader.find('user 101');
      await reader.page.press('#search', 'Enter');
      const wanted = await opened(serviceSpans(200));
      await wanted.find('user 101');
      await wanted.page.press('#search', 'Enter');
      const { from, to } = await wanted.range();
      await wanted.page.close();
      await reader.page.waitForFunction(
        ([left, right]) => {
          const { dataset } = document.documentElement;
          return Number(dataset['from']) === left && Number(dataset['to']) === right;
        },
        [from, to],
      );
    });
  });
}
