/** That a pool has come to an end of its work, as a value: it can be blocked on, since the work goes on without this thread. */
import { AsyncValue } from '../../future/async-value';

export class PoolClosedValue extends AsyncValue<void> {
  constructor(private readonly pool: { describe(): string; advance(): boolean }) {
    super();
  }

  /** @internal */
  override describe(): string {
    return this.pool.describe();
  }

  /** @internal */
  override advance(): boolean {
    return this.pool.advance();
  }
}
