/** Whether the value is an object, and so may have properties; functions do not count. */
export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
