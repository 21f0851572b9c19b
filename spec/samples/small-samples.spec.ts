/** The small samples print what their comments say. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';

const folder = join(__dirname, '..', '..', 'samples');
const samples = readdirSync(folder).filter((name) => /^\d\d-.*\.ts$/.test(name));

it('has eight small samples', () => {
  expect(samples).toHaveLength(8);
});

it.each(samples)('samples/%s has at most 40 lines, and prints what it says', async (name) => {
  const text = readFileSync(join(folder, name), 'utf8');
  expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(40);
  const printed: string[] = [];
  const log = jest.spyOn(console, 'log').mockImplementation((...values: unknown[]) => {
    printed.push(values.map((value) => (typeof value === 'string' ? value : inspect(value))).join(' '));
  });
  try {
    const { done } = (await import(join(folder, name))) as { readonly done: Promise<void> };
    await done;
  } finally {
    log.mockRestore();
  }
  expect(printed).toEqual(Array.from(text.matchAll(/^\/\/ → (.*)$/gm), ([, line]) => line));
});
