/** A spec may take its time on a busy machine: only one that hangs reaches this. */
import { patience } from './patience';

jest.setTimeout(patience(120_000));
