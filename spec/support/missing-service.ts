/** What a spec file does if the service that it needs is not installed. */

/**
 * Declares a single spec in place of those that need the service. The spec is skipped with a warning; where
 * `REQUIRE_SERVICES=1` is set, as in CI, the spec fails instead.
 *
 * @param service the service with its article, such as `a Chromium`
 * @param subject what the specs of the file check
 * @param advice how to install the service
 */
export function declareMissingService(service: string, subject: string, advice: string): void {
  const text = `There is ${service.replace(/^a /, 'no ')} on this machine: ${advice}`;
  if (process.env['REQUIRE_SERVICES'] === '1') {
    it(`needs ${service}`, () => {
      throw new Error(text);
    });
  } else {
    console.warn(`SKIPPED: ${subject}. ${text}`);
    it.skip(`needs ${service}`, () => undefined);
  }
}
