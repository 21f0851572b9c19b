/** The function of the calls, with almost no work, so that the measured time is that of the fleet. */
export const tiny = (/** @type {number} */ n) => n + 1;
