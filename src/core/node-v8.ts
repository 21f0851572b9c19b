/**
 * The module `node:v8`, on Node. The build imports this file as `#v8`: the `imports` of package.json choose this file under
 * the condition `node`, and `optional-v8` on other platforms.
 */
import * as nodeV8 from 'node:v8';

export interface HeapStatistics {
  readonly used_heap_size: number;
  readonly heap_size_limit: number;
}

export interface V8 {
  getHeapStatistics(): HeapStatistics;
}

export const v8: V8 | undefined = nodeV8;
