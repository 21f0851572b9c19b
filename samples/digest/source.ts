/**
 * Source counts are taken from the syntax tree of a module, because a search in the text would also match comments,
 * strings and regular expressions.
 */
import { parse, type Options, type Program } from 'acorn';
import { base, recursive, type RecursiveVisitors } from 'acorn-walk';
import type { Source, SourceCounts } from './row';

/** True if the file name is that of JavaScript; TypeScript, JSX and JSON are not included. */
export function isJavaScript(path: string): boolean {
  return EXTENSION.test(path);
}

const EXTENSION = /\.([cm]?)js$/i;

export function sourceFrom(text: string, path: string): Source {
  try {
    return countsOf(parsed(text, path));
  } catch (error) {
    return { unparsable: reasonOf(error) };
  }
}

type Kind = NonNullable<Options['sourceType']>;

/** Source types to try, in order. A `.js` file may be of either; `module` is first, because most files parse as one. */
function kindsOf(path: string): readonly [Kind, ...Kind[]] {
  switch (EXTENSION.exec(path)?.[1]?.toLowerCase()) {
    case 'm':
      return ['module'];
    case 'c':
      return ['commonjs'];
    default:
      return ['module', 'commonjs'];
  }
}

function parsed(text: string, path: string): Program {
  // Node ignores a byte order mark, even before a hashbang.
  const code = text.replace(/^\uFEFF/, '');
  const failures: unknown[] = [];
  for (const sourceType of kindsOf(path)) {
    try {
      return parse(code, { ecmaVersion: 'latest', sourceType });
    } catch (error) {
      failures.push(error);
    }
  }
  // The error at the later position comes from the source type that fits the file better.
  throw failures.reduce((one, other) => (positionOf(other) > positionOf(one) ? other : one));
}

function countsOf(program: Program): SourceCounts {
  let functions = 0;
  let imports = 0;
  let nesting = 0;

  /** Depth inside one more pair of braces. The state of the walk is the number of braces around a node. */
  const inBraces = (depth: number): number => {
    nesting = Math.max(nesting, depth + 1);
    return depth + 1;
  };

  recursive<number>(program, 0, {
    Function(node, depth, visit) {
      functions += 1;
      base.Function?.(node, depth, visit);
    },
    ImportDeclaration(node, depth, visit) {
      imports += 1;
      base.ImportDeclaration?.(node, depth, visit);
    },
    ExportAllDeclaration(node, depth, visit) {
      imports += 1;
      base.ExportAllDeclaration?.(node, depth, visit);
    },
    ExportNamedDeclaration(node, depth, visit) {
      if (node.source) imports += 1;
      base.ExportNamedDeclaration?.(node, depth, visit);
    },
    ImportExpression(node, depth, visit) {
      imports += 1;
      base.ImportExpression?.(node, depth, visit);
    },
    CallExpression(node, depth, visit) {
      const { callee } = node;
      if (callee.type === 'Identifier' && callee.name === 'require' && node.arguments.length === 1) imports += 1;
      base.CallExpression?.(node, depth, visit);
    },
    BlockStatement: (node, depth, visit) => base.BlockStatement?.(node, inBraces(depth), visit),
    StaticBlock: (node, depth, visit) => base.StaticBlock?.(node, inBraces(depth), visit),
    SwitchStatement(node, depth, visit) {
      visit(node.discriminant, depth);
      const inside = inBraces(depth);
      for (const branch of node.cases) visit(branch, inside);
    },
    ClassBody: (node, depth, visit) => base.ClassBody?.(node, inBraces(depth), visit),
  } satisfies RecursiveVisitors<number>);
  return { functions, imports, nesting };
}

function positionOf(error: unknown): number {
  return error instanceof SyntaxError && 'pos' in error ? Number(error.pos) : -1;
}

function reasonOf(error: unknown): string {
  if (isOverflow(error)) return 'nested too deeply';
  return error instanceof Error ? error.message : String(error);
}

/**
 * True for a stack overflow, which deeply nested source causes in the recursive parser and walk. The position in the
 * message of the parser is not reported, because it varies with the free stack.
 */
function isOverflow(error: unknown): boolean {
  return error instanceof RangeError || (error instanceof SyntaxError && /^Not enough stack space/.test(error.message));
}
