import js from '@eslint/js';
import rxjsX from 'eslint-plugin-rxjs-x';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist', 'coverage', '**/node_modules', 'docs/api', 'docs/.vitepress'] },
  js.configs.recommended,
  {
    files: ['**/*.{ts,mts}'],
    extends: [...tseslint.configs.strictTypeChecked, rxjsX.configs.recommended],
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ['tsdown.config.mts'] } } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // `using _ = enter(context)` is for its end.
      '@typescript-eslint/no-unused-vars': ['error', { ignoreUsingDeclarations: true }],
      // An overload that adds nothing to the union may still be what types a callback.
      '@typescript-eslint/unified-signatures': 'off',
      // A task whose body only returns is a task all the same.
      'require-yield': 'off',
    },
  },
  // The one seam to what RxJS does not export.
  { files: ['src/core/rx.ts'], rules: { 'rxjs-x/no-internal': 'off' } },
  {
    files: ['**/*.{js,mjs}'],
    rules: { 'require-yield': 'off' },
    languageOptions: {
      globals: {
        module: 'writable',
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        AbortController: 'readonly',
      },
    },
  },
);
