/** `node:v8` without an import of it, for platforms that may lack it: what `imports` of package.json chooses by default. */
import { nodeModule } from './platform';
import type { V8 } from './node-v8';

export const v8 = nodeModule('v8') as V8 | undefined; // Node's own, by its name
