/**
 * A folder site in a process of its own: `serve-folder.ts FOLDER [LATENCY]`, started with an IPC channel. The first message
 * is the origin of the site; each message of the parent is answered with what the server has seen. It ends with its parent.
 */
import { startFolderSite, type FolderSite, type FolderSiteStats } from './folder-site';

export type FolderSiteMessage = Pick<FolderSite, 'origin'> | FolderSiteStats;

async function main([folder, latency = '0']: readonly string[]): Promise<void> {
  if (folder === undefined || process.send === undefined) {
    throw new Error('Expected a folder as the first argument, and an IPC channel to the parent.');
  }
  const send = (message: FolderSiteMessage): void => void process.send?.(message);
  const site = await startFolderSite(folder, { latency: Number(latency) });
  process.on('message', () => send(site.stats));
  process.once('disconnect', () => void site.close());
  send({ origin: site.origin });
}

void main(process.argv.slice(2));
