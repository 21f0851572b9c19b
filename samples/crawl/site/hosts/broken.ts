/** A host with faults: stalls and resets of the first request, failures of all requests, and redirects without end. */
import { forbidden, link, page, redirectAnswer, robots, textAnswer } from '../page';
import type { Ending, Fault, HostContent, HostContext, SiteAnswer, SiteResource } from '../resource';

const FAULTS: readonly Fault[] = ['stall', 'stall-in-body', 'reset', 'reset-in-body'];

export function broken({ url }: HostContext): HostContent {
  const ends = (path: string, ending: Ending, ...answers: SiteResource['answers']): SiteResource => ({
    url: url(path),
    ending,
    answers,
  });
  const loop = (path: string, to = path): SiteResource => ({
    ...ends(path, 'redirect-loop', redirectAnswer(to)),
    leadsTo: [url(to)],
  });
  const resources = [
    ...FAULTS.map((fault) =>
      page(url(`/first/${fault}`), { title: `A page after a fault: ${fault}`, first: [faulty(fault)] }),
    ),
    page(url('/first/500'), { title: 'A page after an internal error', first: [textAnswer(500, 'Sorry.\n')] }),
    ends('/always/reset', 'failing', faulty('reset')),
    ends('/always/500', 'failing', textAnswer(500, 'Sorry.\n')),
    ends('/no-location', 'failing', { status: 302 }),
    ends('/mail', 'failing', redirectAnswer('mailto:someone@example.com')),
    loop('/loop/alone'),
    loop('/loop/one', '/loop/two'),
    loop('/loop/two', '/loop/one'),
  ];
  return {
    resources: [
      // Rules that cannot be read forbid everything (RFC 9309, section 2.3.1.4), so they are to be asked for again.
      robots(
        url('/robots.txt'),
        ['User-agent: *', 'Disallow: /forbidden-later'],
        textAnswer(503, 'The rules come later.\n', { 'retry-after': '1' }),
      ),
      page(url('/'), {
        title: 'A broken host',
        links: [...resources.map((resource) => link(resource.url)), link(url('/forbidden-later'))],
      }),
      ...resources,
      forbidden(page(url('/forbidden-later'), { title: 'A page that the late rules forbid' })),
    ],
  };
}

const faulty = (fault: Fault): SiteAnswer => ({
  status: 200,
  headers: { 'content-type': 'text/html' },
  body: '<title>Half of a page</title>'.padEnd(4_096),
  fault,
});
