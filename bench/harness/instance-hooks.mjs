/**
 * The resolve hook of own instances: a module with `?instance=1` in its URL passes that on to the ES modules it imports.
 * CommonJS modules have one instance for each path, whatever the query.
 */

/** @type {import('node:module').ResolveHook} */
export async function resolve(specifier, context, nextResolve) {
  const resolved = await nextResolve(specifier, context);
  const instance = context.parentURL?.startsWith('file:') && new URL(context.parentURL).searchParams.get('instance');
  if (!instance || !resolved.url.startsWith('file:') || resolved.format !== 'module') return resolved;
  const url = new URL(resolved.url);
  url.searchParams.set('instance', instance);
  return { ...resolved, url: url.href };
}
