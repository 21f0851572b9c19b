/**
 * The palette has a light and a dark theme, with a colour for each kind of span. The colours are distinct for colour-blind
 * readers, and never the only sign of a state. Text on them has the contrast of WCAG level AA.
 */
import type { SpanKind } from '../spans/span';

/** The colour scheme of a span: its kind, unless it failed or was cancelled. */
export type Tone = SpanKind | 'failed' | 'cancelled';

export interface Paint {
  /** Of the edge of a bar, and of the legend. */
  readonly edge: string;
  /** Of a bar where the span runs. */
  readonly run: string;
  /** Of a bar where the span waits. */
  readonly wait: string;
  /** Of text on both. */
  readonly text: string;
}

export interface Theme {
  readonly page: string;
  readonly surface: string;
  readonly raised: string;
  readonly line: string;
  readonly text: string;
  readonly muted: string;
  /** Of links, the focus and the selection. */
  readonly accent: string;
  readonly tones: Readonly<Record<Tone, Paint>>;
}

const paint = (edge: string, run: string, wait: string, text: string): Paint => ({ edge, run, wait, text });

export const light: Theme = {
  page: '#f4f5f7',
  surface: '#ffffff',
  raised: '#ffffff',
  line: '#e3e6ea',
  text: '#171c26',
  muted: '#596273',
  accent: '#1f5fd0',
  tones: {
    task: paint('#3573d9', '#a3c4f8', '#e6effd', '#10284f'),
    batch: paint('#b98500', '#f3d48a', '#fcf4de', '#402f00'),
    flight: paint('#0c8a7a', '#8bd8cb', '#def4f0', '#05362f'),
    scope: paint('#6d7685', '#d2d8e1', '#eef0f4', '#242b37'),
    work: paint('#7b59c9', '#cfc1f3', '#f0ebfc', '#2c1b59'),
    call: paint('#b4548c', '#eebbd8', '#fbebf4', '#491436'),
    limited: paint('#5c8a1e', '#c3dd94', '#eff7e0', '#22370a'),
    thread: paint('#98a1b0', '#e7eaef', '#f3f5f8', '#3a4251'),
    failed: paint('#c62a2a', '#f6aea8', '#fde8e6', '#560c0c'),
    cancelled: paint('#858c98', '#e6e8ec', '#f2f3f6', '#464d5a'),
  },
};

export const dark: Theme = {
  page: '#0d1015',
  surface: '#14181f',
  raised: '#1c222c',
  line: '#272e3a',
  text: '#e9ecf2',
  muted: '#9ca6b7',
  accent: '#7fb0ff',
  tones: {
    task: paint('#6ea4f7', '#2c5699', '#1b2a43', '#e8f1ff'),
    batch: paint('#e0ae3a', '#6d5415', '#2e2712', '#fff3d3'),
    flight: paint('#3cc4b0', '#17695d', '#132f2d', '#dcfaf4'),
    scope: paint('#939dad', '#434c5b', '#252b35', '#eceff4'),
    work: paint('#a98df0', '#56429a', '#282242', '#f1ecff'),
    call: paint('#e184bb', '#813a64', '#371f2f', '#ffeaf5'),
    limited: paint('#9ac75a', '#476523', '#222d16', '#f0fadf'),
    thread: paint('#6d7788', '#2b323e', '#20252e', '#ced5e0'),
    failed: paint('#ff7b72', '#8f2b2b', '#3d1a1c', '#ffe9e7'),
    cancelled: paint('#7e8797', '#363c47', '#262b34', '#d5dae3'),
  },
};

/** CSS custom properties of a theme, which the style and the script of the page read. */
export function customProperties({ tones, ...colours }: Theme): string {
  const themeColours = Object.entries(colours).map(([name, colour]) => [name, colour] as const);
  const toneColours = Object.entries(tones).flatMap(([tone, paint]) =>
    Object.entries(paint).map(([part, colour]) => [`${tone}-${part}`, colour as string] as const),
  );
  return [...themeColours, ...toneColours].map(([name, colour]) => `--${name}: ${colour};`).join(' ');
}
