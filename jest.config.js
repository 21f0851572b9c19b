/** One project: every spec beside nothing but the sources; `sluice` resolves to them, as it does for a reader. */
module.exports = {
  // Many specs wait for threads and processes of their own: by default jest would leave one core to itself.
  maxWorkers: '100%',
  // A worker that has run many specs under coverage has all of their modules to count: a new one is faster.
  workerIdleMemoryLimit: '1GB',
  testMatch: ['<rootDir>/spec/**/*.spec.ts'],
  transform: {
    '^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.json' }],
    // The parser of the crawler is published as ES modules only, which jest cannot require.
    '/node_modules/htmlparser2/.+\\.js$': [
      'ts-jest',
      { tsconfig: { module: 'commonjs', target: 'es2022', allowJs: true, isolatedModules: true }, diagnostics: false },
    ],
  },
  transformIgnorePatterns: ['^(?!.*/node_modules/htmlparser2/).*/node_modules/'],
  moduleNameMapper: {
    '^sluice$': '<rootDir>/src/index.ts',
    '^sluice/(dataloader|fleet|graphql|pool|testing|tools|trace)$': '<rootDir>/src/$1.ts',
    // A thread runs what `globalSetup` has built.
    '^\\./worker-file$': '<rootDir>/spec/support/worker-file.ts',
  },
  globalSetup: '<rootDir>/spec/support/build-threads.mjs',
  setupFilesAfterEnv: ['<rootDir>/spec/support/test-timeout.ts', '<rootDir>/spec/support/after-the-last.ts'],
  // What runs in threads and browsers runs unseen: coverage is counted in the thread of the specs.
  collectCoverageFrom: [
    'src/**/*.ts',
    '!src/pool/{worker,browser}/**',
    '!src/pool/node/{supervisor,worker-entry}.ts',
    '!src/trace/timeline/client/**',
    '!src/*.browser.ts',
  ],
  coverageProvider: 'v8',
  // `npx jest --coverage --coverageReporters=text` names the lines.
  coverageReporters: ['text-summary'],
  coverageThreshold: { global: { lines: 95 } },
};
