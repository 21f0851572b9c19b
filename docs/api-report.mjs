/**
 * Writes the public surface of each entry point to `etc/*.api.md`, from the types that `npm run build` has made. With
 * `--check`, nothing is written: the exit code is 1 if a file is not current.
 */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';

const root = fileURLToPath(new URL('..', import.meta.url));
const entryPoints = ['index', 'dataloader', 'fleet', 'graphql', 'pool', 'testing', 'tools', 'trace'];
const isCheck = process.argv.includes('--check');
mkdirSync(`${root}etc`, { recursive: true });

for (const name of entryPoints) {
  const types = `${root}dist/${name}.d.mts`;
  const configObject = {
    projectFolder: root,
    newlineKind: 'lf',
    mainEntryPointFilePath: types,
    compiler: {
      overrideTsconfig: {
        compilerOptions: { module: 'esnext', moduleResolution: 'bundler', skipLibCheck: true },
        files: [types],
      },
    },
    apiReport: {
      enabled: true,
      reportFileName: `${name}.api.md`,
      reportFolder: `${root}etc`,
      reportTempFolder: `${root}etc/.new`,
    },
    docModel: { enabled: false },
    dtsRollup: { enabled: false },
    tsdocMetadata: { enabled: false },
    messages: {
      compilerMessageReporting: { default: { logLevel: 'none' } },
      extractorMessageReporting: {
        default: { logLevel: 'none' },
        'ae-forgotten-export': { logLevel: 'none', addToApiReportFile: false },
      },
      tsdocMessageReporting: { default: { logLevel: 'none' } },
    },
  };
  const config = ExtractorConfig.prepare({
    configObject,
    configObjectFullPath: undefined,
    packageJsonFullPath: `${root}package.json`,
  });
  const { apiReportChanged } = Extractor.invoke(config, {
    localBuild: !isCheck,
    showVerboseMessages: false,
    messageCallback: (message) => (message.handled = true),
  });
  if (!apiReportChanged) continue;
  console.log(`etc/${name}.api.md ${isCheck ? 'is not current: run npm run build && npm run api' : 'was written'}`);
  if (isCheck) process.exitCode = 1;
}
