/** Start and end of a server on a port of the loopback address. */
import type { Server } from 'node:http';

/** Resolves with the port. @param wanted - `0` takes a free port. */
export function listenOnLoopback(server: Server, wanted = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(wanted, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('Expected a server that listens on a port.');
      resolve(address.port);
    });
  });
}

/** Ends all connections, also those of requests under way. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}
