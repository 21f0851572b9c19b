/** The services of the pipeline on a Postgres inside this process. Each call is one query, and is counted. */
import { PGlite } from '@electric-sql/pglite';
import { PRODUCTS, USERS } from './feed';
import type { Services } from './pipeline';
import type { Product, SaleRow, User } from './sale';

export interface QueryCounts {
  users: number;
  products: number;
  writes: number;
}

export interface Database {
  readonly services: Services;
  readonly counts: Readonly<QueryCounts>;
  /** Number of rows stored. */
  rows(): Promise<number>;
  close(): Promise<void>;
}

/** Opens a database with the tables of the pipeline, filled with users and products. */
export async function openDatabase(): Promise<Database> {
  const database = await PGlite.create();
  await database.exec(`
    create table person (id int primary key, name text not null);
    create table product (id int primary key, name text not null, price int not null);
    create table sale (id int primary key, "user" text, product text, total int);
    insert into person select n, 'user ' || n from generate_series(1, ${USERS}) n;
    insert into product select n, 'product ' || n, 100 + n from generate_series(1, ${PRODUCTS}) n;
  `);
  const counts: QueryCounts = { users: 0, products: 0, writes: 0 };
  return {
    counts,
    services: {
      usersWith: async (ids) => {
        counts.users += 1;
        return (await database.query<User>('select id, name from person where id = any($1)', [ids])).rows;
      },
      productsWith: async (ids) => {
        counts.products += 1;
        return (await database.query<Product>('select id, name, price from product where id = any($1)', [ids])).rows;
      },
      store: async (rows: readonly SaleRow[]) => {
        counts.writes += 1;
        await database.query(
          'insert into sale select * from json_populate_recordset(null::sale, $1) on conflict do nothing',
          [JSON.stringify(rows)],
        );
      },
    },
    rows: async () => {
      const { rows } = await database.query<{ readonly count: number }>('select count(*)::int as count from sale');
      return rows[0]?.count ?? 0;
    },
    close: () => database.close(),
  };
}
