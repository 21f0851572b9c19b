/** A sale is what the pipeline works on: an event with ids comes in, a row with names and a total is stored. */
export interface SaleEvent {
  readonly id: number;
  readonly userId: number;
  readonly productId: number;
  readonly quantity: number;
}

export interface User {
  readonly id: number;
  readonly name: string;
}

export interface Product {
  readonly id: number;
  readonly name: string;
  /** In cents. */
  readonly price: number;
}

export interface SaleRow {
  readonly id: number;
  readonly user: string;
  readonly product: string;
  /** In cents. */
  readonly total: number;
}

/** What has become of an event. A rejected event can never be stored; it does not stop the others. */
export type Outcome =
  | { readonly id: number; readonly status: 'stored' }
  | { readonly id: number; readonly status: 'rejected'; readonly reason: string };
