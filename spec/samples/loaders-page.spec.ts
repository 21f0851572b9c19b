/** The page on databases shows and lists the recipes as they are. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');
const page = readFileSync(join(root, 'docs', 'databases.md'), 'utf8');
const blocks = Array.from(
  page.matchAll(/^```ts\n\/\/ (samples\/loaders\/\S+\.ts)\n(.*?)^```/gms),
  ([, path = '', code = '']) => ({ path, code }),
);

describe('docs/databases.md', () => {
  it('links every recipe', () => {
    const recipes = readdirSync(join(root, 'samples', 'loaders'));
    expect(
      recipes.filter(
        (name) => !page.includes(`(../samples/loaders/${name})`) && !page.includes(`: ../samples/loaders/${name}`),
      ),
    ).toEqual([]);
  });

  it('shows recipes', () => {
    expect(blocks.length).toBeGreaterThan(3);
  });

  it.each(blocks.map(({ path, code }) => [path, code] as const))('shows the loader of %s as it is', (path, code) => {
    const loader = code.slice(code.lastIndexOf('\nexport const '));
    expect(readFileSync(join(root, path), 'utf8')).toContain(loader);
  });
});
