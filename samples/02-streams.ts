/** A stream reads pages one after the other, and stops when its subscriber does. */
import { batch, emit, stream } from 'sluice';
import { lastValueFrom, take, toArray } from 'rxjs';

const pageOf = batch((numbers: readonly number[]) => {
  console.log('GET pages', numbers);
  return numbers.map((number) => [`item ${number}.1`, `item ${number}.2`]);
});

const items = stream(function* items() {
  for (let page = 1; ; page++) {
    for (const item of yield* pageOf(page)) yield* emit(item);
  }
});

async function main(): Promise<void> {
  console.log(await lastValueFrom(items.pipe(take(3), toArray())));
}

export const done = main();
// → GET pages [ 1 ]
// → GET pages [ 2 ]
// → [ 'item 1.1', 'item 1.2', 'item 2.1' ]
