/** The page as text: a complete document that makes no request, with a valid script. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parse } from 'acorn';
import * as ts from 'typescript';
import type { Span } from 'sluice/trace';
import { clientScript } from '../../src/trace/timeline/client-script';
import { pageDataOf } from '../../src/trace/timeline/page-data';
import { renderTimeline } from '../../src/trace/timeline/timeline-page';
import { serviceSpans, span } from '../services/timeline-spans';

const HOSTILE = '</script><!--<img src=x onerror="alert(1)">\u2028]]>\u2029 & \'"';

/** The data that the script of the page reads. */
function embedded(html: string): unknown {
  const [, json = ''] = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html) ?? [];
  return JSON.parse(json);
}

describe('the page', () => {
  it('is a complete document, and the same for the same spans', () => {
    const html = renderTimeline(serviceSpans(30), { title: 'GET /' });
    expect(html).toMatch(/^<!doctype html>\n<html lang="en">.*<title>GET \/<\/title>.*<\/html>\n$/s);
    expect(renderTimeline(serviceSpans(30), { title: 'GET /' })).toBe(html);
  });

  it('makes no request: it has no address, and its policy forbids all', () => {
    const html = renderTimeline(serviceSpans(30));
    expect(html).not.toMatch(/https?:|\/\/\w+\.|@import|url\(/);
    expect(html).not.toMatch(/<(?:link|script|img)[^>]*(?:href|src)=(?!"data:,")/);
    expect(html).toContain(`content="default-src 'none';`);
  });

  it('shows hostile names, keys and errors as text', () => {
    const split = { because: 'full', from: 3, detail: HOSTILE } as const;
    const waits = [{ start: 0, end: 1, for: HOSTILE }];
    const said = { name: HOSTILE, error: HOSTILE, calledAt: HOSTILE, keys: [HOSTILE], pool: HOSTILE, split, waits };
    const html = renderTimeline([span('flight', 1, said)], { title: HOSTILE });
    expect(html.match(/<\/script>/g)).toHaveLength(2);
    expect(['<!--', '<img'].filter((markup) => html.includes(markup))).toEqual([]);
    expect(/[\u2028\u2029]/.test(html.slice(html.indexOf('id="data"')))).toBe(false);
    expect(embedded(html)).toMatchObject({ strings: expect.arrayContaining([HOSTILE]) as unknown });
  });

  it('has each text once, and less than 100 bytes for each span of a large trace', () => {
    const spans = serviceSpans(10_000);
    const html = renderTimeline(spans);
    expect(html.split('MissingResultError: nameOf')).toHaveLength(2);
    expect(html.length).toBeLessThan(100 * spans.length + 80_000);
  });

  it('supports a hundred thousand spans', () => {
    expect(renderTimeline(serviceSpans(100_000)).length).toBeLessThan(12_000_000);
  });

  it('says that a trace has no spans', () => {
    expect(renderTimeline([])).toContain('This trace has no spans');
  });

  it.each([
    [
      'spans that are not an array',
      undefined,
      {},
      'renderTimeline: expected its spans to be an array of spans; got undefined',
    ],
    ['a config that is null', [], null, 'renderTimeline: expected its config to be an object of options; got null'],
    ['a title that is a number', [], { title: 7 }, 'renderTimeline: expected `title` to be a string; got 7 (number)'],
  ])('refuses %s', (_, spans, config, message) => {
    expect(() => renderTimeline(spans as unknown as Span[], config as object)).toThrow(TypeError);
    expect(() => renderTimeline(spans as unknown as Span[], config as object)).toThrow(message);
  });
});

describe('the data of the page', () => {
  it('has times relative to the first span, to a tenth of a µs, in order', () => {
    const { origin, total, columns, strings } = pageDataOf([
      span('task', 2, { name: 'late', start: 1_700_000_000_001.25, end: 1_700_000_000_003.5 }),
      span('task', 1, { name: 'early', start: 1_700_000_000_000.5, end: 1_700_000_000_001 }),
    ]);
    expect(origin).toBe(1_700_000_000_000.5);
    expect(total).toBe(3);
    expect(columns.name.map((name) => strings[name])).toEqual(['early', 'late']);
    expect(columns.start).toEqual([0, 0.75]);
    expect(columns.length).toEqual([0.5, 2.25]);
  });

  it('has the length 0 for a span that ends before its start', () => {
    expect(pageDataOf([span('task', 1, { start: 5, end: 3 })])).toMatchObject({ total: 0, columns: { length: [0] } });
  });

  it('has a call in the queue until it was sent, or to its end if it never was', () => {
    const call = { end: 5, pool: 'p', waits: [{ start: 0, end: 3, for: 'a thread' }] };
    const { sent } = pageDataOf([span('call', 1, { ...call, thread: 1 }), span('call', 2, call), span('task', 3, {})]);
    expect(sent).toEqual({ 0: 3, 1: 5 });
  });

  it('does not change the given spans', () => {
    const spans = Object.freeze([...serviceSpans(30)].reverse());
    expect(() => pageDataOf(spans)).not.toThrow();
  });
});

describe('the script of the page', () => {
  it('is valid ECMAScript 2022', () => {
    expect(() => parse(clientScript, { ecmaVersion: 2022, sourceType: 'script' })).not.toThrow();
    expect(clientScript).not.toMatch(/<\/script|<!--/i);
  });

  it('is the bundle of the modules in src/trace/timeline/client as they are now', () => {
    const generate = join(__dirname, '../../scripts/generate.mjs');
    const { status, stderr } = spawnSync(process.execPath, [generate, '--check'], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('has no comments', () => {
    const comments: string[] = [];
    const onComment = (_: boolean, text: string): number => comments.push(text);
    parse(clientScript, { ecmaVersion: 2022, sourceType: 'script', onComment });
    expect(comments).toEqual([]);
  });

  it('has no undefined name and no unused one', () => {
    const faulty = '(() => { const spare = 1; nowhere(); })();';
    const problems = problemsOf({ 'page.js': clientScript, 'faulty.js': faulty });
    expect(problems).toEqual({
      'page.js': [],
      'faulty.js': ["'spare' is declared but its value is never read.", "Cannot find name 'nowhere'."],
    });
  });
});

/** The diagnostics of the compiler about names in scripts for a browser, by file. */
function problemsOf(scripts: Readonly<Record<string, string>>): Record<string, readonly string[]> {
  const options: ts.CompilerOptions = {
    allowJs: true,
    checkJs: true,
    noEmit: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.esnext.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const onDisk = host.getSourceFile.bind(host);
  host.getSourceFile = (name, version) => {
    const script = scripts[name];
    return script === undefined ? onDisk(name, version) : ts.createSourceFile(name, script, version);
  };
  const aboutNames = [2304, 2448, 2451, 2552, 6133, 6192, 6198, 18004];
  const program = ts.createProgram(Object.keys(scripts), options, host);
  const said = (name: string): readonly string[] => {
    const file = program.getSourceFile(name);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]
      .filter(({ code }) => aboutNames.includes(code))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
  };
  return Object.fromEntries(Object.keys(scripts).map((name) => [name, said(name)]));
}
