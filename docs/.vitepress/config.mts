/** The site: the pages of this folder, in the order of the sidebar, and the reference that typedoc writes to `api`. */
import { defineConfig } from 'vitepress';

const REPOSITORY = 'https://github.com/sluice-js/sluice';

const page = (text: string, name: string) => ({ text, link: `/${name}` });

const guide = [
  {
    text: 'Start',
    items: [
      page('Getting started', 'getting-started'),
      page('Learn sluice in 15 minutes', 'tutorial'),
      page('When not to use it', 'when-not-to-use'),
    ],
  },
  {
    text: 'Core',
    items: [
      page('Futures and tasks', 'futures-and-tasks'),
      page('Batching', 'batching'),
      page('Streams', 'streams'),
      page('Pipelines', 'pipelines'),
      page('Limits', 'limits'),
      page('Scopes', 'scopes'),
      page('Schedulers and contexts', 'contexts'),
      page('run and loop', 'run-and-loop'),
      page('Tools', 'tools'),
    ],
  },
  {
    text: 'Threads and machines',
    items: [page('Worker pool', 'worker-pool'), page('Fleet', 'fleet')],
  },
  {
    text: 'Uses',
    items: [page('GraphQL', 'graphql'), page('Databases', 'databases'), page('The crawler', 'crawler')],
  },
  {
    text: 'See and test',
    items: [
      page('Testing', 'testing'),
      page('Observability', 'observability'),
      page('Errors', 'errors'),
      page('Performance', 'performance'),
    ],
  },
  {
    text: 'Come from',
    items: [
      page('DataLoader', 'from-dataloader'),
      page('p-queue, p-limit, Bottleneck', 'from-p-queue'),
      page('piscina, workerpool', 'from-piscina'),
      page('Crawlee', 'from-crawlee'),
      page('Python', 'from-python'),
    ],
  },
  { text: 'Inside', items: [page('Architecture', 'architecture')] },
];

const entryPoints = ['index', 'dataloader', 'fleet', 'graphql', 'pool', 'testing', 'tools', 'trace'];
const reference = [
  {
    text: 'API',
    items: entryPoints.map((name) => page(name === 'index' ? 'sluice' : `sluice/${name}`, `api/${name}/`)),
  },
];

interface LinkToken {
  readonly type: string;
  readonly children: readonly LinkToken[] | null;
  attrGet(name: string): string | null;
  attrSet(name: string, value: string): void;
}

/** A link out of this folder leads to the repository, because the site has only the pages of this folder. */
function linkToRepository(tokens: readonly LinkToken[]): void {
  for (const token of tokens) {
    const link = token.type === 'link_open' ? token.attrGet('href') : null;
    if (link?.startsWith('../')) token.attrSet('href', `${REPOSITORY}/blob/main/${link.slice(3)}`);
    linkToRepository(token.children ?? []);
  }
}

export default defineConfig({
  title: 'sluice',
  description: 'Write code for one key at a time; sluice makes few round trips. Futures, tasks and batches on RxJS.',
  base: '/sluice/',
  cleanUrls: true,
  srcExclude: ['node_modules/**'],
  vite: { build: { chunkSizeWarningLimit: 1_000 } },
  markdown: {
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    config: (markdown) => {
      markdown.core.ruler.push('links-to-repository', ({ tokens }) => {
        linkToRepository(tokens);
      });
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Guide', link: '/getting-started' },
      { text: 'API', link: '/api/index/' },
    ],
    sidebar: { '/api/': reference, '/': guide },
    socialLinks: [{ icon: 'github', link: REPOSITORY }],
  },
});
