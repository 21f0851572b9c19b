/** A host whose robots.txt always fails with status 500, which forbids all of its pages (RFC 9309, section 2.3.1.4). */
import { forbidden, link, page, textAnswer } from '../page';
import type { HostContent, HostContext } from '../resource';

export const closed = ({ url }: HostContext): HostContent => ({
  resources: [
    { url: url('/robots.txt'), ending: 'failing', answers: [textAnswer(500, 'Sorry.\n')] },
    forbidden(page(url('/'), { title: 'A closed host', links: [link(url('/page'))] })),
    forbidden(page(url('/page'), { title: 'A page of a closed host' })),
  ],
});
