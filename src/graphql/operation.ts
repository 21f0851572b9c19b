/** The operation of a GraphQL request: the definition in its document that is executed. */
import { describe, invalidOption } from '../core/describe';
import { printable } from '../core/printable';
import type { ObservedOperation } from '../scheduler/instrumentation';

/** The part of the arguments of `execute` and `subscribe` that sluice reads; those of graphql-js 16 and 17 have it. */
export interface GraphQLOperationArgs {
  readonly schema: object;
  readonly document: { readonly definitions: readonly object[] };
  readonly operationName?: string | null | undefined;
  readonly contextValue?: unknown;
}

interface OperationDefinition {
  readonly kind: 'OperationDefinition';
  readonly operation: ObservedOperation['type'];
  readonly name?: { readonly value: string } | undefined;
}

/** @throws TypeError if the schema or the document is missing, or if a source text is in the place of the document */
export function checkOperationArgs(caller: string, args: unknown): asserts args is GraphQLOperationArgs {
  // Cast: every member may be missing, because it is checked.
  const { schema, document } = (args ?? {}) as Partial<GraphQLOperationArgs>;
  if (typeof schema !== 'object') throw invalidOption(`${caller}: args.schema`, 'a GraphQLSchema', schema);
  if (!Array.isArray(document?.definitions))
    throw new TypeError(
      `${caller}: expected \`args.document\` to be a parsed document; got ${describe(document)} (${typeof document}). ` +
        'Pass the result of parse(source).',
    );
}

/**
 * Finds the operation that is executed. Without a definition of that name, the server answers with an error; the operation
 * then counts as an anonymous query, since its name is any text that a client has sent.
 */
export function operationOf({ document, operationName }: GraphQLOperationArgs): ObservedOperation {
  const definition = document.definitions.find(
    (each): each is OperationDefinition =>
      isOperation(each) && (operationName ? each.name?.value === operationName : true),
  );
  return { type: definition?.operation ?? 'query', name: definition?.name?.value, isEvent: false };
}

const isOperation = (definition: object): definition is OperationDefinition =>
  'kind' in definition && definition.kind === 'OperationDefinition';

/** The name of the scheduler and scope of a request: `query Users`, or `query` for an anonymous operation. */
export const titleOf = ({ type, name, isEvent }: ObservedOperation): string =>
  printable([type, name, isEvent ? 'event' : undefined].filter((part) => part !== undefined).join(' '));
