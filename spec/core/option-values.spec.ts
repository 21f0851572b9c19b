import { asyncScheduler } from 'rxjs';
import {
  checkArray,
  checkCount,
  checkDelay,
  checkFlag,
  checkFunction,
  checkMs,
  checkOneOf,
  checkScheduler,
  checkSignal,
  checkString,
} from '../../src/core/option-values';

const LONGEST = 2 ** 31 - 1;

interface Case {
  readonly title: string;
  readonly check: (value: unknown) => void;
  readonly mustBe: string;
  readonly valid: readonly unknown[];
  readonly invalid: readonly unknown[];
}

const cases: readonly Case[] = [
  {
    title: 'checkFlag',
    check: (value) => {
      checkFlag('fn: option', value);
    },
    mustBe: 'true or false',
    valid: [true, false],
    invalid: [0, 'true', null, undefined],
  },
  {
    title: 'checkString',
    check: (value) => {
      checkString('fn: option', value);
    },
    mustBe: 'a string',
    valid: ['', 'a'],
    invalid: [1, null, undefined, Object('a')],
  },
  {
    title: 'checkOneOf with two choices',
    check: (value) => {
      checkOneOf('fn: option', value, ['reject', 'evict']);
    },
    mustBe: "'reject' or 'evict'",
    valid: ['reject', 'evict'],
    invalid: ['drop', '', null, undefined, ['reject']],
  },
  {
    title: 'checkOneOf with three choices',
    check: (value) => {
      checkOneOf('fn: option', value, ['wait', 'cancel', 'throw']);
    },
    mustBe: "'wait', 'cancel' or 'throw'",
    valid: ['wait', 'throw'],
    invalid: ['raise'],
  },
  {
    title: 'checkFunction',
    check: (value) => {
      checkFunction('fn: option', value, 'a function of one key');
    },
    mustBe: 'a function of one key',
    valid: [() => 1, Date],
    invalid: [{}, 'f', null, undefined],
  },
  {
    title: 'checkArray',
    check: (value) => {
      checkArray('fn: option', value, 'an array of spans');
    },
    mustBe: 'an array of spans',
    valid: [[], [1]],
    invalid: ['ab', new Set(), { length: 0 }, null, undefined],
  },
  {
    title: 'checkCount',
    check: (value) => {
      checkCount('fn: option', value, { min: 1 });
    },
    mustBe: 'a whole number, 1 or more',
    valid: [1, 2 ** 40],
    invalid: [0, -1, 1.5, NaN, Infinity, '1', 1n, null, undefined],
  },
  {
    title: 'checkCount with Infinity',
    check: (value) => {
      checkCount('fn: option', value, { min: 0, orInfinity: true });
    },
    mustBe: 'a whole number, 0 or more, or Infinity',
    valid: [0, 7, Infinity],
    invalid: [-1, 0.5, NaN, -Infinity, 'Infinity', null],
  },
  {
    title: 'checkCount with a unit',
    check: (value) => {
      checkCount('fn: option', value, { min: 1, unit: 'ms' });
    },
    mustBe: 'a whole number of ms, 1 or more',
    valid: [1],
    invalid: [0, 0.5, Infinity],
  },
  {
    title: 'checkMs',
    check: (value) => {
      checkMs('fn: option', value);
    },
    mustBe: 'a number of ms, 0 or more',
    valid: [0, 0.5, LONGEST + 1, Infinity],
    invalid: [-1, NaN, -Infinity, '5', 5n, null, undefined, new Date(0)],
  },
  {
    title: 'checkMs of an option with an alternative',
    check: (value) => {
      checkMs('fn: option', value, ', or a function that returns one');
    },
    mustBe: 'a number of ms, 0 or more, or a function that returns one',
    valid: [0],
    invalid: [-1],
  },
  {
    title: 'checkDelay',
    check: (value) => {
      checkDelay('fn: option', value);
    },
    mustBe: `a number of ms from 0 to ${String(LONGEST)}`,
    valid: [0, 0.5, LONGEST],
    invalid: [-1, NaN, LONGEST + 1, Infinity, '5', 5n, null, undefined],
  },
  {
    title: 'checkSignal',
    check: (value) => {
      checkSignal('fn: option', value);
    },
    mustBe: 'an AbortSignal',
    valid: [
      new AbortController().signal,
      AbortSignal.abort(),
      { aborted: false, addEventListener: (): void => undefined },
    ],
    invalid: [new AbortController(), new EventTarget(), { aborted: false }, {}, 5, null, undefined],
  },
  {
    title: 'checkScheduler',
    check: (value) => {
      checkScheduler('fn: option', value);
    },
    mustBe: 'an RxJS scheduler',
    valid: [asyncScheduler, { schedule: (): void => undefined, now: (): number => 0 }],
    invalid: [{ schedule: (): void => undefined }, { now: (): number => 0 }, {}, 'async', null, undefined],
  },
];

describe.each(cases)('$title', ({ check, mustBe, valid, invalid }) => {
  it.each(valid.map((value) => [value]))('accepts %p', (value) => {
    expect(() => {
      check(value);
    }).not.toThrow();
  });

  it.each(invalid.map((value) => [value]))(
    'throws a TypeError that names the option and what it must be for %p',
    (value) => {
      const call = (): void => {
        check(value);
      };
      expect(call).toThrow(TypeError);
      expect(call).toThrow(`fn: expected \`option\` to be ${mustBe}; got `);
      expect(call).toThrow(`(${typeof value}).`);
    },
  );
});
