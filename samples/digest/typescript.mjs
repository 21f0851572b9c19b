/**
 * Lets a thread import TypeScript, as tsx lets the main thread. Node's hooks for `import` are those of one thread only;
 * a program that is compiled first needs none of this.
 */
import { register } from 'tsx/esm/api';

register();
