/** The time limit of a spec, which only a hanging spec exceeds. */
import { patience } from './patience';

jest.setTimeout(patience(120_000));
