/** The function as synckit wants it: handed over by the thread itself. */
import { runAsWorker } from 'synckit';
import { tiny } from './work.mjs';

runAsWorker(tiny);
