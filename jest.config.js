/** One project: every spec beside nothing but the sources; `sluice` resolves to them, as it does for a reader. */
module.exports = {
  testMatch: ['<rootDir>/spec/**/*.spec.ts'],
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.json' }] },
  moduleNameMapper: { '^sluice$': '<rootDir>/src/index.ts' },
  setupFilesAfterEnv: ['<rootDir>/spec/support/after-the-last.ts'],
  collectCoverageFrom: ['src/**/*.ts'],
  coverageProvider: 'v8',
  coverageReporters: ['text'],
  coverageThreshold: { global: { lines: 95 } },
};
