/** The functions as workerpool wants them: registered by the thread itself. */
import workerpool from 'workerpool';
import * as work from '../work.mjs';

workerpool.worker({ ...work });
