/** The module `node:v8` where the platform has it, without an import. The `imports` of package.json choose this file by default. */
import { nodeModule } from './platform';
import type { V8 } from './node-v8';

export const v8 = nodeModule('v8') as V8 | undefined; // Cast: the exports of Node's module, because the name says which.
