/** The table of faults in `README.md` and the specs of this folder agree. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const THIS_SPEC = 'faults-table.spec.ts';

const rows = readFileSync(join(__dirname, 'README.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .slice(2) // the head of the table
  .map((line) => ({
    fault: line.split('|')[2]?.trim() ?? '',
    specs: Array.from(line.matchAll(/\]\(([^)]+)\)/g), ([, spec]) => spec),
  }));

const specs = readdirSync(__dirname).filter((file) => file.endsWith('.spec.ts') && file !== THIS_SPEC);

describe('the table of faults', () => {
  it('names each fault once', () => {
    const faults = rows.map(({ fault }) => fault);
    expect(faults).toEqual([...new Set(faults)]);
    expect(faults).not.toContain('');
  });

  it('names a spec in each row', () => {
    expect(rows.filter((row) => row.specs.length === 0)).toEqual([]);
  });

  it('names each spec of this folder once, and no other file', () => {
    expect(rows.flatMap((row) => row.specs).sort()).toEqual(specs.sort());
  });
});
