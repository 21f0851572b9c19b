/** Text has enough contrast in both themes. */
import { customProperties, dark, light, type Theme } from '../../src/trace/timeline/palette';

const luminance = (colour: string): number =>
  [1, 3, 5]
    .map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, at) => sum + part * ([0.2126, 0.7152, 0.0722][at] ?? 0), 0);

function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

const texts = ({ text, muted, accent, page, surface, raised, tones }: Theme): (readonly [string, string, string])[] => [
  ...[page, surface, raised].flatMap((ground) => [
    [`text on ${ground}`, text, ground] as const,
    [`muted on ${ground}`, muted, ground] as const,
    [`accent on ${ground}`, accent, ground] as const,
    [`a failure on ${ground}`, tones.failed.edge, ground] as const,
  ]),
  ...Object.entries(tones).flatMap(([tone, paint]) => [
    [`the name on a ${tone} that runs`, paint.text, paint.run] as const,
    [`the name on a ${tone} that waits`, paint.text, paint.wait] as const,
  ]),
];

describe.each([
  ['light', light],
  ['dark', dark],
])('the %s theme', (_, theme) => {
  it.each(texts(theme))("has WCAG's AA for %s", (__, ink, ground) => {
    expect(contrast(ink, ground)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(Object.entries(theme.tones).filter(([tone]) => tone !== 'cancelled' && tone !== 'thread'))(
    'contrasts the edge of a %s with the surface and with the bar',
    (__, { edge, run }) => {
      expect(contrast(edge, theme.surface)).toBeGreaterThanOrEqual(3);
      expect(contrast(edge, run)).toBeGreaterThanOrEqual(1.8);
    },
  );

  it('gives each kind a different edge', () => {
    const edges = Object.values(theme.tones).map(({ edge }) => edge);
    expect(new Set(edges).size).toBe(edges.length);
  });
});

it('the custom properties of the style have the colours of the theme', () => {
  expect(customProperties(light)).toContain('--flight-run: #8bd8cb;');
  expect(customProperties(dark)).toContain('--surface: #14181f;');
});
