/** Contenders that load the doubles of numbers, each with its own module instance. */
import { importOwn } from '../../../harness/own-instance.mjs';

/**
 * @typedef {object} DoublesProgram
 * @property {string} name of the contender
 * @property {'sluice' | 'dataloader' | 'floor'} library
 * @property {string} program the name of an export
 */

/** @param {readonly DoublesProgram[]} programs @param {readonly number[]} ids */
export const doublesContenders = (programs, ids) =>
  Promise.all(
    programs.map(async ({ name, library, program }) => {
      const instance = await importOwn(new URL(`./${library}.mjs`, import.meta.url));
      return { name, work: instance[program](ids) };
    }),
  );
