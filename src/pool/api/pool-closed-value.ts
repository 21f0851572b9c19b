/** The value of `pool.drain()` and `pool.close()`. It can be blocked on, because the threads go on while this one blocks. */
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
