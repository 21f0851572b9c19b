/** A thread of workerpool, which registers the functions of the tasks. */
import workerpool from 'workerpool';
import * as work from '../work.mjs';

workerpool.worker({ ...work });
