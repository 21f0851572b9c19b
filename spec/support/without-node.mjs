/** A bundler plugin that replaces the files for Node by the default ones of `imports` in package.json. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);
const { imports } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));

const replacements = Object.values(imports).map(({ node, default: otherwise }) => ({
  file: basename(node.import, '.mjs'),
  by: fileURLToPath(new URL(otherwise.import.replace('/dist/', '/src/').replace('.mjs', '.ts'), root)),
}));

export const withoutNode = {
  name: 'without-node',
  resolveId: {
    order: 'pre',
    handler: (/** @type {string} */ specifier) => replacements.find(({ file }) => specifier.endsWith(`/${file}`))?.by,
  },
};
