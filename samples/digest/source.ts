/**
 * What can be counted in the source of a module. A parser finds it, so that comments, strings and regular expressions
 * are never mistaken for code.
 */
import { parse, type Options, type Program } from 'acorn';
import { base, recursive, type RecursiveVisitors } from 'acorn-walk';
import type { Source, SourceCounts } from './row';

/** By its name: TypeScript, JSX and JSON are not JavaScript. */
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

/** A plain `.js` may be either kind. Most of them parse as a module, so that is what is tried first. */
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
  // Node forgives a byte order mark, even before a hashbang.
  const code = text.replace(/^\uFEFF/, '');
  const failures: unknown[] = [];
  for (const sourceType of kindsOf(path)) {
    try {
      return parse(code, { ecmaVersion: 'latest', sourceType });
    } catch (error) {
      failures.push(error);
    }
  }
  // The kind that got further is the one that was meant.
  throw failures.reduce((one, other) => (positionOf(other) > positionOf(one) ? other : one));
}

function countsOf(program: Program): SourceCounts {
  let functions = 0;
  let imports = 0;
  let nesting = 0;

  /** The state that is handed down is the number of braces around a node. */
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

/** The parser and the walk go as deep as the source does. The parser also says where, which is chance. */
function isOverflow(error: unknown): boolean {
  return error instanceof RangeError || (error instanceof SyntaxError && /^Not enough stack space/.test(error.message));
}
