/** The thread of synckit, which registers its function. */
import { runAsWorker } from 'synckit';
import { tiny } from './work.mjs';

runAsWorker(tiny);
