/**
 * Keys of two columns, over `pg`: `unnest` makes rows of two arrays. Equal pairs are one key by the option `key`, because
 * `unnest` would repeat the row of a repeated pair. Both arrays come from the same keys: `unnest` fills a shorter one with
 * nulls, silently.
 */
import type { Pool } from 'pg';
import { batch, type BatchFunction } from 'sluice';
import { byKey } from 'sluice/tools';

export interface Translation {
  readonly book: number;
  readonly language: string;
  readonly title: string;
}

type TranslationKey = Pick<Translation, 'book' | 'language'>;

const identity = ({ book, language }: TranslationKey): string => JSON.stringify([book, language]);

export const translationOf = (pool: Pool): BatchFunction<TranslationKey, Translation | null> =>
  batch(
    async (keys: readonly TranslationKey[]) => {
      const { rows } = await pool.query<Translation>(
        `select t.book, t.language, t.title
         from unnest($1::int[], $2::text[]) as k (book, language)
         join translation t on (t.book, t.language) = (k.book, k.language)`,
        [keys.map(({ book }) => book), keys.map(({ language }) => language)],
      );
      return byKey(rows, identity, { missing: null });
    },
    { name: 'translationOf', key: identity, cache: true },
  );
