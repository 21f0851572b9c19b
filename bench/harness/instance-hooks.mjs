/**
 * The resolve hook for separate module instances: the query `?instance=1` of a module is added to the ES modules that it
 * imports. CommonJS modules have one instance for each path; the query has no effect on them.
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
